import { fetchImport } from '../../src/flows/import/fetch-import.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { createSharedLedger } from '../../src/store/rate-budget.ts';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { ROUNDS, seconds } from '../measure/samples.ts';
import { ImportWorld } from '../world/import-world.ts';
import { dingtalkRate, type Rate, WECOM_RATE } from '../world/rates.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';
import type { PlatformName } from '../world/stand-ins.ts';

interface Directory {
  readonly people: number;
  readonly units: number;
  readonly rate: Rate;
}

const DIRECTORIES: Readonly<Record<PlatformName, Directory>> = {
  // Five times the standard edition's rate, so that a round takes 12 s.
  dingtalk: { people: 12_000, units: 600, rate: dingtalkRate(100) },
  // More departments than a minute has calls: the window moves on while it is full.
  wecom: { people: 12_000, units: 10_800, rate: WECOM_RATE },
};

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
  /** Seconds that the calls of the phases, one after the other, must take at the platform's rate. */
  readonly leastSeconds: number;
}

const callsOf = ({ byApi }: Ledger, api: string): number =>
  Object.entries(byApi)
    .filter(([key]) => key.endsWith(` ${api}`))
    .reduce((sum, [, { calls }]) => sum + calls, 0);

/** One pull by the production's own adapter, HTTP client and rate budget (shared through PostgreSQL). */
const pullOnce = async (server: BenchServer, company: SimulatedCompany, rate: Rate): Promise<Pull> => {
  const database = await server.create('bench_pull');
  const place = await ImportWorld.create(database.app, company.form(rate.typed), newMasterKey());
  const world = ImportWorld.enter(database.app, place);
  const services = createPlatformServices({ ledger: createSharedLedger(world.context.db) });
  const source = createPlatforms(services).get(rate.platform)?.directorySource;
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
    const paced = company.standIn.pacedCalls.reduce((sum, api) => sum + callsOf(ledger, api), 0);
    return {
      seconds: took,
      calls: ledger.calls,
      throttled: ledger.throttled,
      leastSeconds: paced / rate.perSecond,
    };
  } finally {
    await services.http.close();
    await world.close();
    await server.drop(database);
  }
};

/** Calls that the platform must be asked at least. */
const fewestCalls = async (company: SimulatedCompany): Promise<number> => {
  const people = (await company.control('GET', '/people')) as readonly Person[];
  const members = new Map<number, number>();
  for (const { deptIds } of people) for (const id of deptIds) members.set(id, (members.get(id) ?? 0) + 1);
  return company.standIn.fewestCalls({ departments: company.departments, members: [...members.values()] });
};

const rowsOf = (company: SimulatedCompany, rate: Rate, measured: { pulls: Pull[]; fewest: number }) => {
  const { label } = company.standIn;
  const { pulls, fewest } = measured;
  const what = `pull ${company.people} people in ${company.departments} departments from ${label} at ${rate.said}`;
  return [
    ratioRow(
      {
        id: 'P14',
        what: `${what}: pace`,
        unit: 'calls/s',
        limitIs: 'the platform’s rate for one API; units and people are read one after the other',
        note: `the simulator is a process of its own and enforces ${rate.how}`,
      },
      {
        limit: pulls.map(() => rate.perSecond),
        subject: pulls.map((pull) => (rate.perSecond * pull.leastSeconds) / pull.seconds),
      },
      { atLeast: 0.97 },
    ),
    ratioRow(
      {
        id: 'P14',
        what: `${what}: calls of all kinds`,
        unit: 'calls',
        limitIs: 'fewest pages + one call per department',
      },
      { limit: pulls.map(() => fewest), subject: pulls.map((pull) => pull.calls) },
      { atMost: 1.01 },
    ),
    boundRow(
      { id: 'P14', what: `refusals by the rate limit of ${label}`, unit: 'refusals' },
      pulls.map((pull) => pull.throttled),
      { atMost: 0 },
    ),
  ];
};

export const measurePull = async (server: BenchServer, platform: PlatformName): Promise<BenchRow[]> => {
  const { people, units, rate } = DIRECTORIES[platform];
  const company = await startCompany({ people, units, seed: 14 }, platform);
  try {
    const fewest = await fewestCalls(company);
    await company.control('POST', '/settings', rate.enforced);
    const pulls: Pull[] = [];
    for (let round = 0; round < ROUNDS; round += 1) pulls.push(await pullOnce(server, company, rate));
    return rowsOf(company, rate, { pulls, fewest });
  } finally {
    await company.stop();
  }
};
