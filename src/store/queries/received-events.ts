import type {
  ChangeEvent,
  ChangeHint,
  ConnectionAppId,
  ConnectionId,
  ErrorDetails,
  EventOutcome,
  EventState,
  EventTransport,
  ImportRunId,
  ReceivedEventId,
  TenantId,
} from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { GATHER_MS, pullChangesKey } from './change-hints.ts';

/** Where events came in. */
export interface EventPlace {
  readonly connectionId: ConnectionId;
  /** `null` for the list of failed pushes, which is the company's. */
  readonly appId: ConnectionAppId | null;
  readonly transport: EventTransport;
  /** The connection follows its events; otherwise they are kept and no more. */
  readonly follow: boolean;
}

/*
 * One statement, so that it is one round trip: events that are new, their hints merged into one row for each object, and
 * the job, which exists when all of it does.
 *
 * Nothing is written before the gate is passed: whoever takes hints for a run holds it shut, and an event comes in either
 * before that, with its hints, or after. A job that waits because its platform is in trouble is left to wait: its row is
 * locked, so that it cannot begin before this has ended. Hints are written in one order, or two replicas would wait for
 * each other.
 */
const TAKE = {
  name: 'take_events',
  text: `
    with gate as materialized (
      select pg_advisory_xact_lock_shared(hashtextextended($1, 0))::text as passed
    ), fresh as (
      insert into muster.received_event (tenant_id, connection_id, app_id, transport, dedupe_key, type, occurred_at,
        hints, state, outcome, outcome_code, concluded_at)
      select muster.current_tenant(), $2::uuid, $3::uuid, $4, e.key, e.type, e.at, e.hints,
        case when followed then 'OPEN' else 'DONE' end, case when not followed then 'IGNORED' end,
        case when not $5::boolean then 'EVENTS_OFF' end, case when not followed then clock_timestamp() end
      from gate cross join jsonb_to_recordset($6::jsonb) as e(key text, type text, at timestamptz, hints jsonb)
      cross join lateral (select $5::boolean and e.hints <> '[]' as followed) as f
      order by e.key
      on conflict (tenant_id, connection_id, dedupe_key) do nothing
      returning hints, state
    ), hinted as (
      insert into muster.change_hint as h (tenant_id, connection_id, kind, external_id)
      select distinct muster.current_tenant(), $2::uuid, one->>'kind', one->>'externalId'
      from fresh cross join lateral jsonb_array_elements(fresh.hints) as one
      where fresh.state = 'OPEN'
      order by 3, 4
      on conflict (tenant_id, connection_id, kind, external_id) do update
        set generation = h.generation + 1, last_at = clock_timestamp()
      returning 1
    ), waiting as (
      select 1 from graphile_worker._private_jobs j
      where j.key = $1 and j.locked_at is null and j.attempts > 0 and j.run_at > now() for share skip locked
    ), job as (
      select graphile_worker.add_job('pull-changes', payload => $7::json, queue_name => 'connection:' || $2::text,
        run_at => now() + $8 * interval '1 millisecond', job_key => $1, job_key_mode => 'preserve_run_at') as added
      from (select count(*) as hints from hinted) as n
      where n.hints > 0 and not exists (select from waiting)
    )
    select (select count(*)::integer from fresh) as stored, (select count(*)::integer from job) as jobs`,
};

const rowOf = ({ dedupeKey, type, occurredAt, hints }: ChangeEvent) => ({
  key: dedupeKey,
  type,
  at: occurredAt,
  hints,
});

/** Stores events that are not known yet, merges their hints and sees to the job. @returns how many were new */
export const storeEvents = async (
  db: Database,
  context: ActorContext,
  what: { readonly place: EventPlace; readonly events: readonly ChangeEvent[] },
): Promise<number> => {
  const { connectionId, appId, transport, follow } = what.place;
  const rows = await db.write<{ stored: number }>(context, TAKE, [
    pullChangesKey(connectionId),
    connectionId,
    appId,
    transport,
    follow,
    JSON.stringify(what.events.map(rowOf)),
    JSON.stringify({ tenantId: context.tenantId, connectionId }),
    GATHER_MS,
  ]);
  return rows[0]?.stored ?? 0;
};

export interface ReceivedEventRow {
  readonly id: ReceivedEventId;
  readonly connectionId: ConnectionId;
  readonly appId: ConnectionAppId | null;
  readonly transport: EventTransport;
  readonly type: string;
  readonly occurredAt: Date | null;
  readonly receivedAt: Date;
  readonly hints: readonly ChangeHint[];
  readonly state: EventState;
  readonly outcome: EventOutcome | null;
  readonly outcomeCode: string | null;
  readonly outcomeDetails: ErrorDetails | null;
  readonly runId: ImportRunId | null;
  readonly concludedAt: Date | null;
}

/** Which events; every condition that is given must hold. */
export interface EventFilter {
  readonly connectionId?: ConnectionId | undefined;
  readonly states?: readonly EventState[] | undefined;
  readonly types?: readonly string[] | undefined;
}

const FILTER = `tenant_id = muster.current_tenant() and ($1::uuid is null or connection_id = $1)
  and ($2::text[] is null or state = any ($2)) and ($3::text[] is null or type = any ($3))`;

const filterOf = ({ connectionId, states, types }: EventFilter): unknown[] => [
  connectionId ?? null,
  states ?? null,
  types ?? null,
];

/** Events, newest first; `before` is the id of the last one of the page before. */
export const listEvents = (
  db: Database,
  tenantId: TenantId,
  page: EventFilter & { readonly before?: ReceivedEventId | undefined; readonly limit: number },
): Promise<ReceivedEventRow[]> =>
  db.read<ReceivedEventRow & Record<string, unknown>>(
    tenantId,
    `select id, connection_id as "connectionId", app_id as "appId", transport, type, occurred_at as "occurredAt",
       received_at as "receivedAt", hints, state, outcome, outcome_code as "outcomeCode",
       outcome_details as "outcomeDetails", run_id as "runId",
       concluded_at as "concludedAt"
     from muster.received_event where ${FILTER} and ($4::uuid is null or id < $4) order by id desc limit $5`,
    [...filterOf(page), page.before ?? null, page.limit],
  );

export const countEvents = async (db: Database, tenantId: TenantId, filter: EventFilter): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.received_event where ${FILTER}`,
    filterOf(filter),
  );
  return rows[0]?.count ?? 0;
};

/**
 * Forgets events that are done with and older than `days`, and the runs of events that have brought nothing; what a
 * person has yet to look at stays.
 */
export const forgetEvents = async (tx: Tx, days: number): Promise<void> => {
  const old = `< clock_timestamp() - $1 * interval '1 day'`;
  await tx.query(
    `delete from muster.received_event
     where tenant_id = muster.current_tenant() and state = 'DONE' and received_at ${old}`,
    [days],
  );
  await tx.query(
    `delete from muster.import_run
     where tenant_id = muster.current_tenant() and kind = 'EVENTS' and phase in ('DISCARDED', 'FAILED')
       and ended_at ${old}`,
    [days],
  );
  await tx.query(
    `delete from muster.import_object o using muster.import_run r
     where o.tenant_id = muster.current_tenant() and r.tenant_id = o.tenant_id and r.id = o.run_id
       and r.ended_at ${old}`,
    [days],
  );
};
