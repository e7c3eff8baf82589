import type { AccountId, AccountStatus, OrgUnitId, Role, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** A role of an account. */
export interface RoleGrantRow {
  readonly accountId: AccountId;
  readonly displayName: string;
  readonly role: Role;
  /** Subtree of a DIRECTORY_ADMIN; `null` = the whole tenant. */
  readonly orgUnitId: OrgUnitId | null;
  readonly grantedAt: Date;
  readonly grantedById: AccountId | null;
}

const LIST = {
  name: 'role_grants',
  text: `
    select g.account_id as "accountId", a.display_name as "displayName", g.role, g.org_unit_id as "orgUnitId",
      g.granted_at as "grantedAt", g.granted_by_id as "grantedById"
    from muster.role_grant g join muster.account a on a.tenant_id = g.tenant_id and a.id = g.account_id
    where g.tenant_id = $1 and ($2::uuid is null or g.account_id = $2)
    order by g.granted_at, g.account_id, g.role limit 1000`,
};

/** Roles granted in a tenant, or those of one account; oldest first, 1,000 at most. */
export const listRoleGrants = (
  db: Database,
  tenantId: TenantId,
  accountId: AccountId | null,
): Promise<RoleGrantRow[]> => db.read<RoleGrantRow>(tenantId, LIST, [tenantId, accountId]);

/** Status of an account while its row is kept from changing; `null` when there is none. */
export const lockAccountStatus = async (tx: Tx, accountId: AccountId): Promise<AccountStatus | null> => {
  const [row] = await tx.query<{ status: AccountStatus }>(
    `select status from muster.account where tenant_id = muster.current_tenant() and id = $1 for share`,
    [accountId],
  );
  return row?.status ?? null;
};

/** True when the org unit exists and is not deleted. */
export const isLivingOrgUnit = async (tx: Tx, orgUnitId: OrgUnitId): Promise<boolean> => {
  const rows = await tx.query(
    `select 1 from muster.org_unit
     where tenant_id = muster.current_tenant() and id = $1 and status = 'ACTIVE' for key share`,
    [orgUnitId],
  );
  return rows.length === 1;
};

/** Grants a role, or gives a granted one another subtree. */
export const insertRoleGrant = async (
  tx: Tx,
  input: { accountId: AccountId; role: Role; orgUnitId: OrgUnitId | null },
): Promise<RoleGrantRow> => {
  const [row] = await tx.query<RoleGrantRow>(
    `with granted as (
       insert into muster.role_grant (tenant_id, account_id, role, org_unit_id)
       values (muster.current_tenant(), $1, $2, $3)
       on conflict (tenant_id, account_id, role) do update set org_unit_id = excluded.org_unit_id
       returning *)
     select g.account_id as "accountId", a.display_name as "displayName", g.role, g.org_unit_id as "orgUnitId",
       g.granted_at as "grantedAt", g.granted_by_id as "grantedById"
     from granted g join muster.account a on a.tenant_id = g.tenant_id and a.id = g.account_id`,
    [input.accountId, input.role, input.orgUnitId],
  );
  if (row === undefined) throw new TypeError('an insert that returns gives one row');
  return row;
};

/** Number of rows removed: 1, or 0 when the account did not have the role. */
export const deleteRoleGrant = (tx: Tx, input: { accountId: AccountId; role: Role }): Promise<number> =>
  tx.execute(
    `delete from muster.role_grant where tenant_id = muster.current_tenant() and account_id = $1 and role = $2`,
    [input.accountId, input.role],
  );
