import { AppError, type OpenConnection, type SyncRunId } from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import type { Platform } from '../../ports/platform.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import {
  lockClaims,
  readDependencies,
  readOpenOperations,
  skipOperations,
  skipWrites,
} from '../../store/queries/operation-claims.ts';
import { hasFailedWith, readQuarantine } from '../../store/queries/sync-failures.ts';
import { readPlan } from '../../store/queries/sync-plans.ts';
import {
  busyRun,
  claimSyncRun,
  isStopRequested,
  lockSyncRun,
  type SyncRunRow,
} from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { openConnection, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { syncActor } from './apply-context.ts';
import { concludeRun } from './conclude-run.ts';
import { type ExecutionEnd, Executor } from './execute-run.ts';
import { LACKS_PERMISSION } from './judge-failure.ts';
import { lookFirst } from './look-first.ts';
import { Schedule } from './schedule.ts';

/** Milliseconds that calls have to end when the worker stops, before they are broken off. */
const GRACE_MS = 2_000;

export interface RunSyncOptions {
  /** Aborted when the worker stops. */
  readonly signal?: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

interface Ready {
  readonly run: SyncRunRow;
  readonly connection: OpenConnection;
  readonly target: DirectoryTarget;
  readonly platform: Platform;
}

const take = async (context: FlowContext, runId: SyncRunId): Promise<SyncRunRow | null> =>
  context.db.transaction(syncActor(context, runId), async (tx) => {
    const standing = await lockSyncRun(tx, runId);
    if (standing === null) return null;
    // Claims of the worker that had the run end first, or see that it has it no more.
    await lockClaims(tx, standing.connectionId);
    const rival = standing.urgent ? null : await busyRun(tx, standing.connectionId, runId);
    // A run that only waits in the queue has its turn later; one that a dead worker left comes first.
    if (rival?.phase === 'RUNNING') {
      const { name } = (await lockConnection(tx, standing.connectionId, 'share')) ?? { name: '' };
      throw new AppError('SYNC_RUN_BUSY', { details: { name, runId: rival.id } });
    }
    return claimSyncRun(tx, runId);
  });

/** The order of what is left, with everything skipped that can be told beforehand. */
const loadSchedule = async (tx: Tx, { run, connection }: Ready): Promise<Schedule> => {
  if (connection.mode === 'READ_ONLY') await skipWrites(tx, run.planId);
  const rows = await readOpenOperations(tx, run.planId);
  const schedule = new Schedule(rows, await readDependencies(tx, run.planId));
  const ordinals = schedule.takeSkipped();
  if (ordinals.length > 0) await skipOperations(tx, run.planId, { ordinals, code: 'DEPENDENCY' });
  return schedule;
};

const targetOf = (context: FlowContext, connection: OpenConnection): Pick<Ready, 'platform' | 'target'> => {
  const platform = requirePlatform(context, connection.platform);
  const target = platform.directoryTarget;
  if (target === undefined) {
    throw new AppError('CONNECTION_CANNOT_PUSH', { details: { platform: connection.platform } });
  }
  return { platform, target };
};

/** The signal that ends the execution: the worker's, or somebody's wish, told by NOTIFY. */
const stopSignal = async (context: FlowContext, run: SyncRunRow, outer: AbortSignal) => {
  const stop = new AbortController();
  const wanted = (): void => stop.abort(new AppError('SYNC_STOPPED'));
  const subscription = await context.db.listen(
    'muster_sync_stop',
    (runId) => {
      if (runId === run.id) wanted();
    },
    () => {
      isStopRequested(context.db, context.principal.tenantId, run.id)
        .then((asked) => asked && wanted())
        .catch((error: unknown) => context.logger.warn({ err: error, runId: run.id }, 'stop not read'));
    },
  );
  return { signal: AbortSignal.any([outer, stop.signal]), close: () => subscription.close() };
};

const execute = async (
  context: FlowContext,
  ready: Ready,
  options: { readonly outer: AbortSignal; readonly random: () => number },
): Promise<ExecutionEnd> => {
  const { run, connection, target, platform } = ready;
  const plan = await readPlan(context.db, context.principal.tenantId, run.planId);
  const actor = syncActor(context, run.id);
  const known = await context.db.transaction(actor, async (tx) => ({
    schedule: await loadSchedule(tx, ready),
    provedWell: await hasFailedWith(tx, run.planId, LACKS_PERMISSION),
  }));
  const { signal: stop, close } = await stopSignal(context, run, options.outer);
  const executor = new Executor({
    context,
    run,
    rosterSnapshot: plan?.rosterSnapshot ?? null,
    connection,
    target,
    accountIdKind: platform.accountIdKinds[0] ?? 'id',
    leadsWithPlaces: target.capabilities(connection).leadsWithPlaces === true,
    look: lookFirst(platform.directorySource, connection),
    ...known,
    stop,
    random: options.random,
  });
  let timer: NodeJS.Timeout | undefined;
  // A worker that has to go cannot wait for a platform that does not answer.
  const onOuter = (): void => {
    timer = setTimeout(() => executor.breakOff(options.outer.reason), GRACE_MS);
  };
  options.outer.addEventListener('abort', onOuter, { once: true });
  try {
    return await executor.execute();
  } finally {
    clearTimeout(timer);
    options.outer.removeEventListener('abort', onOuter);
    await close();
  }
};

/** What keeps a run from being executed at all. */
const obstacleOf = async (
  context: FlowContext,
  run: SyncRunRow,
  connection: OpenConnection,
): Promise<ExecutionEnd | null> => {
  if (run.stopRequested) return { kind: 'STOPPED' };
  if (!connection.enabled) return { kind: 'DISABLED' };
  const quarantine = await context.db.transaction(syncActor(context, run.id), (tx) =>
    readQuarantine(tx, run.connectionId),
  );
  return quarantine === null ? null : { kind: 'QUARANTINE', error: null };
};

/**
 * Executes the run of a plan from wherever it stands; what the job does. May be called again after any crash: an
 * operation whose intent stands in the database is looked up before it is sent again.
 *
 *     QUEUED → RUNNING → DONE
 *     what is left waits for its next attempt, or for the connection's quarantine to end → WAITING → RUNNING
 *     somebody asked, or the connection was switched off → STOPPED · an error that is not the platform's → FAILED
 *
 * @throws whatever may mend itself (the database is away, the worker stops): the job is then tried again, later
 */
export const runSync = async (
  context: FlowContext,
  input: { readonly runId: SyncRunId },
  options: RunSyncOptions = {},
): Promise<void> => {
  const outer = options.signal ?? new AbortController().signal;
  const run = await take(context, input.runId);
  if (run === null) return;
  const random = options.random ?? Math.random;
  for (;;) {
    const end = await executeOnce(context, run, { outer, random });
    // The worker is stopping, not the run.
    if (outer.aborted) throw outer.reason;
    if (end.kind === 'TAKEN_OVER') return;
    // Rows that somebody has released meanwhile are taken up at once.
    if ((await concludeRun(context, run, end)) === 'OVER') return;
  }
};

const executeOnce = async (
  context: FlowContext,
  run: SyncRunRow,
  options: { readonly outer: AbortSignal; readonly random: () => number },
): Promise<ExecutionEnd | { readonly kind: 'BROKEN'; readonly error: AppError }> => {
  try {
    const connection = await openConnection(context, run.connectionId);
    const obstacle = await obstacleOf(context, run, connection);
    if (obstacle !== null) return obstacle;
    return await execute(context, { run, connection, ...targetOf(context, connection) }, options);
  } catch (error) {
    if (options.outer.aborted || !(error instanceof AppError)) throw error;
    const { kind } = error.row.retry;
    if (kind === 'after') throw error;
    return { kind: 'BROKEN', error };
  }
};
