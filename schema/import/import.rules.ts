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

const SENSITIVE = 'Sensitive attributes are left out for those who may not see them in the roster.';

export const IMPORT_OBJECT_RULES = {
  CommitImportPayload: {},
  CompletenessGap: {},
  CompletenessStatement: {},
  GuardVerdict: {},
  ImportCounts: {},
  ImportGuard: {},
  ImportRun: {},
  ImportRunConnection: {},
  ImportRunEdge: {},
  ImportRunPayload: {},
  Issue: {},
  RemoteAccount: { masked: { value: SENSITIVE } },
  RemoteAccountConnection: {},
  RemoteAccountEdge: {},
  RemoteAccountExplanation: {},
  RevertConflict: {},
  RevertImportPayload: {},
  RevertPreview: {},
  ReviewPayload: {},
  StagedAccount: { masked: { after: SENSITIVE, changes: SENSITIVE, issues: SENSITIVE } },
  StagedAccountConnection: {},
  StagedAccountEdge: {},
  StagedCounts: {},
  StagedOrgUnit: { masked: { after: SENSITIVE, changes: SENSITIVE, issues: SENSITIVE } },
  StagedOrgUnitConnection: {},
  StagedOrgUnitEdge: {},
  UnchangedAccount: {},
} as const;
