import type { ConnectionId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

/** Which copies go into a file of links. */
export interface LinkExportQuery {
  readonly connectionId: ConnectionId;
  /** Platform ids of units; people in them or anywhere below. `null` = everybody. */
  readonly orgUnitExternalIds: readonly string[] | null;
  readonly linked: boolean | null;
  readonly gone: boolean | null;
}

/** A person of a platform as a file of links shows it. */
export interface LinkExportRow {
  readonly externalId: string;
  readonly name: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
  readonly jobNumber: string | null;
  readonly title: string | null;
  /** Names of the platform's units that the person is in. */
  readonly orgUnits: string | null;
  readonly gone: boolean;
  readonly userName: string | null;
}

/** A page of copies by the platform's id; what was written and is not shown by listings fills the gaps. */
export const selectLinkExport = (
  db: Database,
  tenantId: TenantId,
  query: LinkExportQuery & { readonly after: string | null; readonly limit: number },
): Promise<LinkExportRow[]> =>
  db.read<LinkExportRow & Record<string, unknown>>(
    tenantId,
    `with recursive unit as (
       select external_id from muster.remote_org_unit
       where tenant_id = muster.current_tenant() and connection_id = $1 and external_id = any ($2::text[])
       union
       select u.external_id from unit
       join muster.remote_org_unit u on u.tenant_id = muster.current_tenant() and u.connection_id = $1
         and u.parent_external_id = unit.external_id),
     page as (
       select r.id, r.external_id, r.name, r.believed || r.value as value, r.gone_at, l.account_id
       from muster.remote_account r
       left join muster.account_link l on l.tenant_id = r.tenant_id and l.remote_account_id = r.id
       where r.tenant_id = muster.current_tenant() and r.connection_id = $1
         and ($2::text[] is null or exists (
           select from jsonb_array_elements(r.value->'memberships') as m
           where m->>'orgUnitExternalId' in (select external_id from unit)))
         and ($3::boolean is null or (l.account_id is not null) = $3)
         and ($4::boolean is null or (r.gone_at is not null) = $4)
         and ($5::text is null or r.external_id > $5)
       order by r.external_id limit $6)
     select p.external_id as "externalId", p.name, p.value->>'mobile' as mobile, p.value->>'email' as email,
       p.value->>'jobNumber' as "jobNumber", p.value->>'title' as title, units.names as "orgUnits",
       p.gone_at is not null as gone, a.user_name as "userName"
     from page p
     left join muster.account a on a.tenant_id = muster.current_tenant() and a.id = p.account_id
     left join lateral (
       select string_agg(u.name, ' / ' order by u.name) as names
       from jsonb_array_elements(coalesce(p.value->'memberships', '[]')) as m
       join muster.remote_org_unit u on u.tenant_id = muster.current_tenant() and u.connection_id = $1
         and u.external_id = m->>'orgUnitExternalId') units on true
     order by p.external_id`,
    [query.connectionId, query.orgUnitExternalIds, query.linked, query.gone, query.after, query.limit],
  );
