import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { GIVE_UP_TASK } from '../../jobs/give-up.ts';
import { type JobWorker, startJobWorker } from '../../jobs/job-worker.ts';
import type { Execution } from '../../jobs/run-task.ts';
import type { TenantId } from '../../src/domain/index.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { addJob } from '../../src/store/queries/jobs.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { createTenant, type TestDatabase } from '../support/index.ts';
import { TASKS } from './probe-tasks.ts';

export const silent = pino({ level: 'silent' });
export const masterKeys = parseMasterKeys(newMasterKey());
export const TEST_TASKS = new URL('./probe-tasks.ts', import.meta.url).href;

/** What the tasks of a test wrote about one object. */
export interface Note {
  readonly what: string;
  readonly attempt: number;
}

/** Waits until `look` answers with something; the test's own time limit ends the wait. */
export const until = async <T>(look: () => Promise<T | null | undefined | false>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(20);
  }
};

export interface Probe {
  readonly tenantId: TenantId;
  /** Adds one job about a new object and answers with the object's id. */
  add(
    task: string,
    options?: { ms?: number; maxAttempts?: number; queue?: string; key?: string },
  ): Promise<string>;
  notes(objectId: string): Promise<Note[]>;
  /** Waits for a note and answers with all notes of the object. */
  noted(objectId: string, what: string): Promise<Note[]>;
  runs(objectId: string): Promise<{ attempt: number; result: string | null; error_code: string | null }[]>;
  jobsLeft(): Promise<number>;
}

/** A table that tasks write to and a tenant whose jobs they are. */
export const createProbe = async (test: TestDatabase): Promise<Probe> => {
  await test.look('create table public.probe (id bigserial, object_id uuid, what text, attempt int)');
  await test.look('grant all on public.probe, public.probe_id_seq to muster_app');
  const { tenantId, context } = await createTenant(test.database);
  const notes = (objectId: string): Promise<Note[]> =>
    test.look<{ what: string; attempt: number }>(
      'select what, attempt from public.probe where object_id = $1 order by id',
      [objectId],
    );
  return {
    tenantId,
    notes,
    add: async (task, { ms = 0, ...options } = {}) => {
      const objectId = randomUUID();
      await test.database.transaction(context, (tx) =>
        addJob(tx, { task, payload: { tenantId, objectId, ms }, key: objectId, ...options }),
      );
      return objectId;
    },
    noted: (objectId, what) =>
      until(async () => {
        const found = await notes(objectId);
        return found.some((note) => note.what === what) && found;
      }),
    runs: (objectId) =>
      test.look(
        'select attempt, result, error_code from muster.job_run where object_id = $1 order by started_at',
        [objectId],
      ),
    jobsLeft: async () =>
      (await test.look<{ count: number }>('select count(*)::int from graphile_worker._private_jobs'))[0]
        ?.count ?? 0,
  };
};

/** A worker in the test's own thread. */
export const startWorker = (
  test: TestDatabase,
  options: { leaseMs?: number; onExecution?: (execution: Execution) => void } = {},
): Promise<JobWorker> =>
  startJobWorker({
    deps: {
      db: test.database,
      secrets: createSecrets(masterKeys),
      platforms: async () => new Map(),
      logger: silent,
      now: () => new Date(),
    },
    connection: test.app,
    tasks: TASKS,
    giveUpTask: GIVE_UP_TASK,
    leaseMs: options.leaseMs ?? 10_000,
    onBeat: () => undefined,
    onExecution: options.onExecution ?? (() => undefined),
  });
