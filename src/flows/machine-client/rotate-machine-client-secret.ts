import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { updateMachineClient } from '../../store/queries/machine-clients.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireOwner } from '../sign-in/access.ts';
import { newOpaqueToken } from '../sign-in/opaque-tokens.ts';
import type { NewMachineClient } from './create-machine-client.ts';
import { noSuchClient, readClientId } from './fields.ts';

/**
 * Gives a machine client another secret; the old one is worth nothing from then on. Tokens that were issued stay
 * good until they expire.
 * @throws AppError FORBIDDEN (owners only), NOT_FOUND
 */
export const rotateMachineClientSecret = async (
  context: FlowContext,
  input: { readonly id: string },
): Promise<NewMachineClient> => {
  const { principal, db } = context;
  requireOwner(principal, 'rotateMachineClientSecret');
  const id = readClientId(input.id);
  const secret = newOpaqueToken(principal.tenantId);
  const client = await db.transaction(actorOf(principal), async (tx) => {
    const changed = await updateMachineClient(tx, id, { secretDigest: secret.digest });
    if (changed === null) throw noSuchClient(id);
    await insertAuditEvent(tx, {
      action: 'machine-client.rotate-secret',
      objectType: 'MachineClient',
      objectId: id,
    });
    return changed;
  });
  return { client, secret: secret.text };
};
