import { CREDENTIALS, type ScimServer, UNIT } from '../../../simulators/scim/index.ts';
import {
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
  type PullRules,
} from '../../../src/domain/index.ts';

/** Attribute in which the stand-in keeps a unit's parent. */
export const PARENT = `${UNIT}:parent`;

/** A connection to the server by OAuth2, as an administrator would have saved it. */
export const scimConnection = (
  server: Pick<ScimServer, 'url' | 'tokenUrl'>,
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly pullRules?: Partial<PullRules>;
  } = {},
): OpenConnection => ({
  id: newId<'Connection'>(),
  tenantId: newId<'Tenant'>(),
  platform: 'scim',
  name: 'sim',
  enabled: true,
  mode: 'READ_WRITE',
  settings: {
    baseUrl: server.url,
    auth: 'oauth2',
    tokenUrl: server.tokenUrl,
    clientId: CREDENTIALS.clientId,
    scope: CREDENTIALS.scope,
    parentAttribute: PARENT,
    callsPerSecond: '1000',
    ...options.settings,
  },
  secrets: { clientSecret: CREDENTIALS.clientSecret, ...options.secrets },
  allowPrivateNetwork: true,
  pullRules: { ...DEFAULT_PULL_RULES, ...options.pullRules },
  pushRules: DEFAULT_PUSH_RULES,
  version: 1,
});

type Auth = 'basic' | 'bearer' | 'oauth2';

/** Settings and secrets of each way in; those of the others stay empty. */
export const WAYS_IN: Readonly<
  Record<Auth, { readonly settings: Record<string, string>; readonly secrets: Record<string, string> }>
> = {
  basic: {
    settings: { auth: 'basic', userName: CREDENTIALS.userName, tokenUrl: '', clientId: '', scope: '' },
    secrets: { password: CREDENTIALS.password, clientSecret: '' },
  },
  bearer: {
    settings: { auth: 'bearer', tokenUrl: '', clientId: '', scope: '' },
    secrets: { token: CREDENTIALS.bearer, clientSecret: '' },
  },
  oauth2: { settings: {}, secrets: {} },
};
