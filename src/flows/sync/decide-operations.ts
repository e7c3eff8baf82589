import { AppError, type SyncPlanId } from '../../domain/index.ts';
import { reviewDigest } from '../../planner/push/plan-digest.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import type { OperationFilter } from '../../store/queries/plan-operations.ts';
import {
  deleteApprovals,
  type HeldRow,
  readDecisions,
  readHeld,
  readUndecidable,
  writeDecisions,
  writeDigest,
} from '../../store/queries/plan-review.ts';
import type { SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { type OperationFilterInput, operationFilter } from './find-plans.ts';
import { planActor, requirePlan } from './plan-context.ts';
import { type Blocked, rejectRows, releaseRows } from './release-rows.ts';

/** Most rows that one decision may name; above, a filter says which. */
export const NAMED_ROWS = 1000;
/** Most rows that are named as having stayed held. */
const BLOCKED_SHOWN = 100;

export type DecideOperationsInput = {
  readonly planId: SyncPlanId;
  readonly decision: 'RELEASE' | 'REJECT';
} & (
  | { readonly ordinals: readonly number[] }
  /** Held rows that a filter selects; an empty filter selects all. */
  | { readonly filter: OperationFilterInput }
);

export interface DecideOperationsReport {
  /** Rows of those meant whose decision changed. */
  readonly changed: number;
  /** Rows that went with them: held for nothing but a row that was released, or useless without one that was rejected. */
  readonly followed: number;
  /** Rows of those meant that stay held, because what they depend on is held or rejected. */
  readonly blockedCount: number;
  /** The first hundred of those, and what each waits for. */
  readonly blocked: readonly Blocked[];
  /** Digest of the plan as it is now: what is to be approved. */
  readonly digest: string;
}

const requireDecidable = async (
  tx: Tx,
  planId: SyncPlanId,
  ordinals: readonly number[],
): Promise<OperationFilter & { readonly ordinals: readonly number[] }> => {
  if (ordinals.length > NAMED_ROWS) {
    throw new AppError('SYNC_ROWS_TOO_MANY', { details: { limit: NAMED_ROWS } });
  }
  const [first] = await readUndecidable(tx, planId, ordinals);
  if (first !== undefined) {
    throw new AppError('NOT_FOUND', {
      details: { type: 'held PlanOperation', id: String(first) },
      path: ['input', 'ordinals'],
    });
  }
  return { ordinals };
};

/** The digest over content and decisions as they are now. */
const digestNow = async (tx: Tx, plan: SyncPlanRow): Promise<string> =>
  reviewDigest(plan.contentDigest ?? '', await readDecisions(tx, plan.id));

const write = async (tx: Tx, plan: SyncPlanRow, outcome: Outcome): Promise<string> => {
  const { changed, followed, decision } = outcome;
  const ordinals = [...changed, ...followed];
  if (ordinals.length === 0) return plan.digest ?? digestNow(tx, plan);
  await writeDecisions(tx, plan.id, { ordinals, decision });
  const digest = await digestNow(tx, plan);
  await writeDigest(tx, plan.id, digest);
  // What somebody approved before is not what the plan says now.
  await deleteApprovals(tx, plan.id);
  return digest;
};

interface Outcome {
  readonly decision: 'RELEASED' | 'REJECTED';
  readonly changed: readonly number[];
  readonly followed: readonly number[];
  readonly blocked: readonly Blocked[];
}

const outcomeOf = (rows: readonly HeldRow[], decision: DecideOperationsInput['decision']): Outcome =>
  decision === 'RELEASE'
    ? { decision: 'RELEASED', ...releaseRows(rows) }
    : { decision: 'REJECTED', ...rejectRows(rows), blocked: [] };

/**
 * Releases or rejects held rows of a plan under review: singly, by filter, or all. A row whose dependency is held or
 * rejected cannot be released alone: it stays held, and the answer says what for. Rows that were held for nothing but
 * such a dependency go with it. A decision can be changed until the plan is approved.
 * @throws AppError NOT_FOUND, SYNC_PLAN_PHASE_WRONG, SYNC_ROWS_TOO_MANY
 */
export const decideOperations = (
  context: FlowContext,
  input: DecideOperationsInput,
): Promise<DecideOperationsReport> =>
  context.db.transaction(planActor(context), async (tx) => {
    const plan = await requirePlan(tx, input.planId, ['REVIEW']);
    const filter =
      'ordinals' in input
        ? await requireDecidable(tx, plan.id, input.ordinals)
        : operationFilter(input.filter);
    const outcome = outcomeOf(await readHeld(tx, plan.id, filter), input.decision);
    const digest = await write(tx, plan, outcome);
    const { changed, followed, blocked } = outcome;
    await insertAuditEvent(tx, {
      action: 'plan.decide',
      objectType: 'SyncPlan',
      objectId: plan.id,
      details: {
        decision: outcome.decision,
        rows: changed.length,
        followed: followed.length,
        blocked: blocked.length,
      },
    });
    return {
      changed: changed.length,
      followed: followed.length,
      blockedCount: blocked.length,
      blocked: blocked.slice(0, BLOCKED_SHOWN),
      digest,
    };
  });
