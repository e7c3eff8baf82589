import type { Database } from '../database.ts';

/** A thread that runs jobs, as its lease names it. */
export interface JobWorker {
  /** The name under which the queue locks jobs for it. */
  readonly id: string;
  /** Machine and process table: only there does the process id mean anything. */
  readonly host: string;
  readonly processId: number;
}

/** Opens the lease of a worker; it holds for as long as `beat` is called within the lease's length. */
export const openLease = (db: Database, worker: JobWorker): Promise<void> =>
  db.system(async (client) => {
    await client.query('insert into muster.job_worker (id, host, process_id) values ($1, $2, $3)', [
      worker.id,
      worker.host,
      worker.processId,
    ]);
  });

/** Renews a lease. False = it was taken away, and the worker's jobs belong to others. */
export const beat = (db: Database, id: string): Promise<boolean> =>
  db.system(async (client) => {
    const answer = await client.query(
      'update muster.job_worker set heartbeat_at = clock_timestamp() where id = $1',
      [id],
    );
    return answer.rowCount === 1;
  });

/** Ends leases and gives the jobs that they held back to the queue at once. */
export const endLeases = (db: Database, ids: readonly string[]): Promise<void> =>
  db.system(async (client) => {
    await client.query('delete from muster.job_worker where id = any($1::text[])', [ids]);
    await client.query('select graphile_worker.force_unlock_workers($1::text[])', [ids]);
  });

/** Leases of one machine and process table. */
export const leasesOfHost = (db: Database, host: string): Promise<JobWorker[]> =>
  db.system(async (client) => {
    const { rows } = await client.query<JobWorker>(
      'select id, host, process_id as "processId" from muster.job_worker where host = $1',
      [host],
    );
    return rows;
  });

// While the server was down nobody could renew anything, so its start counts as everybody's heartbeat.
const EXPIRE = `
  delete from muster.job_worker
  where greatest(heartbeat_at, pg_postmaster_start_time()) < clock_timestamp() - $1 * interval '1 millisecond'
  returning id`;

// Locks without any lease: of a worker that died before it could open one, or whose lease alone was removed.
const ORPHANS = `
  select distinct locked_by as id from (
    select locked_by, locked_at from graphile_worker._private_jobs where locked_by is not null
    union all
    select locked_by, locked_at from graphile_worker._private_job_queues where locked_by is not null
  ) held
  where locked_at < clock_timestamp() - $1 * interval '1 millisecond'
    and not exists (select from muster.job_worker where id = held.locked_by)`;

/**
 * Takes the jobs of workers whose lease has run out and gives them back to the queue.
 * @param leaseMs length of a lease in milliseconds
 * @returns names of those workers
 */
export const sweepLeases = (db: Database, leaseMs: number): Promise<string[]> =>
  db.system(async (client) => {
    const expired = await client.query<{ id: string }>(EXPIRE, [leaseMs]);
    const orphans = await client.query<{ id: string }>(ORPHANS, [leaseMs]);
    const ids = [...new Set([...expired.rows, ...orphans.rows].map(({ id }) => id))];
    if (ids.length > 0) await client.query('select graphile_worker.force_unlock_workers($1::text[])', [ids]);
    return ids;
  });

/** A job that died with its worker for the last time that it was allowed to. */
export interface ExhaustedJob {
  readonly id: string;
  readonly task: string;
  readonly payload: unknown;
}

const EXHAUSTED = `
  delete from graphile_worker._private_jobs jobs
  using graphile_worker._private_tasks tasks
  where tasks.id = jobs.task_id and jobs.locked_at is null and jobs.attempts >= jobs.max_attempts
    and tasks.identifier <> $1
  returning jobs.id, tasks.identifier as task, jobs.payload, jobs.key is null as superseded`;

/**
 * Replaces every job that has used up its attempts by one `task` that gives it up visibly, with the payload
 * `{ id, task, payload }`. The queue itself would keep such a job for ever and tell nobody.
 *
 * A job without a key may be one that `addJob` replaced while it ran; it is dropped, its successor does the work.
 */
export const replaceExhausted = (db: Database, task: string): Promise<ExhaustedJob[]> =>
  db.system(async (client) => {
    const { rows } = await client.query<ExhaustedJob & { superseded: boolean }>(EXHAUSTED, [task]);
    const given = rows.filter(({ superseded }) => !superseded);
    for (const { id, task: name, payload } of given) {
      await client.query('select from graphile_worker.add_job($1::text, $2::json)', [
        task,
        JSON.stringify({ id: String(id), task: name, payload }),
      ]);
    }
    return given;
  });

/** Jobs that wait, that run, and that nobody will try again. */
export interface QueueLoad {
  readonly waiting: number;
  readonly running: number;
  readonly abandoned: number;
}

/** Counts the queue; for metrics, once per scrape. */
export const queueLoad = (db: Database): Promise<QueueLoad> =>
  db.system(async (client) => {
    const { rows } = await client.query<QueueLoad>(`
      select count(*) filter (where locked_at is null and attempts < max_attempts)::int as waiting,
             count(*) filter (where locked_at is not null)::int as running,
             count(*) filter (where locked_at is null and attempts >= max_attempts)::int as abandoned
      from graphile_worker._private_jobs`);
    return rows[0] ?? { waiting: 0, running: 0, abandoned: 0 };
  });
