import { createHash } from 'node:crypto';
import { AppError, type OperationState, type PlannedOperation } from '../../domain/index.ts';
import { operationDigest, type RowDecision, reviewDigest } from '../../planner/push/plan-digest.ts';
import {
  type OperationDecision,
  type PlanOperationRow,
  plannedOf,
  readOperations,
} from '../../store/queries/plan-operations.ts';
import type { SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import { isSigned } from './sign-plan.ts';

const BATCH = 5000;

/** The state in which a row begins, by what was planned and decided. */
export const firstState = (
  planned: PlannedOperation['state'],
  decision: OperationDecision | null,
): OperationState => {
  if (planned !== 'HELD' || decision === null) return planned;
  return decision === 'RELEASED' ? 'PLANNED' : 'SKIPPED';
};

const tampered = (plan: SyncPlanRow, debug: string): AppError =>
  new AppError('SYNC_PLAN_TAMPERED', { details: { planId: plan.id }, debug });

/** A row as it must be before anything of the plan was applied. */
const isSound = (row: PlanOperationRow): boolean =>
  operationDigest(plannedOf(row)) === row.contentDigest &&
  (row.plannedState === 'HELD' || row.decision === null) &&
  row.attempt === 0 &&
  row.state === firstState(row.plannedState, row.decision);

/**
 * Looks at every stored operation of a plan: what it does must be what was signed, and what was decided must be what
 * was approved. To be called before anything of it is applied, in the transaction that begins to.
 * @throws AppError SYNC_PLAN_TAMPERED
 */
export const verifyPlan = async (tx: Tx, plan: SyncPlanRow): Promise<void> => {
  const { contentDigest, signature } = plan;
  if (contentDigest === null || signature === null) throw tampered(plan, 'it is not signed');
  const content = createHash('sha256');
  const decisions: RowDecision[] = [];
  let next = 0;
  for (;;) {
    const page = { planId: plan.id, filter: {}, after: next === 0 ? null : next - 1, limit: BATCH };
    const rows = await readOperations(tx, page);
    for (const row of rows) {
      if (row.ordinal !== next || row.connectionId !== plan.connectionId) {
        throw tampered(plan, `operation ${next} is missing or not of this plan`);
      }
      if (!isSound(row)) throw tampered(plan, `operation ${row.ordinal} was changed`);
      content.update(row.contentDigest, 'hex');
      if (row.decision !== null) decisions.push({ ordinal: row.ordinal, decision: row.decision });
      next += 1;
    }
    if (rows.length < BATCH) break;
  }
  if (content.digest('hex') !== contentDigest) throw tampered(plan, 'the operations are not all there');
  if (reviewDigest(contentDigest, decisions) !== plan.digest) {
    throw tampered(plan, 'the decisions are not those that were approved');
  }
  if (!(await isSigned(tx, { ...plan, contentDigest }, signature))) {
    throw tampered(plan, 'the signature is not that of this plan');
  }
};
