import { AppError, type ErrorDetails, type SyncPlanId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { failPlan, lockPlan, notePlanTrouble } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { giveUpImport } from '../import/give-up-import.ts';
import { planActor } from './plan-context.ts';

/** SQLSTATE classes that pass: connection, serialization, resources, operator's intervention. */
const PASSING = /^(?:08|40|53|57)/;

const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && PASSING.test(error.code);

/** The error with which planning is over; `null` when it is tried again. */
export const finalError = (context: FlowContext, error: unknown, signal: AbortSignal): AppError | null => {
  if (signal.aborted) return null;
  if (error instanceof AppError) {
    const { kind } = error.row.retry;
    return error.code === 'IMPORT_TAKEN_OVER' || kind === 'after' || kind === 'refresh-token' ? null : error;
  }
  if (isPassing(error)) return null;
  // A fault of ours does not go away by itself.
  context.logger.error({ err: error }, 'a plan failed');
  const details = { requestId: context.principal.requestId };
  return new AppError('INTERNAL', { details, cause: error });
};

interface Failure {
  readonly code: string;
  readonly details: ErrorDetails;
}

/** Ends a plan that cannot be made; nothing was written anywhere. */
export const failIn = async (tx: Tx, planId: SyncPlanId, failure: Failure): Promise<void> => {
  if (!(await failPlan(tx, planId, failure))) return;
  await insertAuditEvent(tx, {
    action: 'plan.fail',
    objectType: 'SyncPlan',
    objectId: planId,
    result: 'FAILED',
    reasonCode: failure.code,
  });
};

/** As {@link failIn}, in a transaction of its own. */
export const closePlan = (context: FlowContext, planId: SyncPlanId, failure: Failure): Promise<void> =>
  context.db.transaction(planActor(context), (tx) => failIn(tx, planId, failure));

/** Keeps what stands in the way for now where it can be seen. */
export const noteTrouble = async (
  context: FlowContext,
  planId: SyncPlanId,
  error: unknown,
): Promise<void> => {
  if (!(error instanceof AppError)) return;
  await context.db.transaction(planActor(context), (tx) =>
    notePlanTrouble(tx, planId, { code: error.code, details: error.details }),
  );
};

/** Ends a plan whose job has used up its attempts, and its pull, so that the connection is free. */
export const giveUpPlan = async (
  context: FlowContext,
  input: { readonly planId: SyncPlanId },
): Promise<void> => {
  const plan = await context.db.transaction(planActor(context), (tx) => lockPlan(tx, input.planId));
  if (plan === null || plan.phase !== 'PLANNING') return;
  if (plan.importRunId !== null) await giveUpImport(context, { runId: plan.importRunId });
  await closePlan(context, plan.id, {
    code: plan.errorCode ?? 'INTERNAL',
    details: plan.errorDetails ?? { requestId: context.principal.requestId },
  });
};
