import { AppError, type OpenConnection } from '../../domain/index.ts';
import { type ApiCall, type ApiDialect, addressBlocked } from '../kit/api-client.ts';
import { BasedClient, type CallManner } from '../kit/based-client.ts';
import { blockedAnswer } from '../kit/blocked-answer.ts';
import { callFailure } from '../kit/call-failure.ts';
import type { PlatformServices } from '../kit/services.ts';
import { type DingtalkSettings, dingtalkSettings } from './config.ts';
import { dingtalkErrors } from './errors.ts';
import { legacyEnvelope, newFailure, switched, tokenAnswers } from './types.ts';

const tokenCall = (settings: DingtalkSettings): NonNullable<ApiDialect['tokenCall']> => {
  const { apiBase, newApiBase, clientId, clientSecret, corpId, tokenEndpoint } = settings;
  const schema = tokenAnswers[tokenEndpoint];
  if (tokenEndpoint === 'legacy') {
    const query = { appkey: clientId, appsecret: clientSecret };
    return { base: apiBase, method: 'GET', path: '/gettoken', query, schema };
  }
  if (tokenEndpoint === 'new') {
    const json = { appKey: clientId, appSecret: clientSecret };
    return { base: newApiBase, method: 'POST', path: '/v1.0/oauth2/accessToken', json, schema };
  }
  const path = `/v1.0/oauth2/${encodeURIComponent(corpId)}/token`;
  const json = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  return { base: newApiBase, method: 'POST', path, json, schema };
};

const TOKEN_HEADER = 'x-acs-dingtalk-access-token';

const isNewFamily = ({ path }: ApiCall): boolean => path.startsWith('/v1.0/');

/** Reason of a failed answer of either family: code and text; `null` for a success. */
const failureOf = (body: unknown, status: number, call: ApiCall): [code: string, message: string] | null => {
  const legacy = legacyEnvelope.safeParse(body);
  if (legacy.success) {
    const { errcode, errmsg = '', sub_code: sub = '', sub_msg: submsg } = legacy.data;
    // Failures of the gateway are wrapped: the real reason stands in `sub_code`.
    return errcode === '0' ? null : [sub === '' ? errcode : sub, submsg ?? errmsg];
  }
  const failure = newFailure.safeParse(body);
  if (failure.success && status >= 400) {
    const { code, message = '', accessdenieddetail } = failure.data;
    const scopes = accessdenieddetail?.requiredScopes?.join(',') ?? '';
    return [code, scopes === '' ? message : `[${scopes}] ${message}`];
  }
  if (status >= 500) return ['system.busy', ''];
  if (isNewFamily(call) && status < 300) return null;
  throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api: call.path, reason: 'no errcode' } });
};

const dialectOf = (
  settings: DingtalkSettings,
  connection: OpenConnection,
  { clock }: PlatformServices,
): ApiDialect => {
  const { apiBase, newApiBase, clientId, clientSecret, corpId, tokenEndpoint, callsPerSecond } = settings;
  return {
    identity: [apiBase, newApiBase, tokenEndpoint, corpId, clientId, clientSecret],
    callsPerSecond,
    allowPrivateNetwork: connection.allowPrivateNetwork,
    tokenCall: tokenCall(settings),
    authorize: (call, token) =>
      isNewFamily(call)
        ? { ...call, headers: { ...call.headers, [TOKEN_HEADER]: token } }
        : { ...call, query: { ...call.query, access_token: token } },
    failure: (body, status, call) => {
      const blocked = blockedAnswer.safeParse(body);
      if (blocked.success) return addressBlocked(clock.now(), blocked.data.wait);
      const failed = failureOf(body, status, call);
      if (failed === null) return undefined;
      const [code, vendorMessage] = failed;
      // A limit reads like a missing right there, and its dimensions are not all listed.
      const vendorCode = /\bQp[sm]Limit/.test(code) && !dingtalkErrors.has(code) ? '90018' : code;
      const told = { vendorCode, vendorMessage, clientId, status, secrets: [clientSecret] };
      return callFailure(dingtalkErrors, call, told);
    },
  };
};

/** One company's app; calls go to the legacy family. Throws `INPUT_INVALID` when a setting is missing or malformed. */
export class DingtalkClient extends BasedClient {
  readonly settings: DingtalkSettings;
  /** Base address of the host that hands out tokens. */
  readonly tokenBase: string;

  constructor(services: PlatformServices, connection: OpenConnection, manner: CallManner) {
    const settings = dingtalkSettings(connection);
    super(services, dialectOf(settings, connection, services), { ...manner, base: settings.apiBase });
    this.settings = settings;
    this.tokenBase = tokenCall(settings).base;
  }

  /** Whether an enterprise account is switched on, or the order to switch it. */
  accountSwitch(userId: string, action?: 'enable' | 'disable') {
    const path = `/v1.0/contact/orgAccounts/${action ?? 'status'}`;
    const how =
      action === undefined
        ? ({ method: 'GET', query: { userId } } as const)
        : ({ method: 'POST', json: { userId }, writes: true } as const);
    const schema = switched;
    return this.call({ base: this.settings.newApiBase, path, ...how, schema, object: userId });
  }
}
