import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobWorker } from '../../jobs/job-worker.ts';
import type { Execution } from '../../jobs/run-task.ts';
import { addJob } from '../../src/store/queries/jobs.ts';
import { createTestDatabase, systemContext, type TestDatabase } from '../support/index.ts';
import { createProbe, type Probe, startWorker, until } from './probe.ts';

let test: TestDatabase;
let probe: Probe;
const running: JobWorker[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  probe = await createProbe(test);
});

const start = async (options?: Parameters<typeof startWorker>[1]): Promise<JobWorker> => {
  const worker = await startWorker(test, options);
  running.push(worker);
  return worker;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});

describe('a job worker', () => {
  it('runs a job that a committed transaction has added, and records the execution', async () => {
    const executions: Execution[] = [];
    await start({ onExecution: (execution) => executions.push(execution) });
    const id = await probe.add('work');
    await probe.noted(id, 'end');
    await until(async () => (await probe.runs(id))[0]?.result === 'OK');
    expect(await probe.runs(id)).toEqual([{ attempt: 1, result: 'OK', error_code: null }]);
    await until(async () => executions.length > 0);
    expect(executions).toMatchObject([{ task: 'work', result: 'OK' }]);
    await until(async () => (await probe.jobsLeft()) === 0);
  });

  it('never sees a job of a transaction that was rolled back', async () => {
    const objectId = crypto.randomUUID();
    const attempt = test.database.transaction(systemContext(probe.tenantId), async (tx) => {
      await addJob(tx, { task: 'work', payload: { tenantId: probe.tenantId, objectId } });
      throw new Error('no');
    });
    await expect(attempt).rejects.toThrow('no');
    expect(await probe.jobsLeft()).toBe(0);
  });

  it('runs a job once although it was asked for twice before it started', async () => {
    const key = crypto.randomUUID();
    const [first, second] = [await probe.add('work', { key }), await probe.add('work', { key })];
    await start();
    await probe.noted(second, 'end');
    expect(await probe.notes(first)).toEqual([]);
  });

  it('runs the jobs of one queue one after the other', async () => {
    const queue = crypto.randomUUID();
    const [first, second] = [
      await probe.add('work', { queue, ms: 100 }),
      await probe.add('work', { queue, ms: 100 }),
    ];
    await start();
    await Promise.all([probe.noted(first, 'end'), probe.noted(second, 'end')]);
    const order = await test.look<{ what: string }>(
      'select what from public.probe where object_id = any($1) order by id',
      [[first, second]],
    );
    expect(order.map(({ what }) => what)).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('records a failure with its code, and gives a job up when its attempts are used up', async () => {
    await start({ leaseMs: 2_000 });
    const id = await probe.add('fail', { maxAttempts: 1 });
    expect(await probe.noted(id, 'given up')).toHaveLength(1);
    expect(await probe.runs(id)).toEqual([{ attempt: 1, result: 'FAILED', error_code: 'INTERNAL' }]);
    await until(async () => (await probe.jobsLeft()) === 0);
  });

  it("refuses a payload that is not the task's", async () => {
    const executions: Execution[] = [];
    await start({ onExecution: (execution) => executions.push(execution) });
    await test.database.transaction(systemContext(probe.tenantId), (tx) =>
      addJob(tx, { task: 'work', payload: { tenantId: 1 }, maxAttempts: 1 }),
    );
    await until(async () => executions.length > 0);
    expect(executions).toMatchObject([{ task: 'work', result: 'FAILED' }]);
  });

  it('aborts a long job at a shutdown and leaves it to the next worker', async () => {
    const first = await start();
    const id = await probe.add('endure', { ms: 0 });
    await probe.noted(id, 'end');
    const long = await probe.add('work', { ms: 60_000 });
    await probe.noted(long, 'begin');
    await first.stop();
    expect(await probe.runs(long)).toEqual([{ attempt: 1, result: 'FAILED', error_code: 'INTERNAL' }]);
    const [job] = await test.look<{ locked_by: string | null }>(
      'select locked_by from graphile_worker._private_jobs where key = $1',
      [long],
    );
    expect(job).toEqual({ locked_by: null });
    await test.look('delete from graphile_worker._private_jobs');
  });
});
