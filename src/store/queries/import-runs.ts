import type {
  CompletenessStatement,
  ConnectionId,
  ErrorDetails,
  ImportKind,
  ImportPhase,
  ImportRunId,
  ImportScope,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** Numbers of a staged run, by situation, action, decision and issue code. */
export interface ImportCounts {
  readonly accounts: KindCounts;
  readonly orgUnits: KindCounts;
  /** Objects of the fetch that need no row: nothing has changed since both sides last agreed. */
  readonly unchangedAccounts: number;
  readonly unchangedOrgUnits: number;
}

export interface KindCounts {
  readonly rows: number;
  readonly blocking: number;
  readonly situations: Readonly<Record<string, number>>;
  readonly actions: Readonly<Record<string, number>>;
  readonly decisions: Readonly<Record<string, number>>;
  readonly issues: Readonly<Record<string, number>>;
}

/** What the guards found, and what the quota leaves room for. */
export interface ImportGuard {
  readonly linked: number;
  readonly disables: { readonly counted: number; readonly limit: number; readonly tripped: boolean };
  readonly moves: { readonly counted: number; readonly limit: number; readonly tripped: boolean };
  readonly unitMoves: { readonly counted: number; readonly limit: number; readonly tripped: boolean };
  readonly quota: number | null;
  /** Accounts that are not deleted, before this import. */
  readonly used: number;
  /** Accounts after the commit of all rows that are not skipped. */
  readonly wanted: number;
  /** Why absence was not read as leaving, `null` when it was. */
  readonly leaversRefused: string | null;
}

export interface ImportRunRow {
  readonly id: ImportRunId;
  readonly connectionId: ConnectionId;
  readonly scope: ImportScope;
  readonly kind: ImportKind;
  readonly phase: ImportPhase;
  readonly trigger: 'MANUAL' | 'SCHEDULE' | 'EVENT' | 'PUSH';
  readonly requestedById: string | null;
  readonly requestedByName: string | null;
  readonly cancelRequested: boolean;
  readonly cursor: string | null;
  readonly pages: number;
  readonly calls: number;
  readonly callsLeft: number | null;
  readonly callsPerSecond: number | null;
  readonly orgUnits: number;
  readonly accounts: number;
  readonly eta: Date | null;
  readonly statement: CompletenessStatement | null;
  readonly guard: ImportGuard | null;
  readonly counts: ImportCounts | null;
  readonly digest: string | null;
  readonly reviewVersion: number;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly attempt: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly fetchedAt: Date | null;
  readonly stagedAt: Date | null;
  readonly committedAt: Date | null;
  readonly committedById: string | null;
  readonly committedByName: string | null;
  readonly revertedAt: Date | null;
  readonly endedAt: Date | null;
}

const COLUMNS = `
  id, connection_id as "connectionId", scope, kind, phase, trigger, requested_by_id as "requestedById",
  requested_by_name as "requestedByName", cancel_requested as "cancelRequested", cursor, pages, calls,
  calls_left as "callsLeft", calls_per_second as "callsPerSecond", org_units as "orgUnits", accounts, eta,
  statement, guard, counts, digest, review_version as "reviewVersion", error_code as "errorCode",
  error_details as "errorDetails", attempt, created_at as "createdAt", started_at as "startedAt",
  fetched_at as "fetchedAt", staged_at as "stagedAt", committed_at as "committedAt",
  committed_by_id as "committedById", committed_by_name as "committedByName", reverted_at as "revertedAt",
  ended_at as "endedAt"`;

const WORKING = `phase in ('QUEUED', 'FETCHING', 'STAGING', 'COMMITTING')`;

/** Makes a run unless the connection has a working one; `null` then. */
export const insertRun = async (
  tx: Tx,
  run: Pick<ImportRunRow, 'id' | 'connectionId' | 'scope' | 'trigger'>,
): Promise<ImportRunRow | null> => {
  const rows = await tx.query<ImportRunRow>(
    `insert into muster.import_run (tenant_id, id, connection_id, scope, trigger)
     values (muster.current_tenant(), $1, $2, $3, $4)
     on conflict (tenant_id, connection_id) where ${WORKING} do nothing
     returning ${COLUMNS}`,
    [run.id, run.connectionId, run.scope, run.trigger],
  );
  return rows[0] ?? null;
};

/** The run that works for a connection right now. */
export const workingRun = async (tx: Tx, connectionId: ConnectionId): Promise<ImportRunRow | null> => {
  const rows = await tx.query<ImportRunRow>(
    `select ${COLUMNS} from muster.import_run
     where tenant_id = muster.current_tenant() and connection_id = $1 and ${WORKING}`,
    [connectionId],
  );
  return rows[0] ?? null;
};

/** Locks a run for a step of the review, the commit or the worker. */
export const lockRun = async (tx: Tx, runId: ImportRunId): Promise<ImportRunRow | null> => {
  const rows = await tx.query<ImportRunRow>(
    `select ${COLUMNS} from muster.import_run
     where tenant_id = muster.current_tenant() and id = $1 for no key update`,
    [runId],
  );
  return rows[0] ?? null;
};

export const readRun = async (
  db: Database,
  tenantId: TenantId,
  runId: ImportRunId,
): Promise<ImportRunRow | null> => {
  const rows = await db.read<ImportRunRow>(
    tenantId,
    {
      name: 'import_run',
      text: `select ${COLUMNS} from muster.import_run where tenant_id = muster.current_tenant() and id = $1`,
    },
    [runId],
  );
  return rows[0] ?? null;
};

/** Which runs; every condition that is given must hold. */
export interface RunFilter {
  readonly connectionId?: ConnectionId | undefined;
  readonly phases?: readonly ImportPhase[] | undefined;
  readonly kinds?: readonly ImportKind[] | undefined;
}

const RUN_FILTER = `tenant_id = muster.current_tenant() and ($1::uuid is null or connection_id = $1)
       and ($2::text[] is null or phase = any ($2)) and ($3::text[] is null or kind = any ($3))`;

/** Number of runs that a filter selects. */
export const countRuns = async (db: Database, tenantId: TenantId, filter: RunFilter): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.import_run where ${RUN_FILTER}`,
    [filter.connectionId ?? null, filter.phases ?? null, filter.kinds ?? null],
  );
  return rows[0]?.count ?? 0;
};

/** Runs, newest first; `before` is the id of the last run of the page before. */
export const listRuns = (
  db: Database,
  tenantId: TenantId,
  page: RunFilter & { readonly before?: ImportRunId | undefined; readonly limit: number },
): Promise<ImportRunRow[]> =>
  db.read<ImportRunRow>(
    tenantId,
    `select ${COLUMNS} from muster.import_run
     where ${RUN_FILTER} and ($4::uuid is null or id < $4)
     order by id desc limit $5`,
    [page.connectionId ?? null, page.phases ?? null, page.kinds ?? null, page.before ?? null, page.limit],
  );

/**
 * Takes a run for one execution: from now on only the holder of the returned attempt number may write to it.
 * `null` when there is nothing to execute.
 */
export const claimRun = async (tx: Tx, runId: ImportRunId): Promise<ImportRunRow | null> => {
  const rows = await tx.query<ImportRunRow>(
    `update muster.import_run set attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()),
       phase = case when phase = 'QUEUED' then 'FETCHING' else phase end
     where tenant_id = muster.current_tenant() and id = $1 and phase in ('QUEUED', 'FETCHING', 'STAGING')
     returning ${COLUMNS}`,
    [runId],
  );
  return rows[0] ?? null;
};

/** Ends the fetch: the statement is in, staging may begin. False when another worker holds the run. */
export const endFetch = async (
  tx: Tx,
  run: Pick<ImportRunRow, 'id' | 'attempt'>,
  statement: CompletenessStatement,
): Promise<boolean> =>
  (await tx.execute(
    `update muster.import_run set phase = 'STAGING', statement = $3, calls = $4, calls_left = 0, eta = null,
       fetched_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and attempt = $2 and phase = 'FETCHING'`,
    [run.id, run.attempt, JSON.stringify(statement), statement.calls],
  )) === 1;

/** Ends a run without success. False when another worker holds it or it has ended already. */
export const failRun = async (
  tx: Tx,
  run: Pick<ImportRunRow, 'id' | 'attempt'>,
  failure: { readonly phase: 'FAILED' | 'CANCELLED'; readonly code: string; readonly details: ErrorDetails },
): Promise<boolean> =>
  (await tx.execute(
    `update muster.import_run set phase = $3, error_code = $4, error_details = $5, eta = null,
       ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and attempt = $2
       and phase in ('QUEUED', 'FETCHING', 'STAGING')`,
    [run.id, run.attempt, failure.phase, failure.code, JSON.stringify(failure.details)],
  )) === 1;

/** Notes why an execution stopped for now; it is going to be tried again. */
export const noteTrouble = (
  tx: Tx,
  run: Pick<ImportRunRow, 'id' | 'attempt'>,
  trouble: { readonly code: string; readonly details: ErrorDetails },
): Promise<number> =>
  tx.execute(
    `update muster.import_run set error_code = $3, error_details = $4
     where tenant_id = muster.current_tenant() and id = $1 and attempt = $2`,
    [run.id, run.attempt, trouble.code, JSON.stringify(trouble.details)],
  );

/** Asks a working run to stop; one that nobody executes yet stops at once. */
export const requestCancel = async (tx: Tx, runId: ImportRunId): Promise<ImportRunRow | null> => {
  const rows = await tx.query<ImportRunRow>(
    `update muster.import_run set cancel_requested = true,
       phase = case when phase = 'QUEUED' then 'CANCELLED' else phase end,
       ended_at = case when phase = 'QUEUED' then clock_timestamp() else ended_at end
     where tenant_id = muster.current_tenant() and id = $1 and phase in ('QUEUED', 'FETCHING', 'STAGING')
     returning ${COLUMNS}`,
    [runId],
  );
  if (rows[0] !== undefined) await tx.query("select pg_notify('muster_import_cancel', $1)", [runId]);
  return rows[0] ?? null;
};

/** Marks a reviewed run as done with, without having written anything. */
export const markDiscarded = (tx: Tx, runId: ImportRunId): Promise<number> =>
  tx.execute(
    `update muster.import_run set phase = 'DISCARDED', ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1`,
    [runId],
  );

/** True when some execution of the run was asked to stop. */
export const isCancelRequested = async (
  db: Database,
  tenantId: TenantId,
  runId: ImportRunId,
): Promise<boolean> => {
  const rows = await db.read<{ cancel_requested: boolean }>(
    tenantId,
    'select cancel_requested from muster.import_run where tenant_id = muster.current_tenant() and id = $1',
    [runId],
  );
  return rows[0]?.cancel_requested ?? false;
};
