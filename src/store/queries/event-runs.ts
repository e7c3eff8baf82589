import {
  type CompletenessStatement,
  type ConnectionId,
  type ErrorDetails,
  type ImportPhase,
  type ImportRunId,
  newId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** What only named objects can vouch for: nothing about anybody else. */
export const namedStatement = (counts: {
  readonly calls: number;
  readonly orgUnits: number;
  readonly accounts: number;
}): CompletenessStatement => ({
  complete: false,
  gaps: [{ code: 'NAMED_ONLY', where: 'events', detail: 'only what events have named was read' }],
  pages: 0,
  ...counts,
  platformAccountCount: null,
  visibleRange: { wholeCompany: false, orgUnitExternalIds: [], accountExternalIds: [], digest: '' },
});

/** The run of events that a connection has not finished, with a new attempt; `null` when there is none. */
export const resumeReading = async (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ readonly id: ImportRunId; readonly attempt: number } | null> => {
  const rows = await tx.query<{ id: ImportRunId; attempt: number }>(
    `update muster.import_run set attempt = attempt + 1
     where tenant_id = muster.current_tenant() and connection_id = $1 and phase = 'READING'
     returning id, attempt`,
    [connectionId],
  );
  return rows[0] ?? null;
};

/** Begins a run of events; the connection must have no other. */
export const insertReading = async (tx: Tx, connectionId: ConnectionId): Promise<ImportRunId> => {
  const id = newId<'ImportRun'>();
  await tx.execute(
    `insert into muster.import_run (tenant_id, id, connection_id, scope, kind, phase, trigger, attempt, started_at)
     values (muster.current_tenant(), $1, $2, 'ALL', 'EVENTS', 'READING', 'EVENT', 1, clock_timestamp())`,
    [id, connectionId],
  );
  return id;
};

/** The run in which a connection's objects wait for a person. */
export const findHeld = async (tx: Tx, connectionId: ConnectionId): Promise<ImportRunId | null> => {
  const rows = await tx.query<{ id: ImportRunId }>(
    `select id from muster.import_run
     where tenant_id = muster.current_tenant() and connection_id = $1 and kind = 'HELD' and phase = 'REVIEW'
     for no key update`,
    [connectionId],
  );
  return rows[0]?.id ?? null;
};

export const insertHeld = async (tx: Tx, connectionId: ConnectionId): Promise<ImportRunId> => {
  const id = newId<'ImportRun'>();
  const statement = namedStatement({ calls: 0, orgUnits: 0, accounts: 0 });
  await tx.execute(
    `insert into muster.import_run (tenant_id, id, connection_id, scope, kind, phase, trigger, statement,
       started_at, fetched_at)
     values (muster.current_tenant(), $1, $2, 'ALL', 'HELD', 'REVIEW', 'EVENT', $3, clock_timestamp(),
       clock_timestamp())`,
    [id, connectionId, JSON.stringify(statement)],
  );
  return id;
};

/** Counts what a run has fetched anew, after objects have come or gone, and says so in its statement. */
export const recountFetched = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  const rows = await tx.query<{ calls: number; orgUnits: number; accounts: number }>(
    `select calls,
       (select count(*)::integer from muster.fetched_org_unit where run_id = $1) as "orgUnits",
       (select count(*)::integer from muster.fetched_account where run_id = $1) as accounts
     from muster.import_run where tenant_id = muster.current_tenant() and id = $1`,
    [runId],
  );
  const [counts] = rows;
  if (counts === undefined) throw new TypeError('a run that is being staged is there');
  await tx.query(
    `update muster.import_run set org_units = $2, accounts = $3, statement = $4,
       fetched_at = coalesce(fetched_at, clock_timestamp())
     where tenant_id = muster.current_tenant() and id = $1`,
    [runId, counts.orgUnits, counts.accounts, JSON.stringify(namedStatement(counts))],
  );
};

/** Ends a run of events that could not read what it should. False when it is over already. */
export const failReading = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly attempt: number },
  failure: { readonly code: string; readonly details: ErrorDetails },
): Promise<boolean> =>
  (await tx.execute(
    `update muster.import_run set phase = 'FAILED', error_code = $3, error_details = $4, ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and attempt = $2 and phase = 'READING'`,
    [run.id, run.attempt, failure.code, JSON.stringify(failure.details)],
  )) === 1;

/** Pulls of the whole company that have taken events or hints which nobody has settled yet. */
export const openEventRuns = (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ id: ImportRunId; phase: ImportPhase; hinted: boolean }[]> =>
  tx.query(
    `select r.id, r.phase, bool_or(taken.hinted) as hinted from (
       select distinct run_id, false as hinted from muster.received_event
       where tenant_id = muster.current_tenant() and connection_id = $1 and state = 'OPEN' and run_id is not null
       union all
       select distinct run_id, true from muster.change_hint
       where tenant_id = muster.current_tenant() and connection_id = $1 and run_id is not null) as taken
     join muster.import_run r on r.tenant_id = muster.current_tenant() and r.id = taken.run_id and r.kind = 'WHOLE'
     group by 1, 2`,
    [connectionId],
  );

/** Ends the run of events of a connection that does not follow its events any more. */
export const discardReading = (tx: Tx, connectionId: ConnectionId): Promise<number> =>
  tx.execute(
    `update muster.import_run set phase = 'DISCARDED', ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and connection_id = $1 and phase = 'READING'`,
    [connectionId],
  );
