import { type ChangeHint, type ConnectionId, type ImportRunId, MOST_NAMED } from '../../domain/index.ts';
import {
  addPullChanges,
  dropHints,
  giveTo,
  openHints,
  settleHints,
  stopIntake,
} from '../../store/queries/change-hints.ts';
import { hasUnitLinks, lockConnection } from '../../store/queries/connections.ts';
import { concludeHeld, holdEventsOf, ignoreEvents } from '../../store/queries/event-outcomes.ts';
import {
  discardReading,
  insertReading,
  openEventRuns,
  resumeReading,
} from '../../store/queries/event-runs.ts';
import { addObjects, type NamedObject } from '../../store/queries/import-objects.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { startImport } from '../import/start-import.ts';
import { type EventRun, eventActor } from './run-context.ts';

/** What there is to do for a connection. */
export type Begun =
  | { readonly kind: 'NOTHING' }
  | { readonly kind: 'READ'; readonly run: EventRun }
  | { readonly kind: 'WHOLE' };

const NOTHING: Begun = { kind: 'NOTHING' };

/** Seconds after which it is looked for how a whole pull has ended. */
const LOOK_AGAIN = 5;
/** Seconds before a whole pull that has failed is tried again: it has tried for long enough by itself. */
const AFTER_FAILURE = 600;

const later = (context: FlowContext, seconds: number): Date =>
  new Date(context.now().getTime() + seconds * 1_000);

/** Seconds after which whole pulls that have taken events are to be looked at again; `null` = none of them works. */
const settleWholePulls = async (tx: Tx, connectionId: ConnectionId): Promise<number | null> => {
  let again: number | null = null;
  for (const { id, phase, hinted } of await openEventRuns(tx, connectionId)) {
    if (phase === 'QUEUED' || phase === 'FETCHING' || phase === 'STAGING') again ??= LOOK_AGAIN;
    else if (phase === 'FAILED' || phase === 'CANCELLED') again = hinted ? AFTER_FAILURE : again;
    else await holdEventsOf(tx, id, connectionId);
    if (phase === 'COMMITTED' || phase === 'REVERTED') await concludeHeld(tx, id, 'COMMITTED');
    if (phase === 'DISCARDED') await concludeHeld(tx, id, 'DISCARDED');
  }
  return again;
};

const named = (hints: readonly ChangeHint[]): NamedObject[] =>
  hints.flatMap(({ kind, externalId }) => (kind === 'COMPANY' ? [] : [{ kind, externalId, why: 'NAMED' }]));

const newRun = async (
  tx: Tx,
  connectionId: ConnectionId,
  hints: readonly ChangeHint[],
): Promise<EventRun> => {
  const id = await insertReading(tx, connectionId);
  await addObjects(tx, id, named(hints));
  await giveTo(tx, { id, connectionId });
  return { id, connectionId, attempt: 1 };
};

const nextStep = async (context: FlowContext, tx: Tx, connectionId: ConnectionId): Promise<Begun> => {
  const tenantId = context.principal.tenantId;
  const again = await settleWholePulls(tx, connectionId);
  await settleHints(tx, connectionId);
  const standing = await resumeReading(tx, connectionId);
  if (standing !== null) return { kind: 'READ', run: { ...standing, connectionId } };
  if (again !== null) {
    await addPullChanges(tx, { id: connectionId, tenantId }, later(context, again));
    // What is open now has been pulled for in vain a moment ago.
    if (again === AFTER_FAILURE) return NOTHING;
  }
  // Before the first pull nothing is known that an event could change; it is followed once that is committed.
  if (!(await hasUnitLinks(tx, connectionId))) return NOTHING;
  const hints = await openHints(tx, connectionId, MOST_NAMED + 1);
  if (hints.length === 0) return NOTHING;
  if (hints.length > MOST_NAMED || hints.some(({ kind }) => kind === 'COMPANY')) return { kind: 'WHOLE' };
  return { kind: 'READ', run: await newRun(tx, connectionId, hints) };
};

/**
 * Finds out what is to be done with a connection's events: go on with the run that was begun, begin one, pull the whole
 * company, or nothing. What earlier runs have left undone, in whatever state they died, is settled first.
 */
export const beginRun = (context: FlowContext, connectionId: ConnectionId): Promise<Begun> =>
  context.db.transaction(eventActor(context), async (tx) => {
    const connection = await lockConnection(tx, connectionId, 'share');
    if (connection === null || !connection.enabled) return NOTHING;
    await stopIntake(tx, connectionId);
    if (connection.pullRules.events !== 'OFF') return nextStep(context, tx, connectionId);
    await discardReading(tx, connectionId);
    await settleHints(tx, connectionId);
    await dropHints(tx, connectionId);
    await ignoreEvents(tx, connectionId, 'EVENTS_OFF');
    return NOTHING;
  });

/** Lets the whole company be pulled, and gives that pull all that events have named. */
export const beginWholePull = async (
  context: FlowContext,
  connectionId: ConnectionId,
): Promise<ImportRunId | null> => {
  const run = await startImport(context, { connectionId, scope: 'ALL', trigger: 'EVENT' });
  return context.db.transaction(eventActor(context, run.id), async (tx) => {
    if ((await lockConnection(tx, connectionId, 'share')) === null) throw connectionNotFound(connectionId);
    await stopIntake(tx, connectionId);
    const connection = { id: connectionId, tenantId: context.principal.tenantId };
    // One that reads already may have passed by what has changed: another one comes after it.
    const takes = run.phase === 'QUEUED';
    if (takes) await giveTo(tx, { id: run.id, connectionId });
    await addPullChanges(tx, connection, later(context, LOOK_AGAIN));
    return takes ? run.id : null;
  });
};
