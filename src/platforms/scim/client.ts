import { AppError, type ErrorCode, type OpenConnection } from '../../domain/index.ts';
import { type ApiCall, ApiClient, type ApiDialect } from '../kit/api-client.ts';
import type { PatchOperation } from '../kit/attribute-edits.ts';
import type { ListingPage, ReadPage } from '../kit/listing.ts';
import { basicHeader, clientCredentialsCall, tokenRefusal } from '../kit/oauth2.ts';
import type { ResourceCall, ResourceService } from '../kit/resource-writer.ts';
import type { PlatformServices } from '../kit/services.ts';
import type { TokenCache } from '../kit/token-cache.ts';
import { nullWhen, translateVendorError, withoutSecrets } from '../kit/vendor-errors.ts';
import { type ScimSettings, scimSettings } from './config.ts';
import { scimErrors } from './errors.ts';
import * as types from './types.ts';

const CONFIG = '/ServiceProviderConfig';
/** Seconds for which what was announced is believed. */
const ANNOUNCED_SECONDS = 300;

const authorization = ({ auth, userName, password, token }: ScimSettings, fetched: string): string =>
  auth === 'basic' ? basicHeader(userName, password) : `Bearer ${auth === 'bearer' ? token : fetched}`;

const ATTRIBUTE = /\b(userName|displayName|emails|phoneNumbers|title|employeeNumber|manager|members|name)\b/;

/** Code and text of a failure: `scimType` when the table knows it, else the status. */
const reasonOf = (body: unknown, status: number, isTokenCall: boolean): readonly [string, string] => {
  if (isTokenCall) {
    const refusal = tokenRefusal.safeParse(body);
    if (refusal.success) return [refusal.data.error, refusal.data.error_description ?? ''];
    return [status === 401 ? 'invalid_client' : String(status), ''];
  }
  const { scimType = '', detail = '' } = types.errorAnswer.safeParse(body).data ?? {};
  return [scimErrors.has(scimType) ? scimType : String(status), detail];
};

const failureOf = (settings: ScimSettings): ApiDialect['failure'] => {
  const principal = { basic: settings.userName, bearer: 'Bearer', oauth2: settings.clientId }[settings.auth];
  return (body, status, call) => {
    if (status < 400) return undefined;
    const isTokenCall = call.form !== undefined;
    const [vendorCode, detail] = reasonOf(body, status, isTokenCall);
    // What a service says may repeat what it was told.
    const header = call.headers?.['authorization']?.split(' ')[1];
    const secrets = [settings.password, settings.token, settings.clientSecret, header];
    const vendorMessage = withoutSecrets(detail, secrets);
    const about = call.object === undefined ? {} : { object: call.object };
    const told = { vendorCode, vendorMessage, api: call.path, clientId: principal, ...about };
    const error = translateVendorError(scimErrors, told);
    const { details } = error;
    const ofGroups = `${call.path}/`.startsWith(`${settings.groupEndpoint}/`);
    const ofOne = call.object !== undefined && call.method !== 'POST';
    if (ofOne && (status === 404 || status === 410))
      return new AppError(ofGroups ? 'PLATFORM_ORG_UNIT_UNKNOWN' : 'PLATFORM_ACCOUNT_UNKNOWN', { details });
    switch (error.code) {
      case 'PLATFORM_TOKEN_INVALID':
        // Only a token that was fetched can be fetched anew.
        return settings.auth === 'oauth2' ? error : new AppError('PLATFORM_CREDENTIALS_INVALID', { details });
      case 'PLATFORM_ANSWER_INVALID':
        return new AppError(error.code, { details: { ...details, reason: `HTTP ${status}` } });
      case 'PLATFORM_PERMISSION_MISSING':
        return new AppError(error.code, {
          details: { ...details, permission: `${call.method} ${call.path}` },
        });
      case 'PLATFORM_VALUE_TAKEN':
        if (ofGroups) return new AppError('PLATFORM_ORG_UNIT_NAME_TAKEN', { details });
    }
    const field = ATTRIBUTE.exec(vendorMessage)?.[1] ?? 'userName';
    return new AppError(error.code, { details: { ...details, field } });
  };
};

const dialectOf = (settings: ScimSettings, { allowPrivateNetwork }: OpenConnection): ApiDialect => ({
  identity: [JSON.stringify(settings)],
  callsPerSecond: settings.callsPerSecond,
  allowPrivateNetwork,
  tokenCall: settings.auth === 'oauth2' ? clientCredentialsCall(settings) : null,
  reach: { base: settings.baseUrl, method: 'GET', path: CONFIG },
  // Services count calls as a whole; paths with ids in them would have a limit each.
  lane: () => 'all',
  statusSpeaks: true,
  authorize: (call, fetched) => ({
    ...call,
    headers: { ...call.headers, authorization: authorization(settings, fetched) },
  }),
  failure: failureOf(settings),
});

/** What the adapter shares between calls. */
export interface ScimServices extends PlatformServices {
  /** What services have announced, as JSON by base address. */
  readonly announced: TokenCache;
}

type How = { readonly signal: AbortSignal; readonly urgent?: boolean };

/** One SCIM service. Throws `INPUT_INVALID` when a setting is missing or malformed. */
export class ScimClient extends ApiClient implements ResourceService<types.Resource> {
  readonly settings: ScimSettings;
  readonly #announced: TokenCache;
  readonly #how: How;

  constructor(services: ScimServices, connection: OpenConnection, how: How) {
    const settings = scimSettings(connection);
    super(services, dialectOf(settings, connection), how.signal);
    this.settings = settings;
    this.#announced = services.announced;
    this.#how = how;
  }

  get name(): string {
    return this.settings.baseUrl;
  }

  #call<Schema extends ApiCall['schema']>(call: Omit<ApiCall<Schema>, 'base'>) {
    const headers = { accept: 'application/scim+json, application/json', ...call.headers };
    const { baseUrl: base } = this.settings;
    return this.call({ ...call, base, headers, urgent: this.#how.urgent === true } as ApiCall<Schema>);
  }

  /** What the service announces; nothing when it has no such page. Asked for once in a while. RFC 7644 §4 */
  async announced(): Promise<types.Announced> {
    const ask = async () => {
      const page = () => this.#call({ method: 'GET', path: CONFIG, schema: types.providerAnswer });
      const found = await nullWhen('PLATFORM_ANSWER_INVALID', page);
      const value = JSON.stringify(found ?? { patch: false, filter: false, etag: false });
      return { value, lifeSeconds: ANNOUNCED_SECONDS };
    };
    return JSON.parse(await this.#announced.get(this.name, ask, this.#how.signal)) as types.Announced;
  }

  /** One resource, `null` when there is none. */
  async read(endpoint: string, id: string): Promise<types.Resource | null> {
    const path = `${endpoint}/${encodeURIComponent(id)}`;
    const get = () => this.#call({ method: 'GET', path, object: id, schema: types.resource });
    return nullWhen('PLATFORM_ACCOUNT_UNKNOWN', () => nullWhen('PLATFORM_ORG_UNIT_UNKNOWN', get));
  }

  /** A page of a list. RFC 7644 §3.4.2 */
  async list(
    endpoint: string,
    query: Readonly<Record<string, string>>,
  ): Promise<ListingPage<types.Resource>> {
    const answer = await this.#call({ method: 'GET', path: endpoint, query, schema: types.listAnswer });
    return { rows: answer.Resources, total: answer.totalResults };
  }

  /** The same list by position. RFC 7644 §3.4.2.4 */
  pages(endpoint: string, query: Readonly<Record<string, string>> = {}): ReadPage<types.Resource> {
    return (startIndex, count) =>
      this.list(endpoint, { ...query, startIndex: String(startIndex), count: String(count) });
  }

  async write({ version, ...call }: ResourceCall): Promise<types.Resource | undefined> {
    const headers = {
      'content-type': 'application/scim+json',
      ...(version === undefined ? {} : { 'if-match': version }),
    };
    if (call.method !== 'DELETE')
      return this.#call({ ...call, headers, schema: types.changeAnswer, writes: true });
    await this.#call({ ...call, headers, schema: types.anyAnswer, writes: true });
    return undefined;
  }

  patchBody(operations: readonly PatchOperation[]): unknown {
    return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
  }

  reasonOf(error: unknown): 'STALE' | 'NO_TARGET' | undefined {
    const code = error instanceof AppError ? error.details['vendorCode'] : undefined;
    // RFC 7644 §3.14: the version was another one; RFC 6585 §3: a version has to be named.
    if (code === '412' || code === '428') return 'STALE';
    return code === 'noTarget' ? 'NO_TARGET' : undefined;
  }

  unknown(endpoint: string): ErrorCode {
    return endpoint === this.settings.groupEndpoint
      ? 'PLATFORM_ORG_UNIT_UNKNOWN'
      : 'PLATFORM_ACCOUNT_UNKNOWN';
  }
}
