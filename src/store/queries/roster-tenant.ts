import type { PasswordPolicy, Tenant, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { entities } from '../entities/load.ts';
import type { Tx } from '../transaction.ts';

const COLUMNS = `id, code, name, account_quota as "accountQuota", password_policy as "passwordPolicy", version`;
type TenantRow = Tenant & Record<string, unknown>;

/** The tenant of the session. */
export const selectTenant = async (db: Database, tenantId: TenantId): Promise<Tenant | null> => {
  const rows = await db.read<TenantRow>(tenantId, {
    name: 'tenant_select',
    text: `select ${COLUMNS} from muster.tenant where id = muster.current_tenant()`,
  });
  return rows[0] ?? null;
};

/** Accounts that are not deleted, for showing beside the quota (row ID-13). */
export const selectAccountCount = async (db: Database, tenantId: TenantId): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    "select count(*)::int as count from muster.account where tenant_id = muster.current_tenant() and status <> 'DELETED'",
  );
  return rows[0]?.count ?? 0;
};

export const lockTenant = async (tx: Tx): Promise<Tenant | null> => {
  const rows = await tx.query<TenantRow>(
    `select ${COLUMNS} from muster.tenant where id = $1 for no key update`,
    [tx.context.tenantId],
  );
  return rows[0] ?? null;
};

/**
 * The quota, `null` = unlimited. With a quota the tenant's row stays locked until the transaction ends, so that
 * two creations cannot both take the last place; without one nothing waits.
 */
export const lockQuota = async (tx: Tx): Promise<number | null> => {
  const [tenant] = await tx.query<{ quota: number | null }>(
    { name: 'tenant_quota', text: 'select account_quota as quota from muster.tenant where id = $1' },
    [tx.context.tenantId],
  );
  if (tenant === undefined || tenant.quota === null) return null;
  return (await lockTenant(tx))?.accountQuota ?? null;
};

export interface TenantChange {
  readonly name?: string;
  readonly accountQuota?: number | null;
  readonly passwordPolicy?: PasswordPolicy;
}

export const updateTenantRow = async (tx: Tx, change: TenantChange): Promise<void> => {
  const { TenantEntity } = entities();
  Object.assign(await tx.em.findOneOrFail(TenantEntity, { id: tx.context.tenantId }), change);
  await tx.em.flush();
};
