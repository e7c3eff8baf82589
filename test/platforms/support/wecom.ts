import type { WeComSimulator } from '../../../simulators/wecom/index.ts';
import {
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
  type PullRules,
} from '../../../src/domain/index.ts';

/** A connection to the simulator's first app and contacts sync, as an administrator would have saved it. */
export const wecomConnection = (
  simulator: WeComSimulator,
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly pullRules?: Partial<PullRules>;
    readonly mode?: OpenConnection['mode'];
  } = {},
): OpenConnection => ({
  id: newId<'Connection'>(),
  tenantId: newId<'Tenant'>(),
  platform: 'wecom',
  name: 'sim',
  enabled: true,
  mode: options.mode ?? 'READ_ONLY',
  settings: {
    corpId: simulator.corp.corpId,
    agentId: String(simulator.app.agentId),
    apiBase: simulator.url,
    callsPerSecond: '1000',
    ...options.settings,
  },
  secrets: {
    appSecret: simulator.app.clientSecret,
    contactsSecret: simulator.contacts.clientSecret,
    ...options.secrets,
  },
  allowPrivateNetwork: true,
  pullRules: { ...DEFAULT_PULL_RULES, ...options.pullRules },
  pushRules: DEFAULT_PUSH_RULES,
  version: 1,
});
