import type { App } from './apps.ts';
import { business, fresh } from './failures.ts';
import { needNew } from './params.ts';
import { TOKEN_LIFE_MS } from './tokens.ts';
import type { TokenRoute, World } from './world.ts';

const LIFE_SECONDS = TOKEN_LIFE_MS / 1000;

/** The app with these credentials; secrets are case-sensitive. */
function appFor(world: World, clientId: string, secret: string): App | undefined {
  const app = world.apps.get(clientId);
  return app?.clientSecret === secret ? app : undefined;
}

/** `GET /gettoken`: parameters in the query only. */
const gettoken: TokenRoute = {
  method: 'GET',
  path: '/gettoken',
  family: 'legacy',
  shape: 'flat',
  grant: (world, { params, now }) => {
    const byCorp = params.has('corpid');
    const id = params.text('appkey') ?? params.text('corpid');
    if (id === undefined) throw business(40035, '缺少参数 corpid or appkey');
    const secret = params.text('appsecret') ?? params.text('corpsecret');
    if (secret === undefined) throw business(40035, '缺少参数 corpsecret or appsecret');
    const app = appFor(world, id, secret);
    if (!app)
      throw byCorp
        ? business(40089, '不合法的corpid或corpsecret')
        : business(40096, '不合法的appKey或appSecret');
    return { access_token: world.tokens.issue(app, 'legacy', now), expires_in: LIFE_SECONDS };
  },
};

const accessToken: TokenRoute = {
  method: 'POST',
  path: '/v1.0/oauth2/accessToken',
  family: 'new',
  shape: 'new',
  grant: (world, { params, now }) => {
    const app = appFor(world, needNew(params, 'appKey'), needNew(params, 'appSecret'));
    if (!app) throw fresh(400, 'invalidClientIdOrSecret', '无效的clientId或者clientSecret');
    return { accessToken: world.tokens.issue(app, 'new', now), expireIn: LIFE_SECONDS };
  },
};

const corpToken: TokenRoute = {
  method: 'POST',
  path: '/v1.0/oauth2/{corpId}/token',
  family: 'new',
  shape: 'new',
  grant: (world, { params, path, now }) => {
    if (path['corpId'] !== world.corp.corpId) throw fresh(500, 'unknownError', '未知错误');
    if (params.text('grant_type') !== 'client_credentials') {
      throw fresh(400, 'unsupported.grant.type', '不支持的grant_type');
    }
    const app = appFor(world, params.text('client_id') ?? '', params.text('client_secret') ?? '');
    if (!app) throw fresh(400, 'invalid.client', '无效的client_id或者client_secret');
    if (!app.enabled) throw fresh(401, 'unauthorized.client', '应用未在该企业启用');
    return { access_token: world.tokens.issue(app, 'new', now), expires_in: LIFE_SECONDS };
  },
};

export const TOKEN_ROUTES: readonly TokenRoute[] = [gettoken, accessToken, corpToken];
