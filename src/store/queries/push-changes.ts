import type { AccountId, ConnectionId, OrgUnitId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** Roster objects that something is to be planned for. */
export interface ChangedObjects {
  readonly accountIds: readonly AccountId[];
  readonly orgUnitIds: readonly OrgUnitId[];
}

/**
 * What of the outbox a connection has planned, as PostgreSQL writes a `pg_snapshot`; locked, so that one plans at a
 * time. A snapshot from the future is one of another server, from which this database was restored: then nothing is
 * taken for settled. Nothing is, either, for a connection without a state.
 */
export const lockSettled = async (tx: Tx, connectionId: ConnectionId): Promise<string> => {
  const rows = await tx.query<{ settled: string }>(
    `select case when pg_snapshot_xmax(settled) > pg_snapshot_xmax(pg_current_snapshot()) then '3:3:'
       else settled::text end as settled
     from muster.push_state where tenant_id = muster.current_tenant() and connection_id = $1 for no key update`,
    [connectionId],
  );
  return rows[0]?.settled ?? '3:3:';
};

/** As {@link lockSettled}, for one who only looks. */
export const readSettled = async (tx: Tx, connectionId: ConnectionId): Promise<string> => {
  const rows = await tx.query<{ settled: string }>(
    `select case when pg_snapshot_xmax(settled) > pg_snapshot_xmax(pg_current_snapshot()) then '3:3:'
       else settled::text end as settled
     from muster.push_state where tenant_id = muster.current_tenant() and connection_id = $1`,
    [connectionId],
  );
  return rows[0]?.settled ?? '3:3:';
};

/**
 * Everything that this transaction sees of the outbox is planned. It must have seen all of it at one instant: a change
 * that is committed later, however early it was made, is not in the snapshot.
 */
export const settle = (tx: Tx, connectionId: ConnectionId): Promise<number> =>
  tx.execute(
    `insert into muster.push_state (tenant_id, connection_id, settled)
     values (muster.current_tenant(), $1, pg_current_snapshot())
     on conflict (tenant_id, connection_id) do update set settled = excluded.settled`,
    [connectionId],
  );

/** Rows of the outbox `c` that are not visible in the snapshot $1; those before it are passed over by the index. */
const UNSETTLED = `c.tenant_id = muster.current_tenant()
  and c.xact >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
  and not pg_visible_in_snapshot(c.xact::text::xid8, $1::pg_snapshot)`;

/** Units and accounts that have changed since; a changed membership is a change of its account. */
export const readChanged = async (tx: Tx, settled: string): Promise<ChangedObjects> => {
  const rows = await tx.query<{ unit: boolean; id: string }>(
    `select c.object_type = 'ORG_UNIT' as unit, c.object_id as id
     from muster.directory_change c where ${UNSETTLED} group by 1, 2`,
    [settled],
  );
  return {
    accountIds: rows.filter(({ unit }) => !unit).map(({ id }) => id as AccountId),
    orgUnitIds: rows.filter(({ unit }) => unit).map(({ id }) => id as OrgUnitId),
  };
};

/** Units whose leaders may have changed since: one of them is, or was, among the changed memberships. */
export const readUnitsWithOtherLeaders = async (tx: Tx, settled: string): Promise<OrgUnitId[]> => {
  const rows = await tx.query<{ id: OrgUnitId }>(
    `select distinct c.org_unit_id as id from muster.directory_change c
     where ${UNSETTLED} and c.object_type = 'MEMBERSHIP' and (
       exists (select from muster.membership m where m.tenant_id = c.tenant_id
         and m.account_id = c.object_id and m.org_unit_id = c.org_unit_id and m.leader)
       or exists (select from muster.membership_history h where h.tenant_id = c.tenant_id
         and h.account_id = c.object_id and h.org_unit_id = c.org_unit_id and h.data->>'leader' = 'true'))`,
    [settled],
  );
  return rows.map(({ id }) => id);
};

/** Units that accounts lead now. */
export const readUnitsLedBy = async (tx: Tx, accountIds: readonly AccountId[]): Promise<OrgUnitId[]> => {
  const rows = await tx.query<{ id: OrgUnitId }>(
    `select distinct org_unit_id as id from muster.membership
     where tenant_id = muster.current_tenant() and leader and account_id = any ($1::uuid[])`,
    [accountIds],
  );
  return rows.map(({ id }) => id);
};

/** Units that accounts are in. */
export const readUnitsOf = async (tx: Tx, accountIds: readonly AccountId[]): Promise<OrgUnitId[]> => {
  const rows = await tx.query<{ id: OrgUnitId }>(
    `select distinct org_unit_id as id from muster.membership
     where tenant_id = muster.current_tenant() and account_id = any ($1::uuid[])`,
    [accountIds],
  );
  return rows.map(({ id }) => id);
};

/** Of these accounts the ones that a connection is not linked to. */
export const unlinkedOf = async (
  tx: Tx,
  connectionId: ConnectionId,
  accountIds: readonly AccountId[],
): Promise<AccountId[]> => {
  const rows = await tx.query<{ id: AccountId }>(
    `select id from unnest($2::uuid[]) as id
     where not exists (select from muster.account_link l
       where l.tenant_id = muster.current_tenant() and l.connection_id = $1 and l.account_id = id.id)`,
    [connectionId, accountIds],
  );
  return rows.map(({ id }) => id);
};

/**
 * Linked people who have lost their access since, and for whom no urgent plan that knows of it was made yet.
 */
export const readLeavers = async (
  tx: Tx,
  connectionId: ConnectionId,
  settled: string,
): Promise<AccountId[]> => {
  const rows = await tx.query<{ id: AccountId }>(
    `select distinct a.id from muster.directory_change c
     join muster.account a on a.tenant_id = c.tenant_id and a.id = c.object_id and a.status <> 'ACTIVE'
     join muster.account_link l on l.tenant_id = a.tenant_id and l.connection_id = $2 and l.account_id = a.id
     where ${UNSETTLED} and c.object_type = 'ACCOUNT' and not exists (
       select from muster.plan_operation o
       join muster.sync_plan p on p.tenant_id = o.tenant_id and p.id = o.plan_id
       where o.tenant_id = a.tenant_id and o.connection_id = $2 and o.object_id = a.id and p.urgent
         and pg_visible_in_snapshot(c.xact::text::xid8, p.roster_snapshot))`,
    [settled, connectionId],
  );
  return rows.map(({ id }) => id);
};

/** Connections that push changes by themselves. */
export interface PushingConnection {
  readonly id: ConnectionId;
  readonly incremental: 'HOLD' | 'APPLY';
}

export const pushingConnections = (db: Database, tenantId: TenantId): Promise<PushingConnection[]> =>
  db.read<PushingConnection & Record<string, unknown>>(
    tenantId,
    `select id, push_rules->>'incremental' as incremental from muster.connection
     where tenant_id = muster.current_tenant() and enabled and mode = 'READ_WRITE'
       and push_rules->>'incremental' in ('HOLD', 'APPLY')
     order by id`,
  );
