import { AppError, type SyncPlanId, type SyncPlanPhase, type TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import type { SyncPlanRow } from '../../store/queries/sync-plans.ts';
import { lockPlan } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** The actor of what planning and reviewing write. */
export const planActor = (context: FlowContext): ActorContext =>
  actorOf(context.principal, { source: 'SYNC' });

export const tenantOf = (context: FlowContext): TenantId => context.principal.tenantId;

/** Key of the job that makes a plan. */
export const planJobKey = (planId: SyncPlanId): string => `plan:${planId}`;

export const planNotFound = (planId: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'SyncPlan', id: planId } });

/**
 * Locks a plan that must be in one of the phases.
 * @throws AppError NOT_FOUND, SYNC_PLAN_PHASE_WRONG
 */
export const requirePlan = async (
  tx: Tx,
  planId: SyncPlanId,
  phases: readonly SyncPlanPhase[],
): Promise<SyncPlanRow> => {
  const plan = await lockPlan(tx, planId);
  if (plan === null) throw planNotFound(planId);
  if (!phases.includes(plan.phase)) {
    throw new AppError('SYNC_PLAN_PHASE_WRONG', { details: { phase: plan.phase } });
  }
  return plan;
};
