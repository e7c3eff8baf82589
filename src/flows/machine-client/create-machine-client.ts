import { newId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { insertMachineClient, type MachineClientRow } from '../../store/queries/machine-clients.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { naming } from '../roster/violations.ts';
import { requireOwner } from '../sign-in/access.ts';
import { newOpaqueToken } from '../sign-in/opaque-tokens.ts';
import { readName, readScopes } from './fields.ts';

export const NAME_CONSTRAINT = 'machine_client_tenant_id_name_key';

/** A machine client and its secret, which cannot be shown again. */
export interface NewMachineClient {
  readonly client: MachineClientRow;
  readonly secret: string;
}

/**
 * Makes a machine client: a program that asks for tokens at `/oauth/token` with its id and secret.
 * @throws AppError FORBIDDEN (owners only), INPUT_INVALID, MACHINE_CLIENT_NAME_TAKEN
 */
export const createMachineClient = async (
  context: FlowContext,
  input: { readonly name: string; readonly scopes: readonly string[] },
): Promise<NewMachineClient> => {
  const { principal, db } = context;
  requireOwner(principal, 'createMachineClient');
  const name = readName(input.name);
  const scopes = readScopes(input.scopes);
  const secret = newOpaqueToken(principal.tenantId);
  const client = await db.transaction(actorOf(principal), async (tx) => {
    const id = newId<'MachineClient'>();
    const made = await naming(insertMachineClient(tx, { id, name, scopes, secretDigest: secret.digest }), [
      {
        constraint: NAME_CONSTRAINT,
        code: 'MACHINE_CLIENT_NAME_TAKEN',
        details: { name },
        path: ['input', 'name'],
      },
    ]);
    await insertAuditEvent(tx, {
      action: 'machine-client.create',
      objectType: 'MachineClient',
      objectId: id,
      details: { name, scopes },
    });
    return made;
  });
  return { client, secret: secret.text };
};
