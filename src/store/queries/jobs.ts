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
