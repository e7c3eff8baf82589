import { AppError, type ConnectionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { busyRun } from '../../store/queries/sync-runs.ts';
import { deleteAllLinks, type UnlinkAllCounts } from '../../store/queries/unlink-all.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { standingAbove } from './standing-above.ts';

const BULK_TIMEOUT = 120_000;

/**
 * Takes the links of all people of a connection away (row W-DD-42). Accounts and people stay as they are; links of
 * units stay, too. Accounts that stand above the caller keep theirs. Refused while a push is being applied.
 * @throws AppError NOT_FOUND, SYNC_RUN_BUSY
 */
export const unlinkAll = (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId },
): Promise<UnlinkAllCounts> =>
  context.db.transaction(
    actorOf(context.principal),
    async (tx) => {
      const { connectionId } = input;
      const connection = await lockConnection(tx, connectionId, 'no key update');
      if (connection === null) throw connectionNotFound(connectionId);
      const run = await busyRun(tx, connectionId);
      if (run !== null) {
        throw new AppError('SYNC_RUN_BUSY', { details: { name: connection.name, runId: run.id } });
      }
      await workInBulk(tx);
      const counts = await deleteAllLinks(tx, { connectionId, ...standingAbove(context.principal) });
      await insertAuditEvent(tx, {
        action: 'connection.unlinkAll',
        objectType: 'Connection',
        objectId: connectionId,
        details: { ...counts },
      });
      return counts;
    },
    { statementTimeout: BULK_TIMEOUT },
  );
