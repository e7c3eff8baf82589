import { EventEmitter } from 'node:events';
import {
  type CronItem,
  parseCronItems,
  Logger as QueueLogger,
  type Runner,
  run,
  type TaskList,
} from 'graphile-worker';
import pg from 'pg';
import type { Logger } from 'pino';
import { hostName } from './host.ts';
import { Lease } from './lease.ts';
import { type Execution, runTask } from './run-task.ts';
import type { AnyTask, TaskDeps } from './task.ts';

/** Jobs at once in one worker: they mostly wait for platforms. */
const CONCURRENCY = 4;
/** Milliseconds between looks for jobs; a NOTIFY wakes the worker at once, this is for retries and lost NOTIFYs. */
const POLL_MS = 1_000;
/** Milliseconds that running jobs have, at a shutdown, before their signal is aborted. */
const FINISH_MS = 3_000;

export interface JobWorkerOptions {
  readonly deps: TaskDeps;
  /** Login of the unprivileged role. */
  readonly connection: pg.ClientConfig;
  readonly tasks: readonly AnyTask[];
  /** Task that gives up a job whose attempts are used up; one of `tasks`. */
  readonly giveUpTask: string;
  readonly leaseMs: number;
  readonly onBeat: () => void;
  readonly onExecution: (execution: Execution) => void;
}

export interface JobWorker {
  /** The name under which it holds its lease and its jobs. */
  readonly id: string;
  /** Resolves when it has stopped, by `stop` or because it lost its lease or its queue. */
  readonly ended: Promise<void>;
  /** Takes no more jobs, waits for the running ones, aborts them after a while, gives back what is left. */
  stop(): Promise<void>;
}

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

const queueLogger = (logger: Logger): QueueLogger =>
  new QueueLogger(() => (level, message) => logger[LEVELS[level]](message));

const openPool = ({ deps, connection }: JobWorkerOptions): pg.Pool => {
  const pool = new pg.Pool({ ...connection, max: CONCURRENCY + 2, application_name: 'muster jobs' });
  const note = (error: Error): void => deps.logger.warn({ err: error }, 'the job queue lost a connection');
  pool.on('error', note);
  // Without a listener of its own a client that is checked out would end the process.
  pool.on('connect', (client) => client.on('error', note));
  return pool;
};

const cronItems = (tasks: readonly AnyTask[]): CronItem[] =>
  tasks.flatMap(({ name, cron }) =>
    cron === undefined
      ? []
      : // One at a time and never twice in the queue, however long one takes and however many replicas there are.
        [
          {
            task: name,
            match: cron,
            identifier: name,
            options: { jobKey: name, queueName: name, maxAttempts: 3 },
          },
        ],
  );

/** Resolves with the queue's name for this worker, which is chosen before it takes its first job. */
const poolId = (events: EventEmitter): Promise<string> =>
  new Promise((resolve) =>
    events.once('pool:create', ({ workerPool }: { workerPool: { id: string } }) => resolve(workerPool.id)),
  );

const taskList = (options: JobWorkerOptions, lost: AbortSignal, worker: () => string): TaskList =>
  Object.fromEntries(
    options.tasks.map((task): [string, TaskList[string]] => [
      task.name,
      (payload, helpers) =>
        runTask(
          task,
          {
            ...options.deps,
            signal: AbortSignal.any([lost, ...(helpers.abortSignal ? [helpers.abortSignal] : [])]),
            attempt: helpers.job.attempts,
            jobId: helpers.job.id,
          },
          { payload, worker: worker(), onEnd: options.onExecution },
        ),
    ]),
  );

const startQueue = (
  options: JobWorkerOptions,
  pool: pg.Pool,
  parts: { events: EventEmitter; tasks: TaskList },
): Promise<Runner> =>
  run({
    pgPool: pool,
    events: parts.events,
    taskList: parts.tasks,
    parsedCronItems: parseCronItems(cronItems(options.tasks)),
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    gracefulShutdownAbortTimeout: FINISH_MS,
    logger: queueLogger(options.deps.logger),
  });

/** Runs jobs of the queue in this thread until it is stopped or loses its lease. */
export const startJobWorker = async (options: JobWorkerOptions): Promise<JobWorker> => {
  const { deps } = options;
  const pool = openPool(options);
  const events = new EventEmitter();
  const named = poolId(events);
  const lost = new AbortController();
  let id = '';
  let runner: Runner | undefined;
  try {
    const tasks = taskList(options, lost.signal, () => id);
    const queue = await startQueue(options, pool, { events, tasks });
    runner = queue;
    id = await named;
    const lease = await Lease.open({
      db: deps.db,
      logger: deps.logger,
      worker: { id, host: hostName(), processId: process.pid },
      leaseMs: options.leaseMs,
      giveUpTask: options.giveUpTask,
      onBeat: options.onBeat,
      onLost: () => {
        deps.logger.error({ worker: id }, 'the job worker lost its lease and stops');
        lost.abort(new Error('lease lost'));
        void queue.stop().catch(() => undefined);
      },
    });
    const ended = queue.promise
      .catch((error: unknown) => deps.logger.error({ err: error }, 'the job queue stopped'))
      .finally(() => lease.end().catch(() => undefined))
      .finally(() => pool.end());
    return {
      id,
      ended,
      stop: async () => {
        await queue.stop().catch(() => undefined);
        await ended;
      },
    };
  } catch (error) {
    await runner?.kill().catch(() => undefined);
    await pool.end();
    throw error;
  }
};
