import { AppError } from '../../domain/index.ts';
import { duePushes } from '../../store/queries/due-pushes.ts';
import { hasPlansToCarry } from '../../store/queries/push-carry.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from './plan-context.ts';
import { planSync } from './plan-sync.ts';
import { queueChanges } from './queue-changes.ts';

/**
 * Starts the full pushes of a tenant that are due by their connections' timers (row W-DD-38); they are applied as
 * `incremental` says: `APPLY` by themselves but for what a guard holds, otherwise after review. Takes up what plans of
 * changes have left open. A connection that cannot be pushed to right now is logged and left for the next time.
 */
export const startDuePushes = async (context: FlowContext): Promise<void> => {
  const tenantId = tenantOf(context);
  if (await hasPlansToCarry(context.db, tenantId)) await queueChanges(context);
  for (const connectionId of await duePushes(context.db, tenantId, context.now())) {
    try {
      await planSync(context, { connectionId, kind: 'FULL', trigger: 'SCHEDULE' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.logger.warn({ connectionId, errorCode: error.code }, 'a timed push could not be started');
    }
  }
};
