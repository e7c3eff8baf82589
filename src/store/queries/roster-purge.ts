import type { Tx } from '../transaction.ts';

/**
 * Removes accounts whose restore window is over, for good; their history stays. At most `limit` of them.
 * Whoever reported to one of them reports to nobody.
 */
export const purgeAccounts = async (tx: Tx, now: Date, limit: number): Promise<string[]> => {
  const due = await tx.query<{ id: string }>(
    `select id from muster.account where tenant_id = $1 and status = 'DELETED' and restore_until < $2
     order by restore_until limit $3 for update skip locked`,
    [tx.context.tenantId, now, limit],
  );
  const ids = due.map(({ id }) => id);
  if (ids.length === 0) return ids;
  await tx.execute(
    'update muster.account set manager_id = null where tenant_id = $1 and manager_id = any ($2::uuid[])',
    [tx.context.tenantId, ids],
  );
  await tx.execute(
    'delete from muster.attribute_value where tenant_id = $1 and owner_id = any ($2::uuid[])',
    [tx.context.tenantId, ids],
  );
  await tx.execute('delete from muster.account where tenant_id = $1 and id = any ($2::uuid[])', [
    tx.context.tenantId,
    ids,
  ]);
  return ids;
};

/** Removes org units whose restore window is over and that nothing refers to any more; at most `limit` of them. */
export const purgeOrgUnits = async (tx: Tx, now: Date, limit: number): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `delete from muster.org_unit d where d.tenant_id = $1 and d.id in (
       select u.id from muster.org_unit u where u.tenant_id = $1 and u.status = 'DELETED' and u.restore_until < $2
         and not exists (select from muster.org_unit c where c.tenant_id = $1 and c.parent_id = u.id)
         and not exists (select from muster.membership m where m.tenant_id = $1 and m.org_unit_id = u.id)
         and not exists (select from muster.role_grant g where g.tenant_id = $1 and g.org_unit_id = u.id)
       order by u.restore_until limit $3 for update skip locked)
     returning d.id`,
    [tx.context.tenantId, now, limit],
  );
  return rows.map(({ id }) => id);
};
