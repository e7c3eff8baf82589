import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobWorker } from '../../jobs/job-worker.ts';
import { runImportTask } from '../../jobs/run-import.ts';
import type { TaskContext } from '../../jobs/task.ts';
import { cancelImport } from '../../src/flows/import/end-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { createProbe, type Probe, startWorker, until } from './probe.ts';
import { addDingTalk, importContext, taskContext } from './run-import-support.ts';

let test: TestDatabase;
let probe: Probe;
let worker: JobWorker | undefined;

beforeAll(async () => {
  test = await createTestDatabase();
  probe = await createProbe(test);
});

afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

interface Waiting {
  readonly seconds: number;
  readonly attempts: number;
  readonly max: number;
}

/** The job of a key, when nobody runs it: seconds until it may start. */
const waiting = async (key: string): Promise<Waiting | undefined> => {
  const [job] = await test.look<Waiting>(
    `select extract(epoch from run_at - now())::float as seconds, attempts, max_attempts as max
     from graphile_worker._private_jobs where key = $1 and locked_at is null`,
    [key],
  );
  return job;
};

const failedOnce = (key: string): Promise<Waiting> =>
  until(async () => {
    const job = await waiting(key);
    return job !== undefined && job.attempts > 0 && job;
  });

describe('a job whose error tells when a retry makes sense', () => {
  it('waits until the instant of the error', async () => {
    worker = await startWorker(test);
    const { seconds, attempts } = await failedOnce(await probe.add('blocked', { ms: 3_600_000 }));
    expect(attempts).toBe(1);
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_601);
  });

  it('waits for the time of its row in the table of errors', async () => {
    worker = await startWorker(test);
    const { seconds } = await failedOnce(await probe.add('blocked'));
    expect(seconds).toBeGreaterThan(200);
    expect(seconds).toBeLessThanOrEqual(301);
  });

  it('waits for a day at most, whatever a platform says', async () => {
    worker = await startWorker(test);
    const { seconds } = await failedOnce(await probe.add('blocked', { ms: 1e11 }));
    expect(seconds).toBeGreaterThan(86_000);
    expect(seconds).toBeLessThanOrEqual(86_401);
  });

  it('is tried again soon when its error tells nothing', async () => {
    worker = await startWorker(test);
    expect((await failedOnce(await probe.add('fail'))).seconds).toBeLessThan(60);
  });
});

describe('the job of an import', () => {
  it('is tried eight times, and a cancellation does not wait for the next attempt', async () => {
    const connectionId = await addDingTalk(test, probe.tenantId);
    const context = importContext(test, probe.tenantId);
    const run = await startImport(context, { connectionId, scope: 'ALL' });
    const key = `import:${run.id}`;
    expect((await waiting(key))?.max).toBe(8);
    await test.look("update muster.import_run set phase = 'FETCHING' where id = $1", [run.id]);
    await test.look(
      "update graphile_worker._private_jobs set run_at = now() + interval '1 hour' where key = $1",
      [key],
    );
    await cancelImport(context, { runId: run.id });
    expect((await waiting(key))?.seconds).toBeLessThanOrEqual(1);
  });

  it('ends its run with the code of the trouble when all attempts are used up', async () => {
    const connectionId = await addDingTalk(test, probe.tenantId);
    const run = await startImport(importContext(test, probe.tenantId), { connectionId, scope: 'ALL' });
    await test.look(
      "update muster.import_run set phase = 'FETCHING', error_code = 'PLATFORM_ANSWER_INVALID' where id = $1",
      [run.id],
    );
    const context: TaskContext = taskContext(test);
    await runImportTask.prepare({ tenantId: probe.tenantId, runId: run.id }).giveUp(context);
    expect(
      await test.look('select phase, error_code from muster.import_run where id = $1', [run.id]),
    ).toEqual([{ phase: 'FAILED', error_code: 'PLATFORM_ANSWER_INVALID' }]);
  });
});
