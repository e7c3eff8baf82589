import type { ChangeHint, ConnectionId, HintKind, ImportRunId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { EVENT_POLICY } from './connections.ts';
import { addJob } from './jobs.ts';

/** Name of the job that follows the events of a connection, and of its lock against their intake. */
export const pullChangesKey = (connectionId: ConnectionId): string => `pull-changes:${connectionId}`;

/** Milliseconds for which a burst of events is collected before its objects are read. */
export const GATHER_MS = 500;

/** Has what the hints of a connection name read at `runAt`; a job that waits for it waits for that instant instead. */
export const addPullChanges = (
  tx: Tx,
  connection: { readonly id: ConnectionId; readonly tenantId: TenantId },
  runAt?: Date,
): Promise<void> =>
  addJob(tx, {
    task: 'pull-changes',
    payload: { tenantId: connection.tenantId, connectionId: connection.id },
    key: pullChangesKey(connection.id),
    queue: `connection:${connection.id}`,
    ...(runAt === undefined ? {} : { runAt }),
  });

/**
 * Keeps events from coming in until the transaction ends, so that an event and its hints are taken together. Intake
 * waits for as long as this takes: to be followed by little.
 */
export const stopIntake = (tx: Tx, connectionId: ConnectionId): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [pullChangesKey(connectionId)]);

const DONE = `(r.kind = 'EVENTS' and r.phase in ('COMMITTED', 'DISCARDED', 'REVERTED')
  or r.kind = 'WHOLE' and r.phase in ('REVIEW', 'COMMITTING', 'COMMITTED', 'DISCARDED', 'REVERTED'))`;

/**
 * Settles the hints whose runs are over: those that were read are done with, and those that were not, or that an event
 * has named again meanwhile, are open once more. What a crash has left between a run's end and this is settled, too.
 */
export const settleHints = async (tx: Tx, connectionId: ConnectionId): Promise<void> => {
  await tx.query(
    `delete from muster.change_hint h using muster.import_run r
     where h.tenant_id = muster.current_tenant() and h.connection_id = $1 and h.generation = h.taken_generation
       and r.tenant_id = h.tenant_id and r.id = h.run_id and ${DONE}`,
    [connectionId],
  );
  await tx.query(
    `update muster.change_hint h set run_id = null, taken_generation = null
     where h.tenant_id = muster.current_tenant() and h.connection_id = $1 and h.run_id is not null
       and not exists (select from muster.import_run r where r.tenant_id = h.tenant_id and r.id = h.run_id
         and r.phase in ('READING', 'QUEUED', 'FETCHING', 'STAGING'))`,
    [connectionId],
  );
};

/** Hints that nobody reads yet, the oldest first, at most `limit`. */
export const openHints = (tx: Tx, connectionId: ConnectionId, limit: number): Promise<ChangeHint[]> =>
  tx.query<ChangeHint & Record<string, unknown>>(
    `select kind, external_id as "externalId" from muster.change_hint
     where tenant_id = muster.current_tenant() and connection_id = $1 and run_id is null
     order by first_at, kind, external_id limit $2`,
    [connectionId, limit],
  );

/** Gives all open hints and events of a connection to a run. Intake must have been stopped. */
export const giveTo = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
): Promise<void> => {
  await tx.query(
    `update muster.change_hint set run_id = $1, taken_generation = generation
     where tenant_id = muster.current_tenant() and connection_id = $2 and run_id is null`,
    [run.id, run.connectionId],
  );
  await tx.query(
    `update muster.received_event set run_id = $1, outcome_code = null, outcome_details = null
     where tenant_id = muster.current_tenant() and connection_id = $2 and state = 'OPEN'`,
    [run.id, run.connectionId],
  );
};

/** Asks for an object, or for everything, to be read, without an event. */
export const addHint = (tx: Tx, connectionId: ConnectionId, hint: ChangeHint): Promise<unknown> =>
  tx.query(
    `insert into muster.change_hint as h (tenant_id, connection_id, kind, external_id)
     values (muster.current_tenant(), $1, $2, $3)
     on conflict (tenant_id, connection_id, kind, external_id) do update
       set generation = h.generation + 1, last_at = clock_timestamp()`,
    [connectionId, hint.kind, hint.externalId],
  );

/** Forgets the open hints of a connection that does not follow its events. */
export const dropHints = (tx: Tx, connectionId: ConnectionId): Promise<number> =>
  tx.execute(
    `delete from muster.change_hint
     where tenant_id = muster.current_tenant() and connection_id = $1 and run_id is null`,
    [connectionId],
  );

/** Numbers of objects that wait to be read, by kind. */
export const countHints = (
  db: Database,
  tenantId: TenantId,
  connectionIds: readonly string[],
): Promise<{ connectionId: ConnectionId; kind: HintKind; count: number }[]> =>
  db.read(
    tenantId,
    `select connection_id as "connectionId", kind, count(*)::integer as count from muster.change_hint
     where tenant_id = muster.current_tenant() and connection_id = any ($1::uuid[]) group by 1, 2`,
    [connectionIds],
  );

const FORGOTTEN = {
  name: 'forgotten_hints',
  text: `
    select connection.id from muster.connection
    where connection.tenant_id = muster.current_tenant() and connection.enabled and ${EVENT_POLICY} <> 'OFF'
      and exists (select from muster.change_hint h
        where h.tenant_id = connection.tenant_id and h.connection_id = connection.id)
      and exists (select from muster.org_unit_link l
        where l.tenant_id = connection.tenant_id and l.connection_id = connection.id)
      and not exists (select from graphile_worker._private_jobs j
        where j.key = 'pull-changes:' || connection.id)
    order by connection.id`,
};

/**
 * Connections with hints and without the job that reads them: given up after its last attempt, or not needed before,
 * because the connection was off or nothing had been pulled through it yet.
 */
export const forgottenHints = async (db: Database, tenantId: TenantId): Promise<ConnectionId[]> =>
  (await db.read<{ id: ConnectionId }>(tenantId, FORGOTTEN)).map(({ id }) => id);
