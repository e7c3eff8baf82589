import { AppError } from '../../domain/index.ts';
import { duePulls } from '../../store/queries/due-pulls.ts';
import type { FlowContext } from '../context.ts';
import { startImport } from './start-import.ts';

/**
 * Starts the pulls of a tenant that are due by their connections' timers (row W-DD-29). A connection that cannot
 * be pulled right now is logged and left for the next time. Answers with the number of imports started.
 */
export const startDueImports = async (context: FlowContext): Promise<number> => {
  let started = 0;
  for (const connectionId of await duePulls(context.db, context.principal.tenantId, context.now())) {
    try {
      await startImport(context, { connectionId, scope: 'ALL', trigger: 'SCHEDULE' });
      started += 1;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.logger.warn({ connectionId, errorCode: error.code }, 'a timed pull could not be started');
    }
  }
  return started;
};
