import { Migration } from '@mikro-orm/migrations';

/**
 * Leases of the threads that run jobs. The job queue alone frees the jobs of a dead worker only after four hours;
 * a worker whose lease has run out loses them at once, and learns of it by no longer finding its row.
 */
export class JobWorkers20261121000700 extends Migration {
  override up(): void {
    this.addSql(`
      -- Named as the queue names its lock holders. No tenant's data.
      create table muster.job_worker (
        id text primary key,
        host text not null,
        process_id integer not null,
        started_at timestamptz not null default clock_timestamp(),
        heartbeat_at timestamptz not null default clock_timestamp()
      );
      grant select, insert, update, delete on muster.job_worker to muster_app;
      create index job_run_open on muster.job_run (tenant_id, task, object_id) where ended_at is null;
      create index job_run_started on muster.job_run (tenant_id, started_at);
    `);
  }

  override down(): void {
    this.addSql(`
      drop index muster.job_run_open, muster.job_run_started;
      drop table muster.job_worker;
    `);
  }
}
