import type pg from 'pg';
import type { PasswordPolicy, TenantId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** Any number that no other part of Muster uses for a transaction-level advisory lock. */
const BOOTSTRAP_LOCK = 7_215_482_003;

/** Lets one process at a time create the first tenant, until its transaction ends. */
export const lockBootstrap = async (client: pg.PoolClient): Promise<void> => {
  await client.query('select pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
};

/** True when the installation has any tenant; switches the list of tenants on for the rest of the transaction. */
export const hasTenants = async (client: pg.PoolClient): Promise<boolean> => {
  await client.query("select set_config('muster.system', 'on', true)");
  const { rows } = await client.query('select 1 from muster.tenant limit 1');
  return rows.length > 0;
};

/** Creates the tenant of the transaction. */
export const insertTenant = async (
  tx: Tx,
  tenant: { id: TenantId; code: string; name: string; policy: PasswordPolicy },
): Promise<void> => {
  await tx.execute('insert into muster.tenant (id, code, name, password_policy) values ($1, $2, $3, $4)', [
    tenant.id,
    tenant.code,
    tenant.name,
    JSON.stringify(tenant.policy),
  ]);
};
