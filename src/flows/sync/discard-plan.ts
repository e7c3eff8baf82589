import type { SyncPlanId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { endPlan, OPEN_PHASES } from '../../store/queries/plan-review.ts';
import type { FlowContext } from '../context.ts';
import { planActor, requirePlan } from './plan-context.ts';

/**
 * Ends a plan without writing anything; its rows stay readable. What an incremental plan held back comes again with
 * the next full one.
 * @throws AppError NOT_FOUND, SYNC_PLAN_PHASE_WRONG
 */
export const discardPlan = (context: FlowContext, input: { readonly planId: SyncPlanId }): Promise<void> =>
  context.db.transaction(planActor(context), async (tx) => {
    await requirePlan(tx, input.planId, OPEN_PHASES);
    await endPlan(tx, input.planId, { phase: 'DISCARDED' });
    await insertAuditEvent(tx, {
      action: 'plan.discard',
      objectType: 'SyncPlan',
      objectId: input.planId,
    });
  });
