import type { TestDatabase } from '../support/index.ts';
import type { ImportWorld } from './support.ts';

/** Columns that say who wrote when, and how often: not part of what an undo must restore. */
const BOOKKEEPING = [
  'version',
  'changed_at',
  'changed_by_kind',
  'changed_by_id',
  'changed_by_name',
  'changed_source',
  'changed_run_id',
];

/** Everything of a tenant's roster as text, row by row, without bookkeeping. */
export const rosterState = async (database: TestDatabase, world: ImportWorld): Promise<readonly string[]> => {
  const rows = await database.look<{ row: string }>(
    `select 'account ' || (to_jsonb(a) - $2::text[])::text as row from muster.account a where tenant_id = $1
     union all
     select 'membership ' || (to_jsonb(m) - $2::text[])::text from muster.membership m where tenant_id = $1
     union all
     select 'unit ' || (to_jsonb(u) - $2::text[])::text from muster.org_unit u where tenant_id = $1
     union all
     select 'search ' || (to_jsonb(s) || jsonb_build_object('grams',
       (select jsonb_agg(g order by g) from unnest(s.grams) g)))::text
       from muster.account_search s where tenant_id = $1
     union all
     select 'value ' || to_jsonb(v)::text from muster.attribute_value v where tenant_id = $1
     order by 1`,
    [world.tenantId, BOOKKEEPING],
  );
  return rows.map(({ row }) => row);
};
