import { fetchImport } from '../../src/flows/import/fetch-import.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { createSharedLedger } from '../../src/store/rate-budget.ts';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { ROUNDS, seconds } from '../measure/samples.ts';
import { ImportWorld } from '../world/import-world.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';

/** Five times the standard edition's rate, so that a round takes 12 s; the simulator's window is strict. */
const QPS = 100;
const COMPANY = { people: 12_000, units: 600, seed: 14 };
const PAGE = 100;
const UNIT_CALLS = '/topapi/v2/department/listsub';
const PEOPLE_CALLS = '/topapi/v2/user/list';

interface Ledger {
  readonly calls: number;
  readonly throttled: number;
  readonly byApi: Readonly<Record<string, { readonly calls: number }>>;
}

interface Person {
  readonly deptIds: readonly number[];
}

interface Pull {
  readonly seconds: number;
  readonly calls: number;
  readonly throttled: number;
  /** Seconds that the calls of the two phases, units and then people, must take at the platform's rate. */
  readonly leastSeconds: number;
}

/** One pull by the production's own adapter, HTTP client and rate budget (shared through PostgreSQL). */
const pullOnce = async (server: BenchServer, company: SimulatedCompany): Promise<Pull> => {
  const database = await server.create('bench_pull');
  const place = await ImportWorld.create(database.app, company, {
    masterKey: newMasterKey(),
    callsPerSecond: QPS,
  });
  const world = ImportWorld.enter(database.app, place);
  const services = createPlatformServices({ ledger: createSharedLedger(world.context.db) });
  const source = createPlatforms(services).get('dingtalk')?.directorySource;
  if (source === undefined) throw new TypeError('the platform cannot be read');
  try {
    // Fresh windows on the platform's side, and a fresh account of calls.
    await company.control('DELETE', '/limits');
    await company.control('DELETE', '/ledger');
    const run = await world.begin();
    const connection = await world.connection();
    const { signal } = new AbortController();
    const took = await seconds(() => fetchImport(world.context, run, { source, connection, signal }));
    const { statement } = await world.run(run.id);
    if (statement?.complete !== true) throw new Error(`incomplete: ${JSON.stringify(statement?.gaps)}`);
    const ledger = (await company.control('GET', '/ledger/summary')) as Ledger;
    const callsOf = (api: string): number => ledger.byApi[`${company.clientId} ${api}`]?.calls ?? 0;
    return {
      seconds: took,
      calls: ledger.calls,
      throttled: ledger.throttled,
      leastSeconds: (callsOf(UNIT_CALLS) + callsOf(PEOPLE_CALLS)) / QPS,
    };
  } finally {
    await services.http.close();
    await world.close();
    await server.drop(database);
  }
};

/** Pages that the members of all departments need at least; an empty department needs one to be known as empty. */
const fewestPages = async (company: SimulatedCompany): Promise<number> => {
  const people = (await company.control('GET', '/people')) as readonly Person[];
  const members = new Map<number, number>();
  for (const { deptIds } of people) for (const id of deptIds) members.set(id, (members.get(id) ?? 0) + 1);
  const pages = [...members.values()].reduce((sum, count) => sum + Math.ceil(count / PAGE), 0);
  return pages + (company.departments - members.size);
};

export const measurePull = async (server: BenchServer): Promise<BenchRow[]> => {
  const company = await startCompany(COMPANY);
  const pulls: Pull[] = [];
  let pages = 0;
  try {
    pages = await fewestPages(company);
    await company.control('POST', '/settings', { qpsPerApp: QPS });
    for (let round = 0; round < ROUNDS; round += 1) pulls.push(await pullOnce(server, company));
  } finally {
    await company.stop();
  }
  const size = `${COMPANY.people} people in ${company.departments} departments at ${QPS} calls/s`;
  return [
    ratioRow(
      {
        id: 'P14',
        what: `pull ${size}: pace`,
        unit: 'calls/s',
        limitIs: 'the platform’s rate for one API; units and people are read one after the other',
        note: 'the simulator is a process of its own and enforces a strict sliding window of one second',
      },
      { limit: pulls.map(() => QPS), subject: pulls.map((pull) => (QPS * pull.leastSeconds) / pull.seconds) },
      { atLeast: 0.97 },
    ),
    ratioRow(
      {
        id: 'P14',
        what: `pull ${size}: calls of all kinds`,
        unit: 'calls',
        limitIs: 'fewest pages of members + one call per department',
      },
      { limit: pulls.map(() => pages + company.departments), subject: pulls.map((pull) => pull.calls) },
      { atMost: 1.01 },
    ),
    boundRow(
      { id: 'P14', what: 'refusals by the platform’s rate limit', unit: 'refusals' },
      pulls.map((pull) => pull.throttled),
      { atMost: 0 },
    ),
  ];
};
