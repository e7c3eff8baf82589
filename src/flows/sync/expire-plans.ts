import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { expireOpenPlans } from '../../store/queries/plan-review.ts';
import type { FlowContext } from '../context.ts';
import { planActor } from './plan-context.ts';
import { queueChangesIn } from './queue-changes.ts';

/**
 * Ends the plans of a tenant whose time for approval and application is over. What a plan of changes would have
 * brought is planned again.
 * @returns number of plans
 */
export const expirePlans = (context: FlowContext): Promise<number> =>
  context.db.transaction(planActor(context), async (tx) => {
    const now = context.now();
    const expired = await expireOpenPlans(tx, now);
    for (const { id, connectionId } of expired) {
      await insertAuditEvent(tx, {
        action: 'plan.expire',
        objectType: 'SyncPlan',
        objectId: id,
        details: { connectionId },
      });
    }
    if (expired.some(({ kind }) => kind === 'INCREMENTAL')) await queueChangesIn(tx, { now, why: 'carry' });
    return expired.length;
  });
