import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** One piece of work for `jobs/`. */
export interface JobSpec {
  /** Name of the file in `jobs/`. */
  readonly task: string;
  /** Validated again by the task; must not carry secrets. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** A job of this key that has not started yet is replaced, so that asking twice is asking once. */
  readonly key?: string;
  /** Jobs of one queue run one after the other; the connection's id for what talks to its platform. */
  readonly queue?: string;
  /** Default now. */
  readonly runAt?: Date;
  /** Default 25, with a pause of e^attempt seconds (6 h at most) between them. */
  readonly maxAttempts?: number;
  /** Smaller is sooner. Default 0. */
  readonly priority?: number;
}

const ADD_JOB = {
  name: 'add_job',
  text: `
    select from graphile_worker.add_job(
      identifier => $1::text, payload => $2::json, queue_name => $3::text, run_at => $4::timestamptz,
      max_attempts => $5::integer, job_key => $6::text, priority => $7::integer)`,
};

/** Adds a job within the transaction that causes it: it exists when that commits, and a worker starts it at once. */
export const addJob = async (tx: Tx, job: JobSpec): Promise<void> => {
  await tx.query(ADD_JOB, [
    job.task,
    JSON.stringify(job.payload),
    job.queue ?? null,
    job.runAt ?? null,
    job.maxAttempts ?? null,
    job.key ?? null,
    job.priority ?? null,
  ]);
};

/** Lets a job that waits for its next attempt start at once; one that runs, or that nobody has, is left alone. */
export const wakeJob = async (tx: Tx, key: string): Promise<void> => {
  await tx.query(
    `select from graphile_worker.reschedule_jobs(
       array(select id from graphile_worker._private_jobs where key = $1), run_at => now())`,
    [key],
  );
};

// When the attempt has failed, the queue adds a pause of e^attempt seconds to this: it is taken off beforehand, so
// that the job waits for the later of the two and not for their sum.
const POSTPONE = `
  update graphile_worker._private_jobs
  set run_at = $3::timestamptz - exp(least(attempts, 10)) * interval '1 second'
  where id = $1 and attempts = $2 and locked_by is not null`;

/** Keeps a running job, whose attempt is about to fail, from being tried again before an instant. */
export const postponeJob = (
  db: Database,
  job: { readonly id: string; readonly attempt: number },
  until: Date,
): Promise<void> =>
  db.system(async (client) => {
    await client.query(POSTPONE, [job.id, job.attempt, until]);
  });
