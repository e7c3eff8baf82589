import {
  type ConnectionId,
  type ErrorDetails,
  EVENT_OUTCOMES,
  type ImportRunId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** The hints of an event `e`, one a row. */
const HINTS = `jsonb_to_recordset(e.hints) as h(kind text, "externalId" text)`;

/**
 * Says of the events that a run has taken what became of them: of several objects that one event named, the outcome that
 * matters most. What is held is held by the other run.
 */
export const concludeEvents = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId; readonly heldIn: ImportRunId | null },
): Promise<number> =>
  tx.execute(
    `update muster.received_event t set state = case when o.outcome = 'HELD' then 'HELD' else 'DONE' end,
       outcome = o.outcome, outcome_code = o.code, outcome_details = o.details, concluded_at = clock_timestamp(),
       run_id = case when o.outcome = 'HELD' then coalesce($3, t.run_id) else t.run_id end
     from (
       select distinct on (e.id) e.id, coalesce(b.outcome, 'UNCHANGED') as outcome, b.code, b.details
       from muster.received_event e
       left join lateral ${HINTS} on true
       left join muster.import_object b on b.tenant_id = e.tenant_id and b.run_id = $1 and b.kind = h.kind
         and b.external_id = h."externalId"
       where e.tenant_id = muster.current_tenant() and e.connection_id = $2 and e.state = 'OPEN' and e.run_id = $1
       order by e.id, array_position($4::text[], coalesce(b.outcome, 'UNCHANGED'))) as o
     where t.tenant_id = muster.current_tenant() and t.id = o.id`,
    [run.id, run.connectionId, run.heldIn, EVENT_OUTCOMES],
  );

/**
 * Ends the events that a run has held, when that run ends. An event whose every object the reviewer has left out was
 * not wanted; one whose objects needed no row has changed nothing.
 */
export const concludeHeld = (tx: Tx, runId: ImportRunId, as: 'COMMITTED' | 'DISCARDED'): Promise<number> =>
  tx.execute(
    `update muster.received_event t set state = 'DONE', outcome = o.outcome, outcome_code = null, outcome_details = null,
       concluded_at = clock_timestamp()
     from (
       select e.id, case
           when $2 = 'DISCARDED' then 'DISCARDED'
           when bool_or(h.kind = 'COMPANY') or bool_or(coalesce(a.decision, u.decision) = 'ACCEPTED') then 'COMMITTED'
           when count(coalesce(a.decision, u.decision)) > 0 then 'DISCARDED'
           else 'UNCHANGED' end as outcome
       from muster.received_event e
       left join lateral ${HINTS} on true
       left join muster.import_object b on b.tenant_id = e.tenant_id and b.run_id = $1 and b.kind = h.kind
         and b.external_id = h."externalId"
       left join muster.staged_account a on a.tenant_id = e.tenant_id and a.run_id = $1 and h.kind = 'ACCOUNT'
         and a.external_id = coalesce(b.read_as, h."externalId")
       left join muster.staged_org_unit u on u.tenant_id = e.tenant_id and u.run_id = $1 and h.kind = 'ORG_UNIT'
         and u.external_id = coalesce(b.read_as, h."externalId")
       where e.tenant_id = muster.current_tenant() and e.run_id = $1 and e.state = 'HELD'
       group by e.id) as o
     where t.tenant_id = muster.current_tenant() and t.id = o.id`,
    [runId, as],
  );

/** Events that a whole pull has taken: it waits for a person now. */
export const holdEventsOf = (tx: Tx, runId: ImportRunId, connectionId: ConnectionId): Promise<number> =>
  tx.execute(
    `update muster.received_event set state = 'HELD', outcome = 'HELD', concluded_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and connection_id = $2 and state = 'OPEN' and run_id = $1`,
    [runId, connectionId],
  );

/** Ends all open events of a connection without having followed them. */
export const ignoreEvents = (tx: Tx, connectionId: ConnectionId, code: string): Promise<number> =>
  tx.execute(
    `update muster.received_event set state = 'DONE', outcome = 'IGNORED', outcome_code = $2,
       concluded_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and connection_id = $1 and state = 'OPEN'`,
    [connectionId, code],
  );

/** Notes why the objects of open events could not be read; they stay open. */
export const noteEventTrouble = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
  trouble: { readonly code: string; readonly details: ErrorDetails },
): Promise<number> =>
  tx.execute(
    `update muster.received_event set outcome_code = $3, outcome_details = $4
     where tenant_id = muster.current_tenant() and connection_id = $2 and run_id = $1 and state = 'OPEN'`,
    [run.id, run.connectionId, trouble.code, JSON.stringify(trouble.details)],
  );
