import type { Logger } from 'pino';
import type { Database } from '../src/store/database.ts';
import {
  beat,
  endLeases,
  type JobWorker,
  leasesOfHost,
  openLease,
  replaceExhausted,
  sweepLeases,
} from '../src/store/queries/job-workers.ts';
import { isAlive } from './host.ts';

/** Half a lease: a dead worker's jobs are taken over within two heartbeats. */
const BEATS_PER_LEASE = 2;

export interface LeaseOptions {
  readonly db: Database;
  readonly logger: Logger;
  readonly worker: JobWorker;
  /** Milliseconds without a heartbeat after which a worker counts as dead. */
  readonly leaseMs: number;
  /** Task that gives up a job whose attempts are used up. */
  readonly giveUpTask: string;
  /** Called after each heartbeat that this thread's clock made, whether PostgreSQL answered or not. */
  readonly onBeat: () => void;
  /** The jobs of this worker belong to others now: stop working at once. */
  readonly onLost: () => void;
}

/** Leases of processes of this machine that are gone: nobody has to wait until they run out. */
const takeOverFromDead = async ({ db, logger, worker }: LeaseOptions): Promise<void> => {
  const dead = (await leasesOfHost(db, worker.host))
    .filter(({ id, processId }) => id !== worker.id && !isAlive(processId))
    .map(({ id }) => id);
  if (dead.length === 0) return;
  await endLeases(db, dead);
  logger.warn({ workers: dead }, 'took over the jobs of dead workers');
};

/**
 * Keeps a worker's lease, and sweeps those of others that have run out.
 *
 *     OPEN --beat--> OPEN --row gone, or no beat for a lease--> LOST (onLost, once)
 *     OPEN --end--> ENDED
 *
 * A worker that cannot reach PostgreSQL for the length of a lease must assume that others have taken its jobs.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #timer: NodeJS.Timeout;
  #lastBeat = performance.now();
  #beating: Promise<void> | null = null;
  #over = false;

  private constructor(options: LeaseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.leaseMs / BEATS_PER_LEASE);
  }

  static async open(options: LeaseOptions): Promise<Lease> {
    await openLease(options.db, options.worker);
    const lease = new Lease(options);
    await takeOverFromDead(options);
    await lease.#sweep();
    return lease;
  }

  /** Ends the lease; what is still locked by this worker goes back to the queue. */
  async end(): Promise<void> {
    this.#stop();
    await this.#beating;
    await endLeases(this.#options.db, [this.#options.worker.id]);
  }

  #stop(): void {
    this.#over = true;
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#options.onBeat();
    // A heartbeat that hangs says as little as one that fails.
    if (this.#beating !== null) this.#loseIfOverdue();
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = null;
    });
  }

  async #beat(): Promise<void> {
    const { db, logger, worker } = this.#options;
    try {
      const held = await beat(db, worker.id);
      if (!held) return this.#lose();
      this.#lastBeat = performance.now();
      await this.#sweep();
    } catch (error) {
      logger.warn({ err: error }, 'the heartbeat of the job worker failed');
      this.#loseIfOverdue();
    }
  }

  async #sweep(): Promise<void> {
    const { db, logger, leaseMs, giveUpTask } = this.#options;
    const workers = await sweepLeases(db, leaseMs);
    if (workers.length > 0) logger.warn({ workers }, 'took over the jobs of workers that stopped answering');
    for (const job of await replaceExhausted(db, giveUpTask)) {
      logger.error({ task: job.task, jobId: job.id }, 'a job has used up its attempts');
    }
  }

  #loseIfOverdue(): void {
    if (performance.now() - this.#lastBeat > this.#options.leaseMs) this.#lose();
  }

  #lose(): void {
    if (this.#over) return;
    this.#stop();
    this.#options.onLost();
  }
}
