import type { SyncRunId } from '../../src/domain/index.ts';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { ROUNDS } from '../measure/samples.ts';
import type { Pushed, PushWorkerArgs } from '../workers/push.ts';
import { type Child, startChild } from '../world/child.ts';
import { createOperation, PushWorld } from '../world/push-world.ts';
import { dingtalkRate, type Rate, WECOM_RATE } from '../world/rates.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';
import { type PlatformName, STAND_INS } from '../world/stand-ins.ts';

/** A rate, and so many changes that a round takes half a minute (ten seconds at the highest rate). */
export interface Load {
  readonly rate: Rate;
  readonly changes: number;
  readonly workers: 1 | 2;
}

const LOADS: Readonly<Record<PlatformName, readonly Load[]>> = {
  dingtalk: [
    { rate: dingtalkRate(20), changes: 600, workers: 1 },
    { rate: dingtalkRate(40), changes: 1_200, workers: 1 },
    { rate: dingtalkRate(200), changes: 6_000, workers: 1 },
    { rate: dingtalkRate(1_000), changes: 10_000, workers: 1 },
    { rate: dingtalkRate(200), changes: 6_000, workers: 2 },
    { rate: dingtalkRate(1_000), changes: 10_000, workers: 2 },
  ],
  // More than a minute may have: the window moves on while it is full.
  wecom: [
    { rate: WECOM_RATE, changes: 11_000, workers: 1 },
    { rate: WECOM_RATE, changes: 11_000, workers: 2 },
  ],
};
/** The goal bounds the processor time at this rate. */
const CALM: Load = { rate: dingtalkRate(60), changes: 1_200, workers: 1 };

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

/** One run for each worker, by connections to one app: a connection has one run at a time, and all share one rate. */
export const startRuns = async (
  world: PushWorld,
  company: SimulatedCompany,
  load: Load & { readonly settings?: Readonly<Record<string, string>> },
): Promise<SyncRunId[]> => {
  const { rate, changes, workers, settings = {} } = load;
  const runs: SyncRunId[] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    const connectionId = await world.connect(company, {
      name: `推送${worker}`,
      callsPerSecond: rate.typed,
      settings,
    });
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

/** A process for each run, which begins when it is asked to. */
export const startWorkers = (world: PushWorld, runs: readonly SyncRunId[]): Child[] => {
  const { tenantId, masterKey } = world.place;
  const args: PushWorkerArgs = { app: world.database.app, masterKey, tenantId };
  return runs.map(() => startChild('workers/push.js', [JSON.stringify(args)]));
};

/** One push by the production's own executor, adapter, HTTP client and rate budget (shared through PostgreSQL). */
const pushOnce = async (server: BenchServer, load: Load): Promise<Push> => {
  const company = await startCompany({ people: 3, units: 3, seed: 12 }, load.rate.platform);
  const database = await server.create('bench_push');
  const world = await PushWorld.create(database, company);
  let children: readonly Child[] = [];
  try {
    await company.control('POST', '/settings', load.rate.enforced);
    const runs = await startRuns(world, company, load);
    children = startWorkers(world, runs);
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

const paceRow = (load: Load, pushes: readonly Push[]): BenchRow => {
  const { changes, rate, workers } = load;
  return ratioRow(
    {
      id: 'P12',
      what: `push ${changes} changes to ${STAND_INS[rate.platform].label}, ${workers} worker${workers === 1 ? '' : 's'}, ${rate.said}`,
      unit: 'changes/s',
      limitIs: 'the platform’s rate for one API, one call per change',
      note: `whole run, beginning and end included; the simulator enforces ${rate.how}`,
    },
    { limit: pushes.map(() => rate.perSecond), subject: pushes.map(({ pace }) => pace) },
    { atLeast: 0.97 },
  );
};

/** Pushes to a platform at its rates. */
export const measurePush = async (
  server: BenchServer,
  platform: PlatformName,
  times = ROUNDS,
): Promise<BenchRow[]> => {
  const { label } = STAND_INS[platform];
  const rows: BenchRow[] = [];
  const all: Push[] = [];
  for (const load of LOADS[platform]) {
    const pushes = await rounds(server, load, times);
    all.push(...pushes);
    rows.push(paceRow(load, pushes));
  }
  rows.push(
    boundRow(
      { id: 'P12', what: `calls per change, ${label}`, unit: 'calls' },
      all.map((one) => one.callsPerChange),
      { atMost: 1.02 },
    ),
    boundRow(
      { id: 'P12', what: `refusals by the rate limit of ${label}`, unit: 'refusals' },
      all.map((one) => one.throttled),
      { atMost: 0 },
    ),
  );
  return rows;
};

/** What pacing costs. */
export const measureCalm = async (server: BenchServer, times = ROUNDS): Promise<BenchRow[]> => {
  const calm = await rounds(server, CALM, times);
  return [
    boundRow(
      { id: 'P12', what: `share of a core at ${CALM.rate.said}`, unit: 'cores' },
      calm.map((one) => one.cores),
      { atMost: 0.1 },
    ),
  ];
};
