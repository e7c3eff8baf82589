import { AppError, type EventPolicy, type ImportRunId } from '../../domain/index.ts';
import { mayBeCommitted } from '../../planner/events/split-rows.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type ConnectionRow, lockConnection } from '../../store/queries/connections.ts';
import { concludeEvents, concludeHeld } from '../../store/queries/event-outcomes.ts';
import { findHeld, insertHeld, recountFetched } from '../../store/queries/event-runs.ts';
import { refreshNamed } from '../../store/queries/import-draw-in.ts';
import { dropFetched } from '../../store/queries/import-fetched.ts';
import {
  alreadyHeld,
  concludeObjects,
  countObjectOutcomes,
  hasNewPeople,
  heldIds,
  holdObjects,
  type NamedObject,
  readSplitRows,
} from '../../store/queries/import-objects.ts';
import { writeDecision } from '../../store/queries/import-review.ts';
import { type ImportRunRow, lockRun, markDiscarded } from '../../store/queries/import-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { commitLocked, defaultPasswordHash, type PasswordHasher } from '../import/commit-import.ts';
import { groundMoved } from '../import/ground-moved.ts';
import { recheck } from '../import/recheck.ts';
import { BULK_TIMEOUT, runNotFound } from '../import/run-context.ts';
import { stageRows, stagingRun } from '../import/stage-import.ts';
import { pruneOutside } from './prune-outside.ts';
import { type EventRun, eventActor } from './run-context.ts';

export type EventContext = FlowContext & { readonly passwords: PasswordHasher };

/** Executions after which what cannot be committed by itself is left to a person. */
const PATIENCE = 4;

const NOBODY = { ORG_UNIT: new Set<string>(), ACCOUNT: new Set<string>() };

const requireRun = async (tx: Tx, runId: ImportRunId): Promise<ImportRunRow> => {
  const run = await lockRun(tx, runId);
  if (run === null) throw runNotFound(runId);
  return run;
};

/** Stages a run from what it has fetched, as it is now. */
const stage = async (tx: Tx, runId: ImportRunId, connection: ConnectionRow): Promise<void> => {
  await recountFetched(tx, runId);
  await stageRows(tx, stagingRun(await requireRun(tx, runId), connection));
};

/** Where what has to wait is collected; made when something has to. */
class HeldRun {
  #id: ImportRunId | null;
  #changed = false;

  constructor(id: ImportRunId | null) {
    this.#id = id;
  }

  get id(): ImportRunId | null {
    return this.#id;
  }

  /** Something was handed over to it. */
  get changed(): boolean {
    return this.#changed;
  }

  async take(
    tx: Tx,
    run: EventRun,
    objects: readonly Pick<NamedObject, 'kind' | 'externalId'>[],
  ): Promise<void> {
    if (objects.length === 0) return;
    this.#id ??= await insertHeld(tx, run.connectionId);
    this.#changed = true;
    await holdObjects(tx, { from: run.id, to: this.#id, objects });
  }
}

/**
 * Stages a run until everything left in it may be committed. What has to wait is handed over to the held run, and what
 * cannot be committed without that follows it; an object that was held before is held as it is now.
 */
const split = async (
  tx: Tx,
  run: EventRun,
  how: { readonly connection: ConnectionRow; readonly policy: EventPolicy; readonly held: HeldRun },
): Promise<void> => {
  const { connection, policy, held } = how;
  if (held.id !== null) await held.take(tx, run, await alreadyHeld(tx, { from: run.id, held: held.id }));
  for (;;) {
    await stage(tx, run.id, connection);
    const waiting = held.id === null ? NOBODY : await heldIds(tx, held.id);
    const rows = await readSplitRows(tx, run.id);
    const kept = rows.filter((row) => !mayBeCommitted(row, policy, waiting));
    if (kept.length === 0) return;
    await held.take(tx, run, kept);
  }
};

const accept = async (tx: Tx, run: EventRun, connection: ConnectionRow): Promise<void> => {
  const all = { runId: run.id, decision: 'ACCEPTED', selection: { filter: {} } } as const;
  const changed = await writeDecision(tx, { ...all, kind: 'ACCOUNT' });
  if (changed === 0) return;
  const row = await requireRun(tx, run.id);
  await recheck(tx, stagingRun(row, connection), {
    unitMoves: row.guard?.unitMoves ?? { counted: 0, limit: 0, tripped: false },
    leaversRefused: row.guard?.leaversRefused ?? null,
  });
};

/** Writes what is left in a run into the roster; a run in which nothing is left has brought nothing. */
const commit = async (
  context: FlowContext,
  tx: Tx,
  given: { readonly run: EventRun; readonly connection: ConnectionRow; readonly passwordHash: string | null },
): Promise<void> => {
  const { run, connection, passwordHash } = given;
  await accept(tx, run, connection);
  // Before the rows are committed: afterwards what was fetched is gone, and with it what tells them apart.
  await concludeObjects(tx, run.id);
  const row = await requireRun(tx, run.id);
  const rows = (row.counts?.accounts.rows ?? 0) + (row.counts?.orgUnits.rows ?? 0);
  if (rows === 0) {
    await markDiscarded(tx, run.id);
    await dropFetched(tx, run.id);
    return;
  }
  const report = await commitLocked(context, tx, { run: row, passwordHash });
  await insertAuditEvent(tx, {
    action: 'import.commit',
    objectType: 'ImportRun',
    objectId: run.id,
    details: { digest: row.digest, ...report, byEvents: true },
  });
};

/** Stages the held run anew; one in which nothing is left to look at is over. */
const renewHeld = async (tx: Tx, heldId: ImportRunId, connection: ConnectionRow): Promise<void> => {
  await stage(tx, heldId, connection);
  const { counts } = await requireRun(tx, heldId);
  if ((counts?.accounts.rows ?? 0) + (counts?.orgUnits.rows ?? 0) > 0) return;
  await markDiscarded(tx, heldId);
  await dropFetched(tx, heldId);
  await concludeHeld(tx, heldId, 'COMMITTED');
};

const stageIn = async (
  context: FlowContext,
  tx: Tx,
  { run, passwordHash }: { readonly run: EventRun; readonly passwordHash: string | null },
): Promise<void> => {
  const row = await requireRun(tx, run.id);
  if (row.attempt !== run.attempt || row.phase !== 'READING') {
    throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: run.id } });
  }
  const connection = await lockConnection(tx, run.connectionId, 'share');
  if (connection === null) throw connectionNotFound(run.connectionId);
  const held = new HeldRun(await findHeld(tx, run.connectionId));
  const policy = run.attempt > PATIENCE ? 'HOLD' : connection.pullRules.events;
  await pruneOutside(tx, run, connection.pullRules.startOrgUnitExternalIds);
  await refreshNamed(tx, run);
  await split(tx, run, { connection, policy, held });
  await commit(context, tx, { run, connection, passwordHash });
  await concludeEvents(tx, { ...run, heldIn: held.id });
  if (held.id !== null && held.changed) await renewHeld(tx, held.id, connection);
  context.logger.info(
    { connectionId: run.connectionId, runId: run.id, ...(await countObjectOutcomes(tx, run.id)) },
    'followed the events of a platform',
  );
};

/**
 * Turns what a run of events has read into copies and rows, commits what may be committed by itself, and hands over the
 * rest to the run that waits for a person. One transaction: a crash leaves nothing of it, and the next attempt does the
 * same again.
 * @throws AppError IMPORT_TAKEN_OVER; IMPORT_ROSTER_MOVED when somebody was a moment quicker: then it is to be tried again
 */
export const stageEvents = async (context: EventContext, run: EventRun): Promise<void> => {
  const actor = eventActor(context, run.id);
  const makesAccounts = await context.db.transaction(actor, (tx) =>
    hasNewPeople(tx, run.id, run.connectionId),
  );
  const passwordHash = makesAccounts ? await defaultPasswordHash(context, run.connectionId) : null;
  const staged = context.db.transaction(actor, (tx) => stageIn(context, tx, { run, passwordHash }), {
    statementTimeout: BULK_TIMEOUT,
    isolation: 'REPEATABLE READ',
  });
  await groundMoved('IMPORT_ROSTER_MOVED', staged);
};
