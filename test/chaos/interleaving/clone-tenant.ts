import { newId, type TenantId } from '../../../src/domain/index.ts';
import type { TestDatabase } from '../../support/index.ts';

/** Rows of every table of the tenant, under another tenant's id and otherwise the same, ids included. */
const CLONE = `
  create schema chaos;
  create function chaos.clone(from_tenant uuid, to_tenant uuid) returns void language plpgsql as $$
  declare
    t record;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for t in
      select c.oid::regclass as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
        string_agg(case when a.attname = 'tenant_id' or (c.relname = 'tenant' and a.attname = 'id') then '$2'
          when c.relname = 'tenant' and a.attname = 'code' then '''t-'' || substr($2::text, 25)'
          else quote_ident(a.attname) end, ', ' order by a.attnum) as selected,
        case when c.relname = 'tenant' then 'id' else 'tenant_id' end as key
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and a.attgenerated = ''
      where c.relnamespace = 'muster'::regnamespace and c.relkind = 'r'
        and exists (select from pg_attribute x where x.attrelid = c.oid and x.attname = 'tenant_id')
      group by c.oid, c.relname
    loop
      execute format('insert into %s (%s) overriding system value select %s from %s where %I = $1',
        t.name, t.columns, t.selected, t.name, t.key) using from_tenant, to_tenant;
    end loop;
  end $$`;

/** Answers with a function that clones one tenant as often as is wanted. */
export const tenantCloner = async (
  database: TestDatabase,
  template: TenantId,
): Promise<() => Promise<TenantId>> => {
  await database.look(CLONE);
  return async () => {
    const tenantId = newId<'Tenant'>() as TenantId;
    await database.look('select chaos.clone($1, $2)', [template, tenantId]);
    return tenantId;
  };
};
