import { AppError, type ConnectionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { addPullChanges } from '../../store/queries/change-hints.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';

/**
 * Has what events have named read now, also where that waits because the platform was in trouble.
 * @throws AppError NOT_FOUND, CONNECTION_DISABLED
 */
export const pullChangesNow = (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId },
): Promise<void> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    if (!connection.enabled)
      throw new AppError('CONNECTION_DISABLED', { details: { name: connection.name } });
    await addPullChanges(tx, connection);
    await insertAuditEvent(tx, {
      action: 'connection.pullChanges',
      objectType: 'Connection',
      objectId: input.connectionId,
    });
  });
