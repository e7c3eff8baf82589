import { newId } from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';

/** One execution of a job that concerns one object of a tenant. */
export interface JobRunStart {
  readonly task: string;
  readonly objectType: string;
  readonly objectId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly worker: string;
}

export interface JobRunEnd {
  readonly result: 'OK' | 'FAILED';
  readonly errorCode?: string;
}

/** Records that an attempt begins; one of the same job that never ended was taken over, and is marked so. */
export const beginJobRun = (db: Database, context: ActorContext, start: JobRunStart): Promise<string> =>
  db.transaction(context, async (tx) => {
    await tx.execute(
      `update muster.job_run set ended_at = clock_timestamp(), result = 'TAKEN_OVER'
       where task = $1 and object_id = $2 and ended_at is null`,
      [start.task, start.objectId],
    );
    const id = newId<'JobRun'>();
    await tx.execute(
      `insert into muster.job_run (tenant_id, id, task, object_type, object_id, attempt, worker)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [context.tenantId, id, start.task, start.objectType, start.objectId, start.attempt, start.worker],
    );
    return id;
  });

/** Records how an attempt ended. One that was taken over meanwhile stays so. */
export const endJobRun = async (
  db: Database,
  context: ActorContext,
  run: JobRunEnd & { readonly id: string },
): Promise<void> => {
  await db.transaction(context, (tx) =>
    tx.execute(
      `update muster.job_run set ended_at = clock_timestamp(), result = $2, error_code = $3
       where id = $1 and ended_at is null`,
      [run.id, run.result, run.errorCode ?? null],
    ),
  );
};

/** Drops the records that are older than `days`; returns how many. */
export const forgetJobRuns = (db: Database, context: ActorContext, days: number): Promise<number> =>
  db.transaction(context, (tx) =>
    tx.execute(`delete from muster.job_run where started_at < clock_timestamp() - $1 * interval '1 day'`, [
      days,
    ]),
  );
