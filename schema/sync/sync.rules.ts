import type { Rule } from '../authorisation.ts';

const READS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['sync:read'],
  wholeTenant: true,
};
const EDITS: Rule = { roles: ['OWNER', 'DIRECTORY_ADMIN'], scopes: ['sync:write'], wholeTenant: true };
/** A word that somebody has looked; a program that gives it to its own plans would make the review an empty form. */
const REVIEWS: Rule = {
  ...EDITS,
  scopes: [],
  also: 'People alone: it says that somebody has looked at the rows. A machine client plans and applies; who wants no review sets `incremental` to APPLY.',
};

export const SYNC_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.syncPlans': READS,
  'Query.syncPlan': READS,
  'Query.syncPlanDiff': READS,
  'Query.planOperations': READS,
  'Query.planOperation': READS,
  'Query.syncRuns': READS,
  'Query.syncRun': READS,
  'Query.explainPush': READS,
  'Mutation.planSync': EDITS,
  'Mutation.decideOperations': REVIEWS,
  'Mutation.approvePlan': REVIEWS,
  'Mutation.discardPlan': EDITS,
  'Mutation.applyPlan': EDITS,
  'Mutation.stopSync': EDITS,
  'Mutation.resumeSync': EDITS,
  'Mutation.planUndo': EDITS,
  'Mutation.releaseQuarantine': EDITS,
};

/** A machine client that may read plans does not read the roster or the settings through them. */
const READS_ROSTER: Rule = { ...READS, scopes: ['directory:read'] };
const READS_CONNECTIONS: Rule = { ...READS, scopes: ['connections:read'] };

const SENSITIVE =
  'Fields that are filled from sensitive attributes are left out for those who may not see these in the roster.';

export const SYNC_OBJECT_RULES = {
  ApprovePlanPayload: {},
  BlockedOperation: {},
  DecideOperationsPayload: {},
  ExplainedChange: { masked: { changes: SENSITIVE, issues: SENSITIVE } },
  OperationHold: {},
  PlanOperation: {
    masked: { changes: SENSITIVE, issues: SENSITIVE },
    fields: { account: READS_ROSTER, orgUnit: READS_ROSTER },
  },
  PlanOperationConnection: {},
  PlanOperationEdge: {},
  PlanDiffRow: {},
  PushExplanation: { masked: { sentences: SENSITIVE } },
  PushGuardVerdict: {},
  PushIssue: {},
  ReleaseQuarantinePayload: { fields: { connection: READS_CONNECTIONS } },
  SyncAttempt: {},
  SyncPlan: { fields: { connection: READS_CONNECTIONS } },
  SyncPlanApproval: {},
  SyncPlanConnection: {},
  SyncPlanDiff: {},
  SyncPlanEdge: {},
  SyncPlanPayload: {},
  SyncPlanScope: {},
  SyncPlanTotals: {},
  SyncProgress: {},
  SyncRun: {},
  SyncRunConnection: {},
  SyncRunEdge: {},
  SyncRunPayload: {},
} as const;
