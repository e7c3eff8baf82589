import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import type { Child } from '../world/child.ts';
import { PushWorld } from '../world/push-world.ts';
import { wecomHour } from '../world/rates.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';
import { type Load, startRuns, startWorkers } from './p12-push.ts';

/** Calls that the hour of the measurement has: the platform's own 150,000 would take a quarter of an hour to use up. */
const PER_HOUR = 2_000;
const CHANGES = 2_400;
const LOOK_MS = 1_000;
/** So many looks without a call: the pushes wait for the next hour. */
const QUIET_LOOKS = 5;

interface Called {
  readonly calls: number;
  readonly throttled: number;
}
interface Ledger {
  readonly byApi: Readonly<Record<string, Called>>;
}

const CREATE = '/cgi-bin/user/create';

/** Looks until nobody calls any more. */
const untilQuiet = async (company: SimulatedCompany): Promise<Called> => {
  let last: Called = { calls: 0, throttled: 0 };
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    await sleep(LOOK_MS);
    const { byApi } = (await company.control('GET', '/ledger/summary')) as Ledger;
    const now = Object.entries(byApi).find(([key]) => key.endsWith(` ${CREATE}`))?.[1] ?? last;
    quiet = now.calls === last.calls && now.calls > 0 ? quiet + 1 : 0;
    last = now;
  }
  return last;
};

const pushIntoTheHour = async (server: BenchServer, workers: 1 | 2): Promise<Called> => {
  const load: Load = { rate: wecomHour(PER_HOUR), changes: CHANGES, workers };
  const company = await startCompany({ people: 3, units: 3, seed: 12 }, load.rate.platform);
  const database = await server.create('bench_push_hour');
  const world = await PushWorld.create(database, company);
  let children: readonly Child[] = [];
  try {
    await company.control('POST', '/settings', load.rate.enforced);
    const settings = { callsPerHour: String(PER_HOUR) };
    const runs = await startRuns(world, company, { ...load, settings });
    children = startWorkers(world, runs);
    await company.control('DELETE', '/ledger');
    // They are stopped while they wait; that they do not answer is what is expected.
    for (const [at, runId] of runs.entries()) children[at]?.ask({ runId }).catch(() => undefined);
    return await untilQuiet(company);
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await world.close();
    await server.drop(database);
    await company.stop();
  }
};

/** A limit per hour behind the one per minute: how much of it is used, and whether it is ever passed. */
export const measureHour = async (server: BenchServer): Promise<BenchRow[]> => {
  const rows: BenchRow[] = [];
  for (const workers of [1, 2] as const) {
    const { calls, throttled } = await pushIntoTheHour(server, workers);
    const what = `an hour of ${PER_HOUR} calls at WeCom, ${workers} worker${workers === 1 ? '' : 's'}`;
    rows.push(
      ratioRow(
        {
          id: 'P12',
          what: `${what}: calls that were granted`,
          unit: 'calls',
          limitIs: 'calls that the hour has',
          note: 'until nobody calls any more for five seconds; the hour is not waited for',
        },
        { limit: [PER_HOUR], subject: [calls - throttled] },
        { atLeast: 0.97 },
      ),
      boundRow({ id: 'P12', what: `${what}: refusals`, unit: 'refusals' }, [throttled], { atMost: 0 }),
    );
  }
  return rows;
};
