import { AppError, type ConnectionId } from '../../domain/index.ts';
import type { FlowContext } from '../context.ts';
import { startImport } from './start-import.ts';

/**
 * Starts the pulls of a tenant that are due by their connections' timers (row W-DD-29, `duePulls`). A connection
 * that cannot be pulled right now is logged and left for the next time.
 */
export const startDueImports = async (
  context: FlowContext,
  input: { readonly connectionIds: readonly ConnectionId[] },
): Promise<void> => {
  for (const connectionId of input.connectionIds) {
    try {
      await startImport(context, { connectionId, scope: 'ALL', trigger: 'SCHEDULE' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.logger.warn({ connectionId, errorCode: error.code }, 'a timed pull could not be started');
    }
  }
};
