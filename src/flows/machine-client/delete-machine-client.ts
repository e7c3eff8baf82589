import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { deleteMachineClient as deleteRow } from '../../store/queries/machine-clients.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireOwner } from '../sign-in/access.ts';
import { noSuchClient, readClientId } from './fields.ts';

/**
 * Removes a machine client; its tokens are refused within a second.
 * @throws AppError FORBIDDEN (owners only), NOT_FOUND
 */
export const deleteMachineClient = async (
  context: FlowContext,
  input: { readonly id: string },
): Promise<void> => {
  const { principal, db } = context;
  requireOwner(principal, 'deleteMachineClient');
  const id = readClientId(input.id);
  await db.transaction(actorOf(principal), async (tx) => {
    if (!(await deleteRow(tx, id))) throw noSuchClient(id);
    await insertAuditEvent(tx, {
      action: 'machine-client.delete',
      objectType: 'MachineClient',
      objectId: id,
    });
  });
};
