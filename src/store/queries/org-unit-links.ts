import type {
  ConnectionId,
  Id,
  ImportRunId,
  LinkOrigin,
  OrgUnitId,
  RemoteOrgUnitId,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

export type OrgUnitLinkId = Id<'OrgUnitLink'>;

/** A unit of a platform and the org unit that it is. */
export interface OrgUnitLinkRow {
  readonly id: OrgUnitLinkId;
  readonly connectionId: ConnectionId;
  readonly connectionName: string;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
  readonly externalId: string;
  readonly remoteName: string;
  readonly orgUnitId: OrgUnitId;
  readonly orgUnitName: string;
  readonly origin: LinkOrigin;
  readonly runId: ImportRunId | null;
  readonly createdAt: Date;
  readonly createdById: string | null;
}

type Found = OrgUnitLinkRow & Record<string, unknown>;

const SELECT = `
  select l.id, l.connection_id as "connectionId", c.name as "connectionName",
    l.remote_org_unit_id as "remoteOrgUnitId", r.external_id as "externalId", r.name as "remoteName",
    l.org_unit_id as "orgUnitId", u.name as "orgUnitName", l.origin, l.run_id as "runId",
    l.created_at as "createdAt", l.created_by_id as "createdById"
  from muster.org_unit_link l
  join muster.connection c on c.tenant_id = l.tenant_id and c.id = l.connection_id
  join muster.remote_org_unit r on r.tenant_id = l.tenant_id and r.id = l.remote_org_unit_id
  join muster.org_unit u on u.tenant_id = l.tenant_id and u.id = l.org_unit_id
  where l.tenant_id = muster.current_tenant()`;

/** Links of units, by the names of their connections. */
export const selectLinksOfOrgUnits = (
  db: Database,
  tenantId: TenantId,
  orgUnitIds: readonly OrgUnitId[],
): Promise<OrgUnitLinkRow[]> =>
  db.read<Found>(
    tenantId,
    {
      name: 'links_of_org_units',
      text: `${SELECT} and l.org_unit_id = any ($1::uuid[]) order by c.name collate muster.pinyin, l.id`,
    },
    [orgUnitIds],
  );

export const selectOrgUnitLink = async (tx: Tx, id: OrgUnitLinkId): Promise<OrgUnitLinkRow | null> =>
  (await tx.query<Found>(`${SELECT} and l.id = $1`, [id]))[0] ?? null;

/** The copy of a unit, kept from changing until the transaction ends. */
export interface LockedRemoteOrgUnit {
  readonly id: RemoteOrgUnitId;
  readonly connectionId: ConnectionId;
  readonly externalId: string;
  readonly name: string;
  readonly goneAt: Date | null;
}

export const lockRemoteOrgUnit = async (tx: Tx, id: RemoteOrgUnitId): Promise<LockedRemoteOrgUnit | null> => {
  const rows = await tx.query<LockedRemoteOrgUnit & Record<string, unknown>>(
    `select id, connection_id as "connectionId", external_id as "externalId", name, gone_at as "goneAt"
     from muster.remote_org_unit where tenant_id = muster.current_tenant() and id = $1 for no key update`,
    [id],
  );
  return rows[0] ?? null;
};

/** The links that keep these two from being linked: of the org unit in this connection, and of the copy. */
export const selectUnitRivals = (
  tx: Tx,
  wanted: Pick<OrgUnitLinkRow, 'connectionId' | 'orgUnitId' | 'remoteOrgUnitId'>,
): Promise<OrgUnitLinkRow[]> =>
  tx.query<Found>(
    `${SELECT} and (l.remote_org_unit_id = $1 or (l.connection_id = $2 and l.org_unit_id = $3)) order by l.id`,
    [wanted.remoteOrgUnitId, wanted.connectionId, wanted.orgUnitId],
  );

/** Makes a link unless either side has one; false then. Who made it is the actor of the transaction. */
export const insertOrgUnitLink = async (
  tx: Tx,
  link: Pick<OrgUnitLinkRow, 'connectionId' | 'id' | 'orgUnitId' | 'origin' | 'remoteOrgUnitId'>,
): Promise<boolean> =>
  (await tx.execute(
    `insert into muster.org_unit_link (tenant_id, id, connection_id, remote_org_unit_id, org_unit_id, origin)
     values (muster.current_tenant(), $1, $2, $3, $4, $5) on conflict do nothing`,
    [link.id, link.connectionId, link.remoteOrgUnitId, link.orgUnitId, link.origin],
  )) === 1;

export const deleteOrgUnitLink = (tx: Tx, id: OrgUnitLinkId): Promise<number> =>
  tx.execute('delete from muster.org_unit_link where tenant_id = muster.current_tenant() and id = $1', [id]);
