import type { TenantId } from '../../../src/domain/index.ts';
import type { TestDatabase } from '../../support/index.ts';

/**
 * What two runs of the same work must agree on; instants and ids that are made on the way are left out. Of staged
 * rows what the reviewer said: what a run proposes, and what it finds fault with, may be of any moment, because the
 * commit judges all of it again with everything locked.
 */
const PICTURE = `
  select 'account' as kind, a.id::text as key, a.user_name as label, (to_jsonb(a)
      - array['tenant_id', 'created_at', 'changed_at', 'changed_by_id', 'changed_by_name', 'deleted_at',
        'restore_until', 'created_run_id'])::text as row
    from muster.account a where a.tenant_id = $1
  union all
  select 'unit', u.id::text, u.name, (to_jsonb(u) - array['tenant_id', 'created_at', 'changed_at', 'changed_by_id',
      'changed_by_name', 'deleted_at', 'restore_until', 'created_run_id', 'path', 'path_key', 'parent_path'])::text
    from muster.org_unit u where u.tenant_id = $1
  union all
  select 'membership', '', '', concat_ws(' ', account_id, org_unit_id, leader, title, sort_order)
    from muster.membership where tenant_id = $1
  union all
  select 'search', '', '', concat_ws(' ', account_id, search_text, (select string_agg(g, ',' order by g)
    from unnest(grams) g)) from muster.account_search where tenant_id = $1
  union all
  select 'value', '', '', concat_ws(' ', definition_id, value, owner_id) from muster.attribute_value
    where tenant_id = $1
  union all
  select 'role', '', '', concat_ws(' ', account_id, role, org_unit_id) from muster.role_grant where tenant_id = $1
  union all
  select 'account link', '', '', concat_ws(' ', remote_account_id, account_id, run_id, encode(agreed_hash, 'hex'),
    agreed_version) from muster.account_link where tenant_id = $1
  union all
  select 'unit link', '', '', concat_ws(' ', remote_org_unit_id, org_unit_id, run_id, encode(agreed_hash, 'hex'),
    agreed_version) from muster.org_unit_link where tenant_id = $1
  union all
  select 'run', id::text, 'run', concat_ws(' ', id, phase, scope) from muster.import_run where tenant_id = $1
  union all
  select 'staged', '', '', concat_ws(' ', s.external_id, s.decision = 'SKIPPED', s.mended)
    from muster.staged_account s where s.tenant_id = $1 and s.run_id = $2
  union all
  select 'staged unit', '', '', concat_ws(' ', s.external_id, s.decision = 'SKIPPED', s.mended)
    from muster.staged_org_unit s where s.tenant_id = $1 and s.run_id = $2
  union all
  select 'changes', '', '', concat_ws(' ', object_type, object_id, operation, count(*))
    from muster.directory_change where tenant_id = $1 group by object_type, object_id, operation
  union all
  select 'history', '', '', concat_ws(' ', account_id, version) from muster.account_history where tenant_id = $1
  union all
  select 'unit history', '', '', concat_ws(' ', org_unit_id, version) from muster.org_unit_history
    where tenant_id = $1`;

const BROKEN = `
  select 'path' as what, u.id::text as id from muster.org_unit u join muster.org_unit p
    on p.tenant_id = u.tenant_id and p.id = u.parent_id
    where u.tenant_id = $1 and u.parent_path <> p.path
  union all
  select 'seat', a.id::text from muster.account a where a.tenant_id = $1 and not exists (
    select from muster.membership m where m.tenant_id = $1 and m.account_id = a.id
      and m.org_unit_id = a.primary_org_unit_id)
  union all
  select 'orphan', a.id::text from muster.account a join muster.org_unit u
    on u.tenant_id = a.tenant_id and u.id = a.primary_org_unit_id
    where a.tenant_id = $1 and a.status <> 'DELETED' and u.status = 'DELETED'
  union all
  select 'child of a deleted unit', u.id::text from muster.org_unit u join muster.org_unit p
    on p.tenant_id = u.tenant_id and p.id = u.parent_id
    where u.tenant_id = $1 and u.status = 'ACTIVE' and p.status = 'DELETED'`;

/** Everything that must be true of a roster whatever was done to it. */
export const brokenRules = (
  database: TestDatabase,
  tenantId: TenantId,
): Promise<{ what: string; id: string }[]> => database.look(BROKEN, [tenantId]);

/** The tenant's state as sorted lines; objects that are not `known` are called by their names. */
export const pictureOf = async (
  database: TestDatabase,
  tenantId: TenantId,
  about: { readonly known: ReadonlySet<string>; readonly reviewed: string },
): Promise<readonly string[]> => {
  const rows = await database.look<{ kind: string; key: string; label: string; row: string }>(PICTURE, [
    tenantId,
    about.reviewed,
  ]);
  const fresh = rows.filter(({ key }) => key !== '' && !about.known.has(key));
  return rows
    .map(({ kind, row }) => {
      let text = `${kind} ${row}`;
      for (const { key, label } of fresh) text = text.replaceAll(key, `<${label}>`);
      return text;
    })
    .sort();
};

/** Ids of all objects that a tenant has now or that its staged rows are going to make. */
export const knownIds = async (database: TestDatabase, tenantId: TenantId): Promise<ReadonlySet<string>> => {
  const rows = await database.look<{ id: string }>(
    `select id::text from muster.account where tenant_id = $1
     union select id::text from muster.org_unit where tenant_id = $1
     union select id::text from muster.import_run where tenant_id = $1
     union select account_id::text from muster.staged_account where tenant_id = $1 and account_id is not null
     union select org_unit_id::text from muster.staged_org_unit where tenant_id = $1 and org_unit_id is not null`,
    [tenantId],
  );
  return new Set(rows.map(({ id }) => id));
};
