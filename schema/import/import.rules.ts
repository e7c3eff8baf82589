import type { Rule } from '../authorisation.ts';

const READS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['imports:read'],
  wholeTenant: true,
};
const EDITS: Rule = { roles: ['OWNER', 'DIRECTORY_ADMIN'], scopes: ['imports:write'], wholeTenant: true };

export const IMPORT_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.importRuns': READS,
  'Query.importRun': READS,
  'Query.stagedAccounts': READS,
  'Query.stagedOrgUnits': READS,
  'Query.unchangedAccounts': READS,
  'Query.revertPreview': READS,
  'Mutation.startImport': EDITS,
  'Mutation.cancelImport': EDITS,
  'Mutation.decideStaged': EDITS,
  'Mutation.removeInvalid': EDITS,
  'Mutation.mendStaged': EDITS,
  'Mutation.chooseAccount': EDITS,
  'Mutation.rematchImport': EDITS,
  'Mutation.commitImport': EDITS,
  'Mutation.discardImport': EDITS,
  'Mutation.revertImport': EDITS,
};

/** A machine client that may read imports does not read the roster through them. */
const READS_ACCOUNTS: Rule = { ...READS, scopes: ['directory:read'] };
const READS_CONNECTIONS: Rule = { ...READS, scopes: ['connections:read'] };

const SENSITIVE = 'Sensitive attributes are left out for those who may not see them in the roster.';

export const IMPORT_OBJECT_RULES = {
  CommitImportPayload: {},
  CompletenessGap: {},
  CompletenessStatement: {},
  GuardVerdict: {},
  ImportCounts: {},
  ImportGuard: {},
  ImportError: {},
  ImportProgress: {},
  ImportQuota: {},
  ImportRun: { fields: { connection: READS_CONNECTIONS } },
  ImportRunConnection: {},
  ImportRunEdge: {},
  ImportRunPayload: {},
  Issue: {},
  MendPayload: {},
  RemoteAccount: { masked: { value: SENSITIVE } },
  RemoteAccountConnection: {},
  RemoteAccountEdge: {},
  RemoteAccountExplanation: {},
  RevertConflict: {},
  RevertImportPayload: {},
  RevertPreview: {},
  ReviewPayload: {},
  StagedAccount: {
    masked: { after: SENSITIVE, changes: SENSITIVE, issues: SENSITIVE },
    fields: { account: READS_ACCOUNTS, candidateAccounts: READS_ACCOUNTS },
  },
  StagedAccountConnection: {},
  StagedAccountEdge: {},
  StagedCounts: {},
  StagedOrgUnit: { masked: { after: SENSITIVE, changes: SENSITIVE, issues: SENSITIVE } },
  StagedOrgUnitConnection: {},
  StagedOrgUnitEdge: {},
  UnchangedAccount: {},
  UnchangedAccountConnection: {},
  UnchangedAccountEdge: {},
  VisibleRange: {},
} as const;
