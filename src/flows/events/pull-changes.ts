import { AppError, type ConnectionId, type ErrorDetails } from '../../domain/index.ts';
import { addHint, addPullChanges, settleHints } from '../../store/queries/change-hints.ts';
import { noteEventTrouble } from '../../store/queries/event-outcomes.ts';
import { failReading } from '../../store/queries/event-runs.ts';
import { dropFetched } from '../../store/queries/import-fetched.ts';
import { noteTrouble } from '../../store/queries/import-runs.ts';
import { openConnection, requirePlatform } from '../connection/open-connection.ts';
import { beginRun, beginWholePull } from './begin-run.ts';
import { readObjects } from './read-objects.ts';
import { type EventRun, eventActor } from './run-context.ts';
import { type EventContext, stageEvents } from './stage-events.ts';

export interface PullOptions {
  readonly signal?: AbortSignal;
  /** Of the job, from 1. */
  readonly attempt?: number;
}

const settle = (context: EventContext, connectionId: ConnectionId): Promise<void> =>
  context.db.transaction(eventActor(context), (tx) => settleHints(tx, connectionId));

/** Ends a run that cannot be gone on with; what it should have read is to be read by another one. */
const abandon = (
  context: EventContext,
  run: EventRun,
  failure: { readonly code: string; readonly details: ErrorDetails },
): Promise<void> =>
  context.db.transaction(eventActor(context, run.id), async (tx) => {
    await noteEventTrouble(tx, run, failure);
    if (!(await failReading(tx, run, failure))) return;
    await dropFetched(tx, run.id);
    await settleHints(tx, run.connectionId);
  });

const note = (context: EventContext, run: EventRun, error: AppError): Promise<void> =>
  context.db.transaction(eventActor(context, run.id), async (tx) => {
    await noteEventTrouble(tx, run, error);
    await noteTrouble(tx, run, { code: error.code, details: error.details });
  });

/** More than should be read one by one: everything is pulled instead. */
const pullAll = async (context: EventContext, run: EventRun, error: AppError): Promise<void> => {
  await abandon(context, run, { code: error.code, details: error.details });
  await context.db.transaction(eventActor(context), async (tx) => {
    await addHint(tx, run.connectionId, { kind: 'COMPANY', externalId: '' });
    await addPullChanges(tx, { id: run.connectionId, tenantId: context.principal.tenantId });
  });
};

const isAgain = (error: AppError): boolean => {
  const { kind } = error.row.retry;
  return kind === 'after' || kind === 'refresh-token' || error.code === 'IMPORT_ROSTER_MOVED';
};

/** What a failure means for the run; whatever it means, nothing that an event has named is lost by it. */
const conclude = async (
  context: EventContext,
  run: EventRun,
  failed: { readonly error: unknown; readonly signal: AbortSignal },
): Promise<void> => {
  const { error, signal } = failed;
  if (signal.aborted) throw error;
  if (error instanceof AppError) {
    // Another worker has it.
    if (error.code === 'IMPORT_TAKEN_OVER') return;
    if (error.code === 'EVENTS_TOO_MANY') return pullAll(context, run, error);
    if (isAgain(error)) await note(context, run, error);
    else await abandon(context, run, { code: error.code, details: error.details });
  }
  throw error;
};

const follow = async (
  context: EventContext,
  run: EventRun,
  options: { readonly signal: AbortSignal; readonly attempt: number },
): Promise<void> => {
  const connection = await openConnection(context, run.connectionId);
  const source = requirePlatform(context, connection.platform).directorySource;
  if (source === undefined) {
    throw new AppError('CONNECTION_CANNOT_PULL', { details: { platform: connection.platform } });
  }
  await readObjects(context, run, { source, connection, ...options });
  await stageEvents(context, run);
};

/**
 * Follows the events of a connection: reads afresh what they have named, stages it, commits what the connection's rules
 * let pass by itself and leaves the rest for a person. What the job does; may be called at any time, after any crash:
 *
 *     hints --begin--> run READING --one object after the other--> read --one transaction--> COMMITTED or DISCARDED
 *                                                                          └ what must wait → the run HELD, in REVIEW
 *     more hints than one reads singly, or a word about the whole company → a whole pull, for review
 *
 * Never is a hint lost: it is done with when the run that has read it is over, and one that comes meanwhile stays open.
 * @throws whatever may mend itself, and what only people can mend: the job is tried again, at growing distances
 */
export const pullChanges = async (
  context: EventContext,
  input: { readonly connectionId: ConnectionId },
  options: PullOptions = {},
): Promise<void> => {
  const signal = options.signal ?? new AbortController().signal;
  const begun = await beginRun(context, input.connectionId);
  if (begun.kind === 'NOTHING') return;
  if (begun.kind === 'WHOLE') {
    await beginWholePull(context, input.connectionId);
    return;
  }
  try {
    await follow(context, begun.run, { signal, attempt: options.attempt ?? 1 });
  } catch (error) {
    return conclude(context, begun.run, { error, signal });
  }
  await settle(context, input.connectionId);
};
