import { addJob } from '../../store/queries/jobs.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { planActor } from './plan-context.ts';

/**
 * Asks for the plan of changes of the transaction's tenant, as a change of the roster does; `seconds` from now. Its key
 * is its own: the one that changes share may be locked by an import for as long as that takes.
 */
export const queueChangesIn = (
  tx: Tx,
  when: { readonly now: Date; readonly seconds?: number; readonly why: 'carry' | 'settings' | 'waiting' },
): Promise<void> =>
  addJob(tx, {
    task: 'push-changes',
    payload: { tenantId: tx.context.tenantId },
    key: `push-changes:${tx.context.tenantId}:${when.why}`,
    queue: `push-changes:${tx.context.tenantId}`,
    runAt: new Date(when.now.getTime() + (when.seconds ?? 0) * 1000),
  });

/** As {@link queueChangesIn}, in a transaction of its own. */
export const queueChanges = (context: FlowContext): Promise<void> =>
  context.db.transaction(planActor(context), (tx) =>
    queueChangesIn(tx, { now: context.now(), why: 'carry' }),
  );
