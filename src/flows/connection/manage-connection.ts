import { AppError, type ConnectionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  type ConnectionRow,
  deleteConnectionRow,
  selectConnection,
  selectConnections,
} from '../../store/queries/connections.ts';
import { workingRun } from '../../store/queries/import-runs.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { connectionNotFound } from './open-connection.ts';
import { lockForChange } from './save-connection.ts';

/** All connections of the tenant, by name. */
export const findConnections = (context: FlowContext): Promise<ConnectionRow[]> =>
  selectConnections(context.db, context.principal.tenantId);

/** @throws AppError NOT_FOUND */
export const getConnection = async (
  context: FlowContext,
  input: { readonly id: ConnectionId },
): Promise<ConnectionRow> => {
  const row = await selectConnection(context.db, context.principal.tenantId, input.id);
  if (row === null) throw connectionNotFound(input.id);
  return row;
};

/**
 * Removes a connection with its copies, links and import runs. Accounts and units stay, as does what was written
 * of them.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, CONNECTION_BUSY
 */
export const deleteConnection = (
  context: FlowContext,
  input: { readonly id: ConnectionId; readonly version?: number },
): Promise<void> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const { name } = await lockForChange(tx, input);
    if ((await workingRun(tx, input.id)) !== null) {
      throw new AppError('CONNECTION_BUSY', { details: { name } });
    }
    await deleteConnectionRow(tx, input.id);
    await insertAuditEvent(tx, {
      action: 'connection.delete',
      objectType: 'Connection',
      objectId: input.id,
      details: { name },
    });
  });
