import type { DingTalkSimulator } from '../../../simulators/dingtalk/index.ts';
import {
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
  type PullRules,
} from '../../../src/domain/index.ts';

/** A connection to the simulator's first app, as an administrator would have saved it. */
export const connectionTo = (
  simulator: DingTalkSimulator,
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly pullRules?: Partial<PullRules>;
  } = {},
): OpenConnection => ({
  id: newId<'Connection'>(),
  tenantId: newId<'Tenant'>(),
  platform: 'dingtalk',
  name: 'sim',
  enabled: true,
  mode: 'READ_ONLY',
  settings: {
    corpId: simulator.corp.corpId,
    clientId: simulator.app.clientId,
    apiBase: simulator.legacyUrl,
    newApiBase: simulator.newUrl,
    callsPerSecond: '1000',
    ...options.settings,
  },
  secrets: { clientSecret: simulator.app.clientSecret, ...options.secrets },
  allowPrivateNetwork: true,
  pullRules: { ...DEFAULT_PULL_RULES, ...options.pullRules },
  pushRules: DEFAULT_PUSH_RULES,
  version: 1,
});
