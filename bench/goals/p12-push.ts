import type { SyncRunId } from '../../src/domain/index.ts';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { ROUNDS } from '../measure/samples.ts';
import type { Pushed, PushWorkerArgs } from '../workers/push.ts';
import { type Child, startChild } from '../world/child.ts';
import { createOperation, PushWorld } from '../world/push-world.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';

/** Rates of the platform, and so many changes that a round takes half a minute (ten seconds at the highest). */
interface Load {
  readonly perSecond: number;
  readonly changes: number;
  readonly workers: 1 | 2;
}

const LOADS: readonly Load[] = [
  { perSecond: 20, changes: 600, workers: 1 },
  { perSecond: 40, changes: 1_200, workers: 1 },
  { perSecond: 200, changes: 6_000, workers: 1 },
  { perSecond: 1_000, changes: 10_000, workers: 1 },
  { perSecond: 200, changes: 6_000, workers: 2 },
  { perSecond: 1_000, changes: 10_000, workers: 2 },
];
/** The goal bounds the processor time at this rate. */
const CALM: Load = { perSecond: 60, changes: 1_200, workers: 1 };

interface Ledger {
  readonly calls: number;
  readonly throttled: number;
}

interface Push {
  readonly pace: number;
  readonly callsPerChange: number;
  readonly throttled: number;
  /** Cores that the workers have kept busy. */
  readonly cores: number;
}

const startRuns = async (world: PushWorld, company: SimulatedCompany, load: Load): Promise<SyncRunId[]> => {
  const { perSecond, changes, workers } = load;
  const runs: SyncRunId[] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    // A connection has one run at a time: two workers serve two connections to one app, and share its rate.
    const connectionId = await world.connect(company, { name: `推送${worker}`, callsPerSecond: perSecond });
    const people = await world.hire(changes / workers);
    const operations = people.map((id, at) =>
      createOperation(id, at, {
        userid: `w${worker}-${at}`,
        mobile: String(13_000_000_000 + worker * 1_000_000 + at),
      }),
    );
    runs.push(await world.begin(connectionId, operations));
  }
  return runs;
};

/** One push by the production's own executor, adapter, HTTP client and rate budget (shared through PostgreSQL). */
export const pushOnce = async (server: BenchServer, load: Load): Promise<Push> => {
  const company = await startCompany({ people: 3, units: 3, seed: 12 });
  const database = await server.create('bench_push');
  const world = await PushWorld.create(database, company);
  const children: Child[] = [];
  try {
    await company.control('POST', '/settings', { qpsPerApp: load.perSecond });
    const runs = await startRuns(world, company, load);
    const { tenantId, masterKey } = world.place;
    const args: PushWorkerArgs = { app: database.app, masterKey, tenantId };
    for (const _ of runs) children.push(startChild('workers/push.js', [JSON.stringify(args)]));
    await company.control('DELETE', '/ledger');
    const pushed = await Promise.all(
      runs.map(
        (runId, at) => children[at]?.ask<Pushed>({ runId }) ?? Promise.reject(new TypeError('no worker')),
      ),
    );
    const [open] = await world.look<{ count: number }>(
      `select count(*)::integer as count from muster.plan_operation where state <> 'APPLIED'`,
    );
    if (open?.count !== 0) throw new Error(`${open?.count} changes were not applied`);
    const ledger = (await company.control('GET', '/ledger/summary')) as Ledger;
    const from = Math.min(...pushed.map(({ startedAt }) => startedAt));
    const seconds = (Math.max(...pushed.map(({ endedAt }) => endedAt)) - from) / 1_000;
    return {
      pace: load.changes / seconds,
      callsPerChange: ledger.calls / load.changes,
      throttled: ledger.throttled,
      cores: pushed.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / seconds,
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await world.close();
    await server.drop(database);
    await company.stop();
  }
};

const rounds = async (server: BenchServer, load: Load, times: number): Promise<Push[]> => {
  const pushes: Push[] = [];
  for (let round = 0; round < times; round += 1) pushes.push(await pushOnce(server, load));
  return pushes;
};

export const measurePush = async (server: BenchServer, times = ROUNDS): Promise<BenchRow[]> => {
  const rows: BenchRow[] = [];
  const all: Push[] = [];
  for (const load of LOADS) {
    const pushes = await rounds(server, load, times);
    all.push(...pushes);
    const { changes, perSecond, workers } = load;
    rows.push(
      ratioRow(
        {
          id: 'P12',
          what: `push ${changes} changes, ${workers} worker${workers === 1 ? '' : 's'}, ${perSecond} calls/s`,
          unit: 'changes/s',
          limitIs: 'the platform’s rate for one API, one call per change',
          note: 'whole run, beginning and end included; the simulator enforces a strict sliding window of a second',
        },
        { limit: pushes.map(() => perSecond), subject: pushes.map(({ pace }) => pace) },
        { atLeast: 0.97 },
      ),
    );
  }
  const calm = await rounds(server, CALM, times);
  rows.push(
    boundRow(
      { id: 'P12', what: 'calls per change', unit: 'calls' },
      all.map((one) => one.callsPerChange),
      {
        atMost: 1.02,
      },
    ),
    boundRow(
      { id: 'P12', what: 'refusals by the platform’s rate limit', unit: 'refusals' },
      all.map((one) => one.throttled),
      { atMost: 0 },
    ),
    boundRow(
      { id: 'P12', what: `share of a core at ${CALM.perSecond} calls/s`, unit: 'cores' },
      calm.map((one) => one.cores),
      { atMost: 0.1 },
    ),
  );
  return rows;
};
