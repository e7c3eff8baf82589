import { AppError, type ConnectionId, type SyncRunId } from '../../domain/index.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import { addJob } from '../../store/queries/jobs.ts';
import type { SyncRunRow } from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** The actor of what a run writes: the person or job that asked, through the run. */
export const syncActor = (context: FlowContext, runId: SyncRunId): ActorContext =>
  actorOf(context.principal, { source: 'SYNC', runId });

/** Key of the job that executes a run. */
export const syncJobKey = (runId: SyncRunId): string => `sync:${runId}`;

export const syncRunNotFound = (runId: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'SyncRun', id: runId } });

/** What talks to one platform goes one after the other; what is urgent does not stand behind it. */
export const pushQueue = (connectionId: ConnectionId, urgent: boolean): string =>
  urgent ? `connection:${connectionId}:urgent` : `connection:${connectionId}`;

/** Ahead of all that is not urgent, in the queue of jobs. */
const URGENT_PRIORITY = -10;

/**
 * A run whose worker dies is taken up again, however often: each operation has a bound of its own, and a run that
 * was given up would leave the platform half way.
 */
const ATTEMPTS = 10_000;

/** Lets a run be executed, now or at an instant; asked again, the later wish replaces the earlier one. */
export const addRunJob = async (
  tx: Tx,
  run: Pick<SyncRunRow, 'id' | 'connectionId' | 'urgent'>,
  runAt?: Date,
): Promise<void> => {
  await addJob(tx, {
    task: 'run-sync',
    payload: { tenantId: tx.context.tenantId, runId: run.id },
    key: syncJobKey(run.id),
    queue: pushQueue(run.connectionId, run.urgent),
    maxAttempts: ATTEMPTS,
    ...(run.urgent ? { priority: URGENT_PRIORITY } : {}),
    ...(runAt === undefined ? {} : { runAt }),
  });
};
