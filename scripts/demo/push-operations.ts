import { z } from 'zod';
import { operation } from './operations.ts';

const text = z.object({ en: z.string() }).transform(({ en }) => en);
const failure = z.object({ code: z.string(), text }).nullable();
const counts = z.record(z.string(), z.number());

const plan = z.object({
  id: z.string(),
  phase: z.string(),
  digest: z.string().nullable(),
  counts,
  guards: z.array(
    z.object({ kind: z.string(), tripped: z.boolean(), counted: z.number(), limit: z.number() }),
  ),
  error: failure,
});
export type Plan = z.infer<typeof plan>;

const PLAN = 'id phase digest counts guards { kind tripped counted limit } error { code text { en } }';

/** A mutation whose payload holds the plan afterwards. */
const planning = (name: string, input: string) =>
  operation(
    `mutation ($input: ${input}!) { ${name}(input: $input) { syncPlan { ${PLAN} } } }`,
    z
      .record(z.string(), z.object({ syncPlan: plan }))
      .transform((data) => Object.values(data).map(({ syncPlan }) => syncPlan)[0] as Plan),
  );

export const PLAN_SYNC = planning('planSync', 'PlanSyncInput');
export const DECIDE_OPERATIONS = planning('decideOperations', 'DecideOperationsInput');
export const APPROVE_PLAN = planning('approvePlan', 'ApprovePlanInput');
export const DISCARD_PLAN = planning('discardPlan', 'SyncPlanInput');
export const PLAN_UNDO = planning('planUndo', 'SyncRunInput');

export const SYNC_PLAN = operation(
  `query ($id: ID!) { syncPlan(id: $id) { ${PLAN} } }`,
  z.object({ syncPlan: plan }).transform(({ syncPlan }) => syncPlan),
);

const planned = z.object({
  ordinal: z.number(),
  kind: z.string(),
  name: z.string(),
  state: z.string(),
  outcomeCode: z.string().nullable(),
  reason: text,
  changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  holds: z.array(z.object({ text })),
  issues: z.array(z.object({ text })),
});
export type PlannedRow = z.infer<typeof planned>;

export const PLAN_OPERATIONS = operation(
  `query ($planId: ID!, $filter: PlanOperationFilter) { planOperations(planId: $planId, filter: $filter, first: 60) {
     nodes { ordinal kind name state outcomeCode reason { en } changes { field before after } holds { text { en } }
       issues { text { en } } } } }`,
  z
    .object({ planOperations: z.object({ nodes: z.array(planned) }) })
    .transform(({ planOperations }) => planOperations.nodes),
);

const run = z.object({
  id: z.string(),
  phase: z.string(),
  counts,
  progress: z.object({ ended: z.number(), left: z.number(), calls: z.number() }),
  error: failure,
});
export type SyncRun = z.infer<typeof run>;

const RUN = 'id phase counts progress { ended left calls } error { code text { en } }';

export const APPLY_PLAN = operation(
  `mutation ($input: ApplyPlanInput!) { applyPlan(input: $input) { syncRun { ${RUN} } } }`,
  z.object({ applyPlan: z.object({ syncRun: run }) }).transform(({ applyPlan }) => applyPlan.syncRun),
);

export const SYNC_RUN = operation(
  `query ($id: ID!) { syncRun(id: $id) { ${RUN} } }`,
  z.object({ syncRun: run }).transform(({ syncRun }) => syncRun),
);

export const CREATE_ORG_UNIT = operation(
  'mutation ($input: CreateOrgUnitInput!) { createOrgUnit(input: $input) { orgUnit { id name } } }',
  z
    .object({ createOrgUnit: z.object({ orgUnit: z.object({ id: z.string(), name: z.string() }) }) })
    .transform(({ createOrgUnit }) => createOrgUnit.orgUnit),
);

const made = z.object({ id: z.string(), displayName: z.string(), version: z.number() });

export const CREATE_ACCOUNT = operation(
  'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id displayName version } } }',
  z
    .object({ createAccount: z.object({ account: made }) })
    .transform(({ createAccount }) => createAccount.account),
);

export const DELETE_ACCOUNT = operation(
  'mutation ($input: AccountVersionInput!) { deleteAccount(input: $input) { account { id } } }',
  z.object({ deleteAccount: z.object({ account: z.object({ id: z.string() }) }) }).transform(() => true),
);

export const DELETE_ORG_UNIT = operation(
  'mutation ($input: DeleteOrgUnitInput!) { deleteOrgUnit(input: $input) { orgUnit { id } } }',
  z.object({ deleteOrgUnit: z.object({ orgUnit: z.object({ id: z.string() }) }) }).transform(() => true),
);

export const RESTORE_ACCOUNT = operation(
  'mutation ($input: RestoreAccountInput!) { restoreAccount(input: $input) { account { id } } }',
  z.object({ restoreAccount: z.object({ account: z.object({ id: z.string() }) }) }).transform(() => true),
);
