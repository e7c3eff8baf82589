import type { TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** A tenant's key for signing what is approved: the public half in clear, the private half sealed. */
export interface TenantKeyRow {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateJwe: string;
}

const COLUMNS = `kid, public_jwk as "publicJwk", private_jwe as "privateJwe"`;

type Found = TenantKeyRow & Record<string, unknown>;

const NEWEST = `
  select ${COLUMNS} from muster.tenant_key where tenant_id = muster.current_tenant()
  order by created_at desc, kid limit 1`;

/** The key that a tenant signs with, `null` when there is none yet. */
export const readTenantKey = async (db: Database, tenantId: TenantId): Promise<TenantKeyRow | null> =>
  (await db.read<Found>(tenantId, NEWEST))[0] ?? null;

/** A key of the tenant by its id. */
export const findTenantKey = async (tx: Tx, kid: string): Promise<TenantKeyRow | null> => {
  const rows = await tx.query<Found>(
    `select ${COLUMNS} from muster.tenant_key where tenant_id = muster.current_tenant() and kid = $1`,
    [kid],
  );
  return rows[0] ?? null;
};

/** Stores a tenant's first key, unless somebody was quicker: then that one is the answer. */
export const ensureTenantKey = async (tx: Tx, key: TenantKeyRow): Promise<TenantKeyRow> => {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('tenant-key:' || $1, 0))", [
    tx.context.tenantId,
  ]);
  const standing = await tx.query<Found>(NEWEST);
  if (standing[0] !== undefined) return standing[0];
  await tx.execute(
    `insert into muster.tenant_key (tenant_id, kid, public_jwk, private_jwe)
     values (muster.current_tenant(), $1, $2, $3)`,
    [key.kid, JSON.stringify(key.publicJwk), key.privateJwe],
  );
  return key;
};
