import type { Rule } from '../authorisation.ts';

const READS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['connections:read'],
  wholeTenant: true,
};
const EDITS: Rule = { roles: ['OWNER', 'DIRECTORY_ADMIN'], scopes: ['connections:write'], wholeTenant: true };

export const CONNECTION_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.platforms': READS,
  'Query.connections': READS,
  'Query.connection': READS,
  'Query.remoteAccount': READS,
  'Query.remoteAccounts': READS,
  'Query.explainRemoteAccount': READS,
  'Mutation.createConnection': EDITS,
  'Mutation.updateConnection': EDITS,
  'Mutation.deleteConnection': EDITS,
  'Mutation.testConnection': EDITS,
  'Mutation.createConnectionApp': EDITS,
  'Mutation.updateConnectionApp': EDITS,
  'Mutation.deleteConnectionApp': EDITS,
};

const SECRETS = 'Secrets are write-only: nobody is shown more than their names.';

export const CONNECTION_OBJECT_RULES = {
  CheckStep: {},
  Connection: { masked: { secretNames: SECRETS, hasDefaultPassword: SECRETS } },
  ConnectionApp: {
    masked: { secretNames: SECRETS, hasCallbackToken: SECRETS, hasCallbackAesKey: SECRETS },
  },
  ConnectionAppPayload: {},
  ConnectionPayload: {},
  DeleteConnectionPayload: {},
  ImportGuardLimits: {},
  MasteredField: {},
  MatchKey: {},
  Platform: {},
  PlatformPermission: {},
  PlatformSetting: {},
  PullRules: {},
  PushApprovalRule: {},
  PushFieldRule: {},
  PushGuard: {},
  PushGuardLimits: {},
  PushLeaverRule: {},
  PushOperationSwitches: {},
  PushRules: {},
  PushScope: {},
  PushState: {},
  PushTarget: {},
  PushTargetField: {},
  QuarantinedObject: {},
  Failure: {},
  TestConnectionPayload: {},
  Text: {},
  TextRule: {},
} as const;
