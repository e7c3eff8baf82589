import type { ConnectionId, OrgUnitId, RemoteOrgUnitId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { OrgUnitLinkId } from './org-unit-links.ts';

/** The last-seen copy of a unit of a platform, and the org unit that it is linked to. */
export interface RemoteOrgUnitRow {
  readonly id: RemoteOrgUnitId;
  readonly connectionId: ConnectionId;
  readonly externalId: string;
  readonly parentExternalId: string | null;
  readonly name: string;
  readonly seenAt: Date;
  readonly goneAt: Date | null;
  readonly orgUnitId: OrgUnitId | null;
  readonly linkId: OrgUnitLinkId | null;
}

export interface RemoteOrgUnitQuery {
  readonly connectionId: ConnectionId;
  readonly linked: boolean | null;
  readonly gone: boolean | null;
  readonly parentExternalId: string | null;
  /** Folded piece of the name or the platform's id, as the right-hand side of LIKE. */
  readonly pattern: string | null;
}

const FROM = `from muster.remote_org_unit r
  left join muster.org_unit_link l on l.tenant_id = r.tenant_id and l.remote_org_unit_id = r.id
  where r.tenant_id = muster.current_tenant() and r.connection_id = $1
    and ($2::boolean is null or (l.id is not null) = $2) and ($3::boolean is null or (r.gone_at is not null) = $3)
    and ($4::text is null or r.parent_external_id = $4)
    and ($5::text is null or muster.fold(r.name) like $5 or muster.fold(r.external_id) like $5)`;

const values = (query: RemoteOrgUnitQuery): unknown[] => [
  query.connectionId,
  query.linked,
  query.gone,
  query.parentExternalId,
  query.pattern,
];

/** Copies of units of a connection, by the platform's id. */
export const selectRemoteOrgUnits = (
  db: Database,
  tenantId: TenantId,
  query: RemoteOrgUnitQuery & { readonly after: string | null; readonly limit: number },
): Promise<RemoteOrgUnitRow[]> =>
  db.read<RemoteOrgUnitRow & Record<string, unknown>>(
    tenantId,
    `select r.id, r.connection_id as "connectionId", r.external_id as "externalId",
       r.parent_external_id as "parentExternalId", r.name, r.seen_at as "seenAt", r.gone_at as "goneAt",
       l.org_unit_id as "orgUnitId", l.id as "linkId"
     ${FROM} and ($6::text is null or r.external_id > $6) order by r.external_id limit $7`,
    [...values(query), query.after, query.limit],
  );

/** Number of copies that the filter selects. */
export const countRemoteOrgUnits = async (
  db: Database,
  tenantId: TenantId,
  query: RemoteOrgUnitQuery,
): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::int as count ${FROM}`,
    values(query),
  );
  return rows[0]?.count ?? 0;
};
