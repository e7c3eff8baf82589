import type {
  ConnectionId,
  ErrorDetails,
  OperationState,
  SyncPlanId,
  SyncRunId,
  SyncRunPhase,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

export interface SyncRunRow {
  readonly id: SyncRunId;
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
  readonly urgent: boolean;
  readonly phase: SyncRunPhase;
  readonly stopRequested: boolean;
  readonly requestedById: string | null;
  readonly requestedByName: string | null;
  /** Grows each time a worker takes the run; only the holder of the present number may write to it. */
  readonly attempt: number;
  readonly calls: number;
  readonly callsPerSecond: number | null;
  readonly eta: Date | null;
  /** Of a run that waits: when it goes on; `null` while its connection is in quarantine. */
  readonly waitUntil: Date | null;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

const COLUMNS = `
  id, plan_id as "planId", connection_id as "connectionId", urgent, phase, stop_requested as "stopRequested",
  requested_by_id as "requestedById", requested_by_name as "requestedByName", attempt, calls,
  calls_per_second as "callsPerSecond", eta, wait_until as "waitUntil", error_code as "errorCode",
  error_details as "errorDetails", created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt"`;

type Found = SyncRunRow & Record<string, unknown>;

/** Makes the run of a plan. Who asked is the actor of the transaction. */
export const insertSyncRun = async (
  tx: Tx,
  run: Pick<SyncRunRow, 'id' | 'planId' | 'connectionId' | 'urgent'>,
): Promise<SyncRunRow> => {
  const [row] = await tx.query<Found>(
    `insert into muster.sync_run (tenant_id, id, plan_id, connection_id, urgent)
     values (muster.current_tenant(), $1, $2, $3, $4) returning ${COLUMNS}`,
    [run.id, run.planId, run.connectionId, run.urgent],
  );
  if (row === undefined) throw new TypeError('a run that was just made is there');
  return row;
};

const ONE = `select ${COLUMNS} from muster.sync_run where tenant_id = muster.current_tenant() and id = $1`;

export const readSyncRun = async (
  db: Database,
  tenantId: TenantId,
  id: SyncRunId,
): Promise<SyncRunRow | null> =>
  (await db.read<Found>(tenantId, { name: 'sync_run', text: ONE }, [id]))[0] ?? null;

/** Locks a run for a step of its life. */
export const lockSyncRun = async (tx: Tx, id: SyncRunId): Promise<SyncRunRow | null> =>
  (await tx.query<Found>(`${ONE} for no key update`, [id]))[0] ?? null;

/** Locks the run of a plan, `null` when the plan has none. */
export const lockRunOfPlan = async (tx: Tx, planId: SyncPlanId): Promise<SyncRunRow | null> =>
  (
    await tx.query<Found>(
      `select ${COLUMNS} from muster.sync_run
       where tenant_id = muster.current_tenant() and plan_id = $1 for no key update`,
      [planId],
    )
  )[0] ?? null;

/** Another run that works or is about to on this connection; urgent ones and those that only wait do not count. */
export const busyRun = async (
  tx: Tx,
  connectionId: ConnectionId,
  but: SyncRunId | null = null,
): Promise<SyncRunRow | null> =>
  (
    await tx.query<Found>(
      `select ${COLUMNS} from muster.sync_run
       where tenant_id = muster.current_tenant() and connection_id = $1 and id is distinct from $2
         and phase in ('QUEUED', 'RUNNING') and not urgent order by id limit 1`,
      [connectionId, but],
    )
  )[0] ?? null;

/**
 * Takes a run for one execution: from now on only the holder of the returned attempt number may write to it.
 * `null` when there is nothing to execute.
 */
export const claimSyncRun = async (tx: Tx, id: SyncRunId): Promise<SyncRunRow | null> =>
  (
    await tx.query<Found>(
      `update muster.sync_run set attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()),
         phase = 'RUNNING', wait_until = null, error_code = null, error_details = null, ended_at = null
       where tenant_id = muster.current_tenant() and id = $1 and phase in ('QUEUED', 'RUNNING', 'WAITING')
       returning ${COLUMNS}`,
      [id],
    )
  )[0] ?? null;

/** What a run becomes when an execution ends, or somebody stops or resumes it. */
export interface SyncRunEnd {
  readonly phase: SyncRunPhase;
  readonly waitUntil?: Date | null;
  readonly error?: { readonly code: string; readonly details: ErrorDetails };
}

const OVER: ReadonlySet<SyncRunPhase> = new Set(['STOPPED', 'DONE', 'FAILED']);

/** Writes the phase of a run that is locked. */
export const setSyncRunPhase = async (tx: Tx, id: SyncRunId, end: SyncRunEnd): Promise<SyncRunRow> => {
  const [row] = await tx.query<Found>(
    `update muster.sync_run set phase = $2, stop_requested = false, eta = null, wait_until = $3, error_code = $4,
       error_details = $5, ended_at = case when $6 then clock_timestamp() end
     where tenant_id = muster.current_tenant() and id = $1 returning ${COLUMNS}`,
    [
      id,
      end.phase,
      end.waitUntil ?? null,
      end.error?.code ?? null,
      end.error === undefined ? null : JSON.stringify(end.error.details),
      OVER.has(end.phase),
    ],
  );
  if (row === undefined) throw new TypeError('a run that is locked is there');
  return row;
};

/** Asks a run that somebody executes to stop; told by NOTIFY when this commits. */
export const requestStop = async (tx: Tx, id: SyncRunId): Promise<void> => {
  await tx.query(
    `update muster.sync_run set stop_requested = true where tenant_id = muster.current_tenant() and id = $1`,
    [id],
  );
  await tx.query("select pg_notify('muster_sync_stop', $1)", [id]);
};

export const isStopRequested = async (db: Database, tenantId: TenantId, id: SyncRunId): Promise<boolean> =>
  (await readSyncRun(db, tenantId, id))?.stopRequested ?? false;

/** Marks a plan as being applied (`ended` false) or applied. */
export const setPlanApplied = (tx: Tx, planId: SyncPlanId, ended: boolean): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set phase = case when $2 then 'APPLIED' else 'APPLYING' end,
       ended_at = case when $2 then clock_timestamp() end
     where tenant_id = muster.current_tenant() and id = $1`,
    [planId, ended],
  );

/** Runs that wait for their connection to come out of quarantine, locked. */
export const lockQuarantinedRuns = (tx: Tx, connectionId: ConnectionId): Promise<SyncRunRow[]> =>
  tx.query<Found>(
    `select ${COLUMNS} from muster.sync_run
     where tenant_id = muster.current_tenant() and connection_id = $1 and phase = 'WAITING'
       and wait_until is null order by id for no key update`,
    [connectionId],
  );

/** Which runs; every condition that is given must hold. */
export interface SyncRunFilter {
  readonly connectionId?: ConnectionId | undefined;
  readonly phases?: readonly SyncRunPhase[] | undefined;
}

const FILTER = `tenant_id = muster.current_tenant() and ($1::uuid is null or connection_id = $1)
  and ($2::text[] is null or phase = any ($2))`;

/** Runs, newest first; `before` is the id of the last run of the page before. */
export const listSyncRuns = (
  db: Database,
  tenantId: TenantId,
  page: SyncRunFilter & { readonly before?: SyncRunId | undefined; readonly limit: number },
): Promise<SyncRunRow[]> =>
  db.read<Found>(
    tenantId,
    `select ${COLUMNS} from muster.sync_run where ${FILTER} and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [page.connectionId ?? null, page.phases ?? null, page.before ?? null, page.limit],
  );

/** Number of runs that a filter selects. */
export const countSyncRuns = async (
  db: Database,
  tenantId: TenantId,
  filter: SyncRunFilter,
): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.sync_run where ${FILTER}`,
    [filter.connectionId ?? null, filter.phases ?? null],
  );
  return rows[0]?.count ?? 0;
};

export type StateCounts = Readonly<Partial<Record<OperationState, number>>>;

/** Operations by state, of each plan. */
export const countStates = async (
  db: Database,
  tenantId: TenantId,
  planIds: readonly SyncPlanId[],
): Promise<ReadonlyMap<SyncPlanId, StateCounts>> => {
  const rows = await db.read<{ planId: SyncPlanId; state: OperationState; count: number }>(
    tenantId,
    `select plan_id as "planId", state, count(*)::integer as count from muster.plan_operation
     where tenant_id = muster.current_tenant() and plan_id = any ($1::uuid[]) group by plan_id, state`,
    [planIds],
  );
  const counts = new Map<SyncPlanId, Partial<Record<OperationState, number>>>();
  for (const { planId, state, count } of rows) {
    const states = counts.get(planId) ?? {};
    states[state] = count;
    counts.set(planId, states);
  }
  return counts;
};
