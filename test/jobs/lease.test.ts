import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobWorker } from '../../jobs/job-worker.ts';
import { beat, endLeases, openLease, sweepLeases } from '../../src/store/queries/job-workers.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { createProbe, type Probe, startWorker, until } from './probe.ts';

let test: TestDatabase;
let probe: Probe;
const running: JobWorker[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  probe = await createProbe(test);
});

const start = async (leaseMs: number): Promise<JobWorker> => {
  const worker = await startWorker(test, { leaseMs });
  running.push(worker);
  return worker;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
  await test.look('delete from graphile_worker._private_jobs');
});

const endedAt = (id: string, attempt: number): Promise<boolean> =>
  until(async () => (await probe.notes(id)).some((note) => note.what === 'end' && note.attempt === attempt));

const someWorker = (id: string) => ({ id, host: 'elsewhere', processId: 1 });

describe('leases', () => {
  it('are renewed until they have run out, and cannot be renewed after that', async () => {
    await openLease(test.database, someWorker('pool-a'));
    expect(await beat(test.database, 'pool-a')).toBe(true);
    expect(await sweepLeases(test.database, 60_000)).toEqual([]);
    await test.look("update muster.job_worker set heartbeat_at = now() - interval '1 hour'");
    // The server of the tests is younger than an hour: while it was down nobody could renew anything.
    const [{ age = 0 } = {}] = await test.look<{ age: number }>(
      'select extract(epoch from now() - pg_postmaster_start_time()) * 1000 as age',
    );
    expect(await sweepLeases(test.database, Number(age) + 60_000)).toEqual([]);
    expect(await sweepLeases(test.database, 0)).toEqual(['pool-a']);
    expect(await beat(test.database, 'pool-a')).toBe(false);
  });

  it('have one winner: a thousand renewals against a thousand sweeps never leave two holders', async () => {
    for (let round = 0; round < 20; round += 1) {
      const ids = Array.from({ length: 50 }, (_, index) => `pool-${round}-${index}`);
      for (const id of ids) await openLease(test.database, someWorker(id));
      const [swept, held] = await Promise.all([
        sweepLeases(test.database, 0),
        Promise.all(ids.map(async (id) => ((await beat(test.database, id)) ? id : null))),
      ]);
      const again = await Promise.all(ids.map(async (id) => ((await beat(test.database, id)) ? id : null)));
      // Whoever was swept is told so at the next heartbeat; whoever was not still holds.
      expect(again.filter((id) => id !== null).sort()).toEqual(
        ids.filter((id) => !swept.includes(id)).sort(),
      );
      for (const id of swept) expect(again).not.toContain(id);
      expect(held).toHaveLength(ids.length);
      await endLeases(test.database, ids);
    }
  });
});

describe('taking over', () => {
  it('gives the jobs of a worker that stopped answering to another', async () => {
    const first = await start(60_000);
    const id = await probe.add('endure', { ms: 3_000 });
    await probe.noted(id, 'begin');
    // As if it had died: its lease and its lock have not been touched for an hour.
    await test.look(
      `update muster.job_worker set heartbeat_at = now() - interval '1 hour', host = 'elsewhere'`,
    );
    await test.look(`update graphile_worker._private_jobs set locked_at = now() - interval '1 hour'`);
    await until(async () => {
      const [{ old = false } = {}] = await test.look<{ old: boolean }>(
        "select now() - pg_postmaster_start_time() > interval '2100 milliseconds' as old",
      );
      return old;
    });
    const second = await start(2_000);
    await endedAt(id, 2);
    // The first one still sleeps, or has woken meanwhile and noted its own end: that is no part of this.
    expect((await probe.notes(id)).filter(({ attempt }) => attempt > 1)).toEqual([
      { what: 'begin', attempt: 2 },
      { what: 'end', attempt: 2 },
    ]);
    expect(await probe.runs(id)).toMatchObject([{ attempt: 1, result: 'TAKEN_OVER' }, { attempt: 2 }]);
    expect(second.id).not.toBe(first.id);
  });

  it('ends a worker that finds its lease gone', async () => {
    const worker = await start(2_000);
    const id = await probe.add('work', { ms: 60_000 });
    await probe.noted(id, 'begin');
    await endLeases(test.database, [worker.id]);
    await worker.ended;
    expect((await probe.notes(id)).map(({ what }) => what)).not.toContain('end');
  });

  it('frees at its start the jobs of processes of this machine that are gone', async () => {
    const first = await start(60_000);
    const id = await probe.add('endure', { ms: 1_500 });
    await probe.noted(id, 'begin');
    // No process has this number on any system.
    await test.look('update muster.job_worker set process_id = 2147483646');
    await start(60_000);
    await endedAt(id, 2);
    await first.stop();
  });
});
