import type { AccountId, Attributes } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { revokeSessionsOf, STATUS_BEFORE_DELETION } from './accounts-write.ts';

const IN_SUBTREE = `select u.id from muster.org_unit u
  where u.tenant_id = $1 and u.path >= $2 and u.path < $2 || ':'`;

/** An account in a subtree that holds a role, which protects it from being deleted along; `null` = there is none. */
export const privilegedInSubtree = async (tx: Tx, path: string): Promise<string | null> => {
  const rows = await tx.query<{ userName: string }>(
    `select a.user_name as "userName" from muster.account a
     where a.tenant_id = $1 and a.status <> 'DELETED' and a.primary_org_unit_id in (${IN_SUBTREE})
       and exists (select from muster.role_grant g where g.tenant_id = $1 and g.account_id = a.id
         and g.role <> 'MEMBER') order by a.id limit 1`,
    [tx.context.tenantId, path],
  );
  return rows[0]?.userName ?? null;
};

/**
 * Deletes the accounts whose primary unit lies in a subtree, ends their sessions, and takes away the other
 * memberships there.
 */
export const deleteSubtreeAccounts = async (
  tx: Tx,
  path: string,
  at: { readonly deletedAt: Date; readonly restoreUntil: Date },
): Promise<AccountId[]> => {
  const deleted = await tx.query<{ id: AccountId }>(
    `update muster.account a set status = 'DELETED', deleted_at = $3, restore_until = $4
     where a.tenant_id = $1 and a.status <> 'DELETED' and a.primary_org_unit_id in (${IN_SUBTREE})
     returning a.id`,
    [tx.context.tenantId, path, at.deletedAt, at.restoreUntil],
  );
  // Those who stay lose a membership, which is a new version of them.
  await tx.execute(
    `with gone as (
       delete from muster.membership m using muster.account a
       where m.tenant_id = $1 and m.org_unit_id in (${IN_SUBTREE}) and a.tenant_id = $1 and a.id = m.account_id
         and m.org_unit_id <> a.primary_org_unit_id and a.status <> 'DELETED' returning m.account_id)
     update muster.account a set id = a.id where a.tenant_id = $1 and a.id in (select account_id from gone)`,
    [tx.context.tenantId, path],
  );
  const ids = deleted.map(({ id }) => id);
  await revokeSessionsOf(tx, ids, 'ACCOUNT_DELETED');
  return ids;
};

/** Brings back the accounts of a subtree that were deleted at one instant. */
export const restoreSubtreeAccounts = (
  tx: Tx,
  path: string,
  deletedAt: Date,
): Promise<{ id: AccountId; attributes: Attributes }[]> =>
  tx.query(
    `update muster.account a set status = ${STATUS_BEFORE_DELETION}, deleted_at = null, restore_until = null
     where a.tenant_id = $1 and a.status = 'DELETED' and a.deleted_at = $3
       and a.primary_org_unit_id in (${IN_SUBTREE}) returning a.id, a.attributes`,
    [tx.context.tenantId, path, deletedAt],
  );

/** Accounts of a subtree that were deleted at one instant. */
export const countDeletedWith = async (tx: Tx, path: string, deletedAt: Date): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::int as count from muster.account a where a.tenant_id = $1 and a.status = 'DELETED'
       and a.deleted_at = $3 and a.primary_org_unit_id in (${IN_SUBTREE})`,
    [tx.context.tenantId, path, deletedAt],
  );
  return rows[0]?.count ?? 0;
};
