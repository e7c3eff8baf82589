import type pg from 'pg';

/** One account of the hot list, flat, as PostgreSQL returns it. */
export interface ListRow {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly title: string | null;
  readonly unitId: string;
  readonly unitName: string;
  readonly unitPath: readonly string[];
}

/** The first 50 accounts of a tenant in pinyin order with the names on the way to their unit. */
const LIST = {
  name: 'bench_list',
  text: `
    select a.id, a.user_name as "userName", a.display_name as "displayName", a.email, a.title,
      u.id as "unitId", u.name as "unitName",
      (select array_agg(x.name order by length(x.path)) from muster.org_unit x where x.tenant_id = u.tenant_id
        and x.path_key = any (string_to_array(btrim(u.path, '.'), '.')::bigint[])) as "unitPath"
    from muster.account a
    join muster.org_unit u on u.tenant_id = a.tenant_id and u.id = a.primary_org_unit_id
    where a.tenant_id = $1 and a.status <> 'DELETED'
    order by a.display_name collate muster.pinyin, a.id limit 50`,
};

/** The hot list by bare pg, without row-level security. */
export const listRows = async (pool: pg.Pool, tenantId: string): Promise<readonly ListRow[]> =>
  (await pool.query<ListRow>({ ...LIST, values: [tenantId] })).rows;

/** A row in the shape that the API gives it. */
export const nodeOf = (row: ListRow): object => ({
  id: row.id,
  userName: row.userName,
  displayName: row.displayName,
  email: row.email,
  title: row.title,
  orgUnit: { id: row.unitId, name: row.unitName, path: row.unitPath },
});
