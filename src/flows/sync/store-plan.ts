import { createHash } from 'node:crypto';
import type { PlannedOperation } from '../../domain/index.ts';
import type { PushInput, PushPlan } from '../../planner/push/facts.ts';
import { operationDigest, reviewDigest } from '../../planner/push/plan-digest.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { storeOperations } from '../../store/queries/plan-operations.ts';
import { endPlanning, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { SignedPlan } from './sign-plan.ts';

type Planned = Extract<PushPlan, { readonly outcome: 'PLANNED' }>;

/** What is stored of a plan. */
export interface PlanToStore {
  readonly planned: Planned;
  readonly made: Pick<PushInput, 'rules' | 'masters' | 'remoteComplete' | 'now'>;
  readonly sign: (plan: SignedPlan) => Promise<string>;
}

const HOUR_MS = 3_600_000;

/** Each operation is digested once, for the row and for the plan. */
const digestsOf = (operations: readonly PlannedOperation[]) => {
  const content = createHash('sha256');
  const digests = operations.map((operation) => {
    const digest = operationDigest(operation);
    content.update(digest, 'hex');
    return digest;
  });
  return { digests, contentDigest: content.digest('hex') };
};

/** Rows that can be applied, now or after a person's word. */
export const isActionable = ({ state }: Pick<PlannedOperation, 'state'>): boolean =>
  state === 'PLANNED' || state === 'HELD';

const auditGuards = async (tx: Tx, plan: SyncPlanRow, guards: Planned['guards']): Promise<void> => {
  for (const { kind, counted, limit, base, tripped } of guards) {
    if (!tripped) continue;
    await insertAuditEvent(tx, {
      action: 'plan.guard',
      objectType: 'SyncPlan',
      objectId: plan.id,
      reasonCode: kind === 'SHRINK' ? 'SHRINK_GUARD' : 'GUARD_TRIPPED',
      details: { connectionId: plan.connectionId, kind, counted, limit, base },
    });
  }
};

/**
 * Stores what was planned, whole, with totals, guards, digests, signature and expiry; in the transaction that read
 * what it was planned from, so that a crash leaves nothing of it. A plan in which no row can be applied is `EMPTY`;
 * its rows say why.
 */
export const storePlan = async (
  tx: Tx,
  plan: SyncPlanRow,
  { planned, made, sign }: PlanToStore,
): Promise<SyncPlanRow> => {
  const { operations, guards, totals } = planned;
  const { digests, contentDigest } = digestsOf(operations);
  await storeOperations(tx, plan, {
    operations,
    digestOf: ({ ordinal }) => digests[ordinal] ?? '',
  });
  await auditGuards(tx, plan, guards);
  return endPlanning(tx, plan.id, {
    phase: operations.some(isActionable) ? 'REVIEW' : 'EMPTY',
    totals,
    guards,
    rules: made.rules,
    masters: made.masters ?? {},
    remoteComplete: made.remoteComplete,
    contentDigest,
    digest: reviewDigest(contentDigest, []),
    signature: await sign({ ...plan, contentDigest }),
    expiresAt: new Date(made.now.getTime() + made.rules.approval.validHours * HOUR_MS),
  });
};
