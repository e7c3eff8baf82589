import { ipTrusted } from './apps.ts';
import { fail } from './failures.ts';
import { TOKEN_LIFE_MS } from './tokens.ts';
import type { TokenRoute } from './world.ts';

/** `GET gettoken`: the secret is looked at before the corpid. */
const gettoken: TokenRoute = {
  method: 'GET',
  path: '/cgi-bin/gettoken',
  grant: (world, { params, now, ip }) => {
    const { settings, corp, apps, tokens, limits } = world;
    if (limits.secretsBlocked(ip, now)) fail(45009);
    const secret = params.text('corpsecret');
    if (!secret) fail(41004);
    const corpId = params.text('corpid');
    if (!corpId) fail(41002);
    if (corpId !== corp.corpId) fail(40013);
    const app = [...apps.values()].find((one) => one.clientSecret === secret);
    if (!app) {
      limits.wrongSecret(ip, now);
      fail(settings.wrongSecretCode);
    }
    if (settings.corpBanned) fail(301007);
    if (!app.enabled) fail(settings.disabledAppCode);
    if (app.weakSecret) fail(45031);
    if (settings.ipCheckOnGettoken && !ipTrusted(app, ip)) fail(60020);
    const { value, lifeMs } = tokens.issue(app, now);
    const full = settings.repeatedExpiresIn === 'full';
    return { access_token: value, expires_in: Math.ceil((full ? TOKEN_LIFE_MS : lifeMs) / 1000) };
  },
};

export const TOKEN_ROUTES: readonly TokenRoute[] = [gettoken];
