import { AppError, type OpenConnection } from '../../domain/index.ts';
import { type ApiCall, ApiClient, type ApiDialect, addressBlocked } from '../kit/api-client.ts';
import { blockedAnswer } from '../kit/blocked-answer.ts';
import type { PlatformServices } from '../kit/services.ts';
import { translateVendorError, withoutSecrets } from '../kit/vendor-errors.ts';
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
      const [vendorCode, message] = failed;
      const told = [clientSecret, call.query?.['access_token'], call.headers?.[TOKEN_HEADER]];
      // A limit reads like a missing right there, and its dimensions are not all listed.
      const limit = /\bQp[sm]Limit/.test(vendorCode) && !dingtalkErrors.has(vendorCode);
      const error = translateVendorError(dingtalkErrors, {
        vendorCode: limit ? '90018' : vendorCode,
        vendorMessage: withoutSecrets(message, told),
        api: call.path,
        clientId,
        ...(call.object === undefined ? {} : { object: call.object }),
      });
      if (error.code === 'PLATFORM_UNKNOWN_ERROR' && status >= 500)
        return new AppError('PLATFORM_BUSY', { details: error.details });
      // Where a token is asked for, only the secret can be meant.
      if (error.code === 'PLATFORM_TOKEN_INVALID' && call.schema === tokenAnswers[tokenEndpoint])
        return new AppError('PLATFORM_CREDENTIALS_INVALID', { details: error.details });
      return error;
    },
  };
};

/** One company's app on both API families. Throws `INPUT_INVALID` when a setting is missing or malformed. */
export class DingtalkClient extends ApiClient {
  readonly settings: DingtalkSettings;
  /** Base address of the host that hands out tokens. */
  readonly tokenBase: string;
  readonly #urgent: boolean;

  constructor(
    services: PlatformServices,
    connection: OpenConnection,
    { signal, urgent = false }: { readonly signal: AbortSignal; readonly urgent?: boolean },
  ) {
    const settings = dingtalkSettings(connection);
    super(services, dialectOf(settings, connection, services), signal);
    this.settings = settings;
    this.tokenBase = tokenCall(settings).base;
    this.#urgent = urgent;
  }

  override call<Schema extends ApiCall['schema']>(call: ApiCall<Schema>) {
    return super.call(this.#urgent ? { ...call, urgent: true } : call);
  }

  /** POST of the legacy family, of which all contact calls are. */
  post<Schema extends ApiCall['schema']>(
    path: string,
    json: Readonly<Record<string, unknown>>,
    more: { readonly schema: Schema; readonly object?: string; readonly writes?: boolean },
  ) {
    return this.call({ base: this.settings.apiBase, method: 'POST', path, json, ...more });
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

  /** GET of the legacy family. */
  get<Schema extends ApiCall['schema']>(path: string, schema: Schema) {
    return this.call({ base: this.settings.apiBase, method: 'GET', path, schema });
  }
}
