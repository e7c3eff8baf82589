import type { AccountId, OrgUnitId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

/** A row as it was, column by column, as PostgreSQL writes rows as JSON. */
export type RowData = Readonly<Record<string, unknown>>;

/** One version of an account or of a membership, and what ended it. */
export interface VersionRow {
  readonly id: string;
  readonly data: RowData;
  /** Null for the version that is in force. */
  readonly operation: 'UPDATE' | 'DELETE' | null;
  readonly validTo: string | null;
  readonly endedBy: RowData | null;
}

const ENDED = `jsonb_build_object('kind', h.replaced_by_kind, 'id', h.replaced_by_id, 'name', h.replaced_by_name,
  'source', h.replaced_source, 'runId', h.replaced_run_id)`;

const ACCOUNT_VERSIONS = `
  select v.* from unnest($1::uuid[]) as wanted (id) cross join lateral (
    select a.id, to_jsonb(a) as data, null as operation, null as "validTo", null::jsonb as "endedBy",
      a.version from muster.account a where a.tenant_id = muster.current_tenant() and a.id = wanted.id
    union all
    select h.account_id, h.data, h.operation, to_jsonb(h.valid_to) #>> '{}', ${ENDED}, h.version
      from muster.account_history h where h.tenant_id = muster.current_tenant() and h.account_id = wanted.id
    order by version desc limit $2) v
  order by v.id, v.version desc`;

/** Versions of accounts, newest first, at most `limit` of each. */
export const selectAccountVersions = (
  db: Database,
  tenantId: TenantId,
  query: { readonly ids: readonly AccountId[]; readonly limit: number },
): Promise<VersionRow[]> =>
  db.read<VersionRow & Record<string, unknown>>(
    tenantId,
    { name: 'account_versions', text: ACCOUNT_VERSIONS },
    [query.ids, query.limit],
  );

const MEMBERSHIP_VERSIONS = `
  select v.* from unnest($1::uuid[]) as wanted (id) cross join lateral (
    select m.account_id as id, to_jsonb(m) as data, null as operation, null as "validTo", null::jsonb as "endedBy",
      m.changed_at as valid_from from muster.membership m
      where m.tenant_id = muster.current_tenant() and m.account_id = wanted.id
    union all
    select h.account_id, h.data, h.operation, to_jsonb(h.valid_to) #>> '{}', ${ENDED}, h.valid_from
      from muster.membership_history h
      where h.tenant_id = muster.current_tenant() and h.account_id = wanted.id
    order by valid_from desc limit $2) v
  order by v.id, v.valid_from desc`;

/** Versions of the memberships of accounts, newest first, at most `limit` of each account. */
export const selectMembershipVersions = (
  db: Database,
  tenantId: TenantId,
  query: { readonly ids: readonly AccountId[]; readonly limit: number },
): Promise<VersionRow[]> =>
  db.read<VersionRow & Record<string, unknown>>(
    tenantId,
    { name: 'membership_versions', text: MEMBERSHIP_VERSIONS },
    [query.ids, query.limit],
  );

/** The row of an account at an instant; null before it was made and after it was purged. */
export const selectAccountAt = async (
  db: Database,
  tenantId: TenantId,
  query: { readonly id: AccountId; readonly at: string },
): Promise<RowData | null> => {
  const rows = await db.read<{ data: RowData }>(
    tenantId,
    `select to_jsonb(a) as data from muster.account a
       where a.tenant_id = muster.current_tenant() and a.id = $1 and a.changed_at <= $2::timestamptz
     union all
     select h.data from muster.account_history h where h.tenant_id = muster.current_tenant()
       and h.account_id = $1 and h.valid_from <= $2::timestamptz and h.valid_to > $2::timestamptz`,
    [query.id, query.at],
  );
  return rows[0]?.data ?? null;
};

/** The memberships of an account at an instant. */
export const selectMembershipsAt = async (
  db: Database,
  tenantId: TenantId,
  query: { readonly id: AccountId; readonly at: string },
): Promise<RowData[]> => {
  const rows = await db.read<{ data: RowData }>(
    tenantId,
    `select to_jsonb(m) as data from muster.membership m
       where m.tenant_id = muster.current_tenant() and m.account_id = $1 and m.changed_at <= $2::timestamptz
     union all
     select h.data from muster.membership_history h where h.tenant_id = muster.current_tenant()
       and h.account_id = $1 and h.valid_from <= $2::timestamptz and h.valid_to > $2::timestamptz`,
    [query.id, query.at],
  );
  return rows.map(({ data }) => data);
};

/** An org unit at an instant with the names from the root at that instant. */
export interface OrgUnitAt {
  readonly id: OrgUnitId;
  readonly data: RowData;
  readonly path: readonly string[];
}

const UNIT_AT = (id: string): string => `
  (select to_jsonb(u) as data from muster.org_unit u
     where u.tenant_id = muster.current_tenant() and u.id = ${id} and u.changed_at <= $2::timestamptz
   union all
   select h.data from muster.org_unit_history h where h.tenant_id = muster.current_tenant()
     and h.org_unit_id = ${id} and h.valid_from <= $2::timestamptz and h.valid_to > $2::timestamptz)`;

/** Org units as they were at an instant; those that were not there are left out. */
export const selectOrgUnitsAt = (
  db: Database,
  tenantId: TenantId,
  query: { readonly ids: readonly string[]; readonly at: string },
): Promise<OrgUnitAt[]> =>
  db.read<OrgUnitAt & Record<string, unknown>>(
    tenantId,
    `with recursive line as (
       select wanted.id, v.data, v.data as top, 0 as level
         from unnest($1::uuid[]) as wanted (id) cross join lateral ${UNIT_AT('wanted.id')} v
       union all
       select line.id, line.data, v.data, line.level + 1
         from line cross join lateral ${UNIT_AT("(line.top ->> 'parent_id')::uuid")} v where line.level < 100)
     select id, (array_agg(data order by level))[1] as data,
       array_agg(top ->> 'name' order by level desc) as path from line group by id`,
    [query.ids, query.at],
  );
