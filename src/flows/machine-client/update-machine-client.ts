import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  lockMachineClient,
  type MachineClientRow,
  updateMachineClient as updateRow,
} from '../../store/queries/machine-clients.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireVersion } from '../roster/access.ts';
import { naming } from '../roster/violations.ts';
import { requireOwner } from '../sign-in/access.ts';
import { NAME_CONSTRAINT } from './create-machine-client.ts';
import { noSuchClient, readClientId, readName, readScopes } from './fields.ts';

export interface UpdateMachineClientInput {
  readonly id: string;
  readonly version?: number | undefined;
  readonly name?: string | null | undefined;
  readonly scopes?: readonly string[] | null | undefined;
  /** A disabled client's tokens are refused within a second. */
  readonly enabled?: boolean | null | undefined;
}

/**
 * Changes name, scopes or state of a machine client; what is absent stays.
 * @throws AppError FORBIDDEN (owners only), NOT_FOUND, VERSION_CONFLICT, INPUT_INVALID, MACHINE_CLIENT_NAME_TAKEN
 */
export const updateMachineClient = async (
  context: FlowContext,
  input: UpdateMachineClientInput,
): Promise<MachineClientRow> => {
  const { principal, db } = context;
  requireOwner(principal, 'updateMachineClient');
  const id = readClientId(input.id);
  const change = {
    ...(input.name == null ? {} : { name: readName(input.name) }),
    ...(input.scopes == null ? {} : { scopes: readScopes(input.scopes) }),
    ...(input.enabled == null ? {} : { enabled: input.enabled }),
  };
  return db.transaction(actorOf(principal), async (tx) => {
    const client = await lockMachineClient(tx, id);
    if (client === null) throw noSuchClient(id);
    requireVersion('MachineClient', client, input.version);
    const changed = await naming(updateRow(tx, id, change), [
      {
        constraint: NAME_CONSTRAINT,
        code: 'MACHINE_CLIENT_NAME_TAKEN',
        details: { name: change.name ?? '' },
        path: ['input', 'name'],
      },
    ]);
    if (changed === null) throw noSuchClient(id);
    await insertAuditEvent(tx, {
      action: 'machine-client.update',
      objectType: 'MachineClient',
      objectId: id,
      details: change,
    });
    return changed;
  });
};
