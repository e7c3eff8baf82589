import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Bree from 'bree';
import type { Logger } from 'pino';
import type { Database } from '../src/store/database.ts';
import { endLeases } from '../src/store/queries/job-workers.ts';
import type { WorkerData, WorkerMessage } from './messages.ts';

const NAME = 'worker';
/** Milliseconds before a dead worker is replaced: doubled each time, forgotten after a minute of life. */
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 10_000;
const PROVEN_MS = 60_000;
/** Megabytes of heap at which a job ends its own thread instead of the process. */
const HEAP_MB = 1_024;
/** Megabytes for short-lived objects: the default lets a thread that waits hold three times as much for nothing. */
const YOUNG_HEAP_MB = 16;
/** Milliseconds within which a thread must have started, on however busy a machine. */
const START_MS = 60_000;
/** When PostgreSQL is away, too: after that the lease runs out by itself. */
const GIVE_BACK_ATTEMPTS = 5;
const GIVE_BACK_PAUSE_MS = 300;
/** Milliseconds for a graceful end; what runs then is cut off and taken over later. */
const STOP_MS = 6_000;

export interface SupervisorOptions {
  readonly db: Database;
  readonly logger: Logger;
  readonly data: Omit<WorkerData, 'tasks'> & { readonly tasks?: string };
  /** What happens in the worker thread, for metrics. */
  readonly onMessage?: (message: WorkerMessage) => void;
}

export interface Supervisor {
  /** True while a worker thread has taken up its work and gives signs of life. */
  readonly alive: boolean;
  /** Threads that were replaced since the start. */
  readonly replaced: number;
  /** Resolves when a worker is ready for jobs. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

const beside = (name: string): URL => new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);

/** Messages come from our own thread; anything that is not one of ours (Bree's words) is left alone. */
const asMessage = (message: unknown): WorkerMessage | null =>
  typeof message === 'object' && message !== null && 'kind' in message ? (message as WorkerMessage) : null;

/**
 * Lets Bree start the worker thread, and replaces it when it dies or hangs; its jobs go back to the queue at once.
 *
 *     STARTING --started--> ALIVE --exit--> (pause) --> STARTING
 *     ALIVE --no beat for two leases--> terminated --> (pause) --> STARTING
 */
class WorkerSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #bree: Bree;
  readonly #watch: NodeJS.Timeout;
  readonly #firstStart = Promise.withResolvers<void>();
  #restart: NodeJS.Timeout | null = null;
  #worker: string | null = null;
  #startedAt = 0;
  #lastSign = performance.now();
  #delayMs = FIRST_DELAY_MS;
  #stopping = false;
  replaced = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { logger, data } = options;
    this.#bree = new Bree({
      root: false,
      // Bree logs each message of a worker; what matters is logged here.
      logger: false,
      acceptedExtensions: ['.js', '.ts'],
      jobs: [
        {
          name: NAME,
          path: fileURLToPath(beside('worker')),
          worker: {
            workerData: { ...data, tasks: data.tasks ?? beside('tasks').href },
            resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
          },
        },
      ],
      workerMessageHandler: ({ message }) => this.#hear(message),
      errorHandler: (error) => {
        // A thread that was told to end reports that as a failure.
        if (!this.#stopping) logger.error({ err: error }, 'the job worker failed');
      },
    });
    this.#bree.on('worker deleted', () => void this.#onExit());
    this.#watch = setInterval(() => this.#endIfHung(), data.leaseMs);
    this.#watch.unref();
  }

  get alive(): boolean {
    return this.#worker !== null && !this.#stopping;
  }

  get started(): Promise<void> {
    return this.#firstStart.promise;
  }

  async start(): Promise<void> {
    this.#lastSign = performance.now();
    await this.#bree.run(NAME);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    if (this.#restart !== null) clearTimeout(this.#restart);
    const thread = this.#bree.workers.get(NAME);
    if (thread === undefined) return;
    const cutOff = setTimeout(() => void thread.terminate(), STOP_MS);
    await this.#bree.stop(NAME);
    clearTimeout(cutOff);
    await this.#giveBack();
  }

  #hear(raw: unknown): void {
    this.#lastSign = performance.now();
    // Bree listens for this word in the first message after its question only, which may be a heartbeat.
    if (raw === 'cancelled') void this.#bree.workers.get(NAME)?.terminate();
    const message = asMessage(raw);
    if (message === null) return;
    this.#options.onMessage?.(message);
    if (message.kind !== 'started') return;
    this.#worker = message.worker;
    this.#startedAt = performance.now();
    this.#firstStart.resolve();
  }

  #endIfHung(): void {
    const { data, logger } = this.#options;
    const patienceMs = this.#worker === null ? START_MS : 2 * data.leaseMs;
    if (performance.now() - this.#lastSign <= patienceMs) return;
    logger.error('the job worker hangs and is ended');
    void this.#bree.workers.get(NAME)?.terminate();
  }

  async #onExit(): Promise<void> {
    if (this.#stopping) return;
    if (this.#worker !== null && performance.now() - this.#startedAt > PROVEN_MS)
      this.#delayMs = FIRST_DELAY_MS;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(2 * delayMs, LAST_DELAY_MS);
    this.replaced += 1;
    this.#options.logger.warn({ delayMs }, 'the job worker ended and is replaced');
    this.#restart = setTimeout(() => {
      this.#lastSign = performance.now();
      void this.#bree.run(NAME);
    }, delayMs);
    await this.#giveBack();
  }

  /** The thread is gone: its jobs need not wait until the lease runs out. */
  async #giveBack(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) return;
    const { db, logger } = this.#options;
    const attempts = this.#stopping ? 1 : GIVE_BACK_ATTEMPTS;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        return await endLeases(db, [worker]);
      } catch (error) {
        logger.warn({ err: error, attempt }, 'the jobs of a dead worker could not be given back yet');
        await sleep(attempt * GIVE_BACK_PAUSE_MS, undefined, { ref: false });
      }
    }
  }
}

/** Starts the worker thread of this process and keeps one running until `stop`. */
export const startJobs = async (options: SupervisorOptions): Promise<Supervisor> => {
  const supervisor = new WorkerSupervisor(options);
  await supervisor.start();
  return supervisor;
};
