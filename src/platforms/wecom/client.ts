import { AppError, type OpenConnection } from '../../domain/index.ts';
import { type ApiDialect, addressBlocked } from '../kit/api-client.ts';
import { BasedClient, type CallManner } from '../kit/based-client.ts';
import { callFailure } from '../kit/call-failure.ts';
import type { RefusalLog } from '../kit/refusal-log.ts';
import type { PlatformServices } from '../kit/services.ts';
import { SplitClient } from '../kit/split-client.ts';
import { tokenAnswer } from '../kit/token-answer.ts';
import { secretMissing, type WecomSettings, wecomSettings } from './config.ts';
import { wecomErrors } from './errors.ts';
import { envelope } from './types.ts';

/** What the adapter shares between calls. */
export interface WecomServices extends PlatformServices {
  readonly refusals: RefusalLog;
}

const GET_TOKEN = '/cgi-bin/gettoken';
/** What the doctor and error texts call the secret that writes. */
export const CONTACTS = '通讯录同步';
/** Repeated wrong secrets block our address for an hour; page 90313, which also says "retry at most 3 times". */
const WRONG_SECRET_MINUTES = 60;
const MAX_ATTEMPTS = 3;

/** Code and text of a failed answer, `null` for a success; failures come with HTTP 200 as well. Page 90313. */
const failureOf = (body: unknown, status: number): readonly [code: string, message: string] | null => {
  if (status === 404) return ['404', ''];
  if (status >= 500) return ['-1', ''];
  const { data } = envelope.safeParse(body);
  if (data === undefined)
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { reason: 'no errcode' } });
  const { errcode = '0', errmsg = '' } = data;
  return errcode === '0' ? null : [errcode, errmsg];
};

const dialectOf = (
  { apiBase, corpId, callsPerSecond, callsPerHour }: WecomSettings,
  { name, secret }: { readonly name: string; readonly secret: string },
  { clock, refusals, allowPrivateNetwork }: WecomServices & { readonly allowPrivateNetwork: boolean },
): ApiDialect => ({
  identity: [apiBase, corpId, secret],
  // Limits are the company's, whichever secret is used. Page 90312.
  limitIdentity: [apiBase, corpId],
  callsPerSecond,
  callsPerHour,
  maxAttempts: MAX_ATTEMPTS,
  allowPrivateNetwork,
  statusSpeaks: true,
  // Page 91039.
  tokenCall: {
    base: apiBase,
    method: 'GET',
    path: GET_TOKEN,
    query: { corpid: corpId, corpsecret: secret },
    schema: tokenAnswer('access_token', 'expires_in'),
  },
  authorize: (call, token) => ({ ...call, query: { ...call.query, access_token: token } }),
  failure: (body, status, call) => {
    const failed = failureOf(body, status);
    if (failed === null) return undefined;
    const [vendorCode, vendorMessage] = failed;
    const isLimit = vendorCode === '45009';
    if (isLimit && call.path === GET_TOKEN) return addressBlocked(clock.now(), WRONG_SECRET_MINUTES);
    const told = { vendorCode, vendorMessage, clientId: name, status, secrets: [secret] };
    const { code, details } = callFailure(wecomErrors, call, told);
    const waits = isLimit ? { retryAt: refusals.until(`${apiBase} ${corpId} ${call.path}`) } : {};
    return new AppError(code, { details: { permission: call.path, ...details }, ...waits });
  },
});

/** One company: an app that reads, or contacts sync where there is none; and contacts sync, which writes. */
export class WecomClient extends SplitClient {
  readonly settings: WecomSettings;
  /** What the secret that reads is called. */
  readonly readingName: string;

  /** Throws `INPUT_INVALID` when a setting is missing or malformed. */
  constructor(services: WecomServices, connection: OpenConnection, manner: CallManner) {
    const settings = wecomSettings(connection);
    const { apiBase, corpId, agentId, appSecret, contactsSecret, byApp } = settings;
    const shared = { ...services, allowPrivateNetwork: connection.allowPrivateNetwork };
    const api = (name: string, secret: string): BasedClient =>
      new BasedClient(services, dialectOf(settings, { name, secret }, shared), { ...manner, base: apiBase });
    const writer = contactsSecret === '' ? undefined : api(CONTACTS, contactsSecret);
    const own = byApp ? undefined : writer;
    const name = own === undefined ? agentId || corpId : CONTACTS;
    const missing = () => secretMissing('contactsSecret');
    super({ reading: own ?? api(name, appSecret), writer }, { prefix: '/cgi-bin/', missing });
    this.settings = settings;
    this.readingName = name;
  }
}
