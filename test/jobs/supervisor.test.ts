import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Supervisor, startJobs } from '../../jobs/supervisor.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { createProbe, masterKeys, type Probe, silent, TEST_TASKS, until } from './probe.ts';

let test: TestDatabase;
let probe: Probe;
let running: Supervisor | undefined;

beforeAll(async () => {
  test = await createTestDatabase();
  probe = await createProbe(test);
});

const start = async (leaseMs: number): Promise<Supervisor> => {
  running = await startJobs({
    db: test.database,
    logger: silent,
    data: { connection: test.app, masterKeys, logLevel: 'silent', leaseMs, tasks: TEST_TASKS },
  });
  await running.started;
  return running;
};

afterEach(async () => {
  await running?.stop();
  // A thread's own end and its supervisor's may still be giving the lease back.
  await until(async () => (await test.look('select id from muster.job_worker')).length === 0);
});

describe('the supervisor', () => {
  it('starts a worker thread, hears of its executions, and stops it without leaving a lease', async () => {
    const supervisor = await start(10_000);
    expect(supervisor.alive).toBe(true);
    const id = await probe.add('work');
    await probe.noted(id, 'end');
    await supervisor.stop();
    expect(supervisor.alive).toBe(false);
    expect(supervisor.replaced).toBe(0);
  });

  it('replaces a thread that a job has ended, and its job is taken over at once', async () => {
    // With this lease nothing runs out during the test: the take-over comes from the thread's own end.
    const supervisor = await start(60_000);
    const id = await probe.add('crash');
    expect(await probe.noted(id, 'end')).toEqual([
      { what: 'begin', attempt: 1 },
      { what: 'begin', attempt: 2 },
      { what: 'end', attempt: 2 },
    ]);
    const runs = await until(async () => {
      const seen = await probe.runs(id);
      return seen.some(({ result }) => result === 'OK') && seen;
    });
    expect(runs[0]).toMatchObject({ attempt: 1, result: 'TAKEN_OVER' });
    expect(supervisor.replaced).toBe(1);
    expect(supervisor.alive).toBe(true);
  });

  it('ends and replaces a thread that hangs', async () => {
    const supervisor = await start(1_000);
    // Longer than the test may take: only a thread that is ended lets go of it.
    const id = await probe.add('hang', { ms: 600_000 });
    const last = (await probe.noted(id, 'end')).at(-1);
    expect(last?.what).toBe('end');
    // On a machine that is busy enough the next thread seems to hang, too, and is replaced as well.
    expect(last?.attempt).toBeGreaterThan(1);
    expect(supervisor.replaced).toBeGreaterThan(0);
  });

  // On a machine that is busy with other work the thread has been seen to need longer than the usual limit.
  it('keeps working after PostgreSQL has ended every connection', { timeout: 120_000 }, async () => {
    const supervisor = await start(10_000);
    await test.look(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [test.name],
    );
    const id = await until(() => probe.add('work').catch(() => null));
    await probe.noted(id, 'end');
    expect(supervisor.alive).toBe(true);
  });
});
