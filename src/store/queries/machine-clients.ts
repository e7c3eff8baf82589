import type { MachineClientId, Scope, TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';
import { entities } from '../entities/load.ts';
import type { MachineClientRecord } from '../entities/machine-client.ts';
import type { Tx } from '../transaction.ts';

/** A machine client without its secret, of which only the digest is kept. */
export interface MachineClientRow {
  readonly id: MachineClientId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly version: number;
}

const COLUMNS = `id, name, scopes, enabled, created_at as "createdAt", last_used_at as "lastUsedAt", version`;

/** All machine clients of a tenant by name, 1,000 at most. */
export const listMachineClients = (db: Database, tenantId: TenantId): Promise<MachineClientRow[]> =>
  db.read<MachineClientRow>(
    tenantId,
    {
      name: 'machine_clients',
      text: `select ${COLUMNS} from muster.machine_client where tenant_id = $1 order by name, id limit 1000`,
    },
    [tenantId],
  );

/** A machine client with what proves it. */
export interface MachineClientCredential extends MachineClientRow {
  readonly secretDigest: Buffer;
}

const FIND_CREDENTIAL = {
  name: 'machine_client_credential',
  text: `select ${COLUMNS}, secret_digest as "secretDigest" from muster.machine_client
    where tenant_id = $1 and id = $2`,
};

export const findMachineCredential = async (
  db: Database,
  tenantId: TenantId,
  id: MachineClientId,
): Promise<MachineClientCredential | null> =>
  (await db.read<MachineClientCredential>(tenantId, FIND_CREDENTIAL, [tenantId, id]))[0] ?? null;

/** What an enabled client may do; `null` when it is disabled or gone. */
export const findMachineState = async (
  db: Database,
  tenantId: TenantId,
  id: MachineClientId,
): Promise<{ name: string; scopes: readonly Scope[] } | null> => {
  const rows = await db.read<{ name: string; scopes: Scope[] }>(
    tenantId,
    {
      name: 'machine_client_state',
      text: 'select name, scopes from muster.machine_client where tenant_id = $1 and id = $2 and enabled',
    },
    [tenantId, id],
  );
  return rows[0] ?? null;
};

/** Notes that a token was issued, at most once a minute per client, and audits it. */
export const recordMachineToken = async (
  db: Database,
  context: ActorContext,
  input: { id: MachineClientId; auditId: string; scopes: readonly Scope[] },
): Promise<void> => {
  await db.write(
    context,
    {
      name: 'machine_token_issued',
      text: `
        with used as (
          update muster.machine_client set last_used_at = clock_timestamp()
          where tenant_id = muster.current_tenant() and id = $1
            and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute'))
        insert into muster.audit_event (tenant_id, id, action, object_type, object_id, details)
        values (muster.current_tenant(), $2, 'machine-client.token', 'MachineClient', $1::text,
          jsonb_build_object('scopes', to_jsonb($3::text[])))`,
    },
    [input.id, input.auditId, input.scopes],
  );
};

/** Audits that a client was refused a token. */
export const recordMachineRefusal = async (
  db: Database,
  context: ActorContext,
  input: { id: MachineClientId; auditId: string; reason: string },
): Promise<void> => {
  await db.write(
    context,
    `insert into muster.audit_event (tenant_id, id, action, object_type, object_id, result, reason_code)
     values (muster.current_tenant(), $1, 'machine-client.token', 'MachineClient', $2, 'DENIED', $3)`,
    [input.auditId, input.id, input.reason],
  );
};

const rowOf = (client: MachineClientRecord): MachineClientRow => {
  const { id, name, scopes, enabled, createdAt, lastUsedAt, version } = client;
  return { id, name, scopes, enabled, createdAt, lastUsedAt, version };
};

export const insertMachineClient = async (
  tx: Tx,
  input: { id: MachineClientId; name: string; scopes: readonly Scope[]; secretDigest: Buffer },
): Promise<MachineClientRow> => {
  const { MachineClientEntity } = entities();
  const made = tx.em.create(MachineClientEntity, {
    tenantId: tx.context.tenantId,
    enabled: true,
    lastUsedAt: null,
    ...input,
  });
  await tx.em.flush();
  return rowOf(made);
};

const lockRecord = (tx: Tx, id: MachineClientId): Promise<MachineClientRecord | null> => {
  const { MachineClientEntity, LockMode } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  return tx.em.findOne(MachineClientEntity, key, { lockMode: LockMode.PESSIMISTIC_WRITE });
};

/** A client whose row is kept from changing until the transaction ends. */
export const lockMachineClient = async (tx: Tx, id: MachineClientId): Promise<MachineClientRow | null> => {
  const client = await lockRecord(tx, id);
  return client === null ? null : rowOf(client);
};

/** Changes what is given and nothing else. */
export const updateMachineClient = async (
  tx: Tx,
  id: MachineClientId,
  change: { name?: string; scopes?: readonly Scope[]; enabled?: boolean; secretDigest?: Buffer },
): Promise<MachineClientRow | null> => {
  const client = await lockRecord(tx, id);
  if (client === null) return null;
  Object.assign(client, change);
  await tx.em.flush();
  return rowOf(client);
};

/** False when there is none. */
export const deleteMachineClient = async (tx: Tx, id: MachineClientId): Promise<boolean> => {
  const client = await lockRecord(tx, id);
  if (client === null) return false;
  tx.em.remove(client);
  await tx.em.flush();
  return true;
};
