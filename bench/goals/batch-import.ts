import type { OpenConnection } from '../../src/domain/index.ts';
import { runConcurrently } from '../../src/platforms/kit/run-concurrently.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { type BenchRow, ratioRow } from '../measure/row.ts';
import { ROUNDS, seconds } from '../measure/samples.ts';
import { importBatch, type TitleChange } from '../world/batch-import.ts';
import { ImportWorld } from '../world/import-world.ts';
import { WECOM_RATE } from '../world/rates.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';

const CHANGES = 10_000;
/** Calls under way at once: more than the rate needs at any answer's time here. */
const AT_ONCE = 64;

interface Person {
  readonly userid: string;
  readonly name: string;
}

const changesOf = async (company: SimulatedCompany, title: string): Promise<TitleChange[]> => {
  const people = (await company.control('GET', '/people')) as readonly Person[];
  return people.slice(0, CHANGES).map(({ userid, name }) => ({ userid, name, title }));
};

/** One call for each change, by the production's adapter at the pace of its rate budget. */
const callSingly = async (connection: OpenConnection, changes: readonly TitleChange[]): Promise<void> => {
  const services = createPlatformServices();
  const target = createPlatforms(services).get(connection.platform)?.directoryTarget;
  if (target === undefined) throw new TypeError('the platform cannot be written to');
  const { signal } = new AbortController();
  const apply = ({ userid: externalId, title }: TitleChange) =>
    target.apply(
      connection,
      { kind: 'UPDATE_ACCOUNT', externalId, values: { title } },
      { signal, afterUnknownOutcome: false, urgent: false },
    );
  let done = 0;
  for await (const results of runConcurrently([...changes], apply, { limit: AT_ONCE, signal }))
    done += results.length;
  await services.http.close();
  if (done !== changes.length) throw new Error(`${done} changes were made`);
};

/** The platform's asynchronous import of a file beside single calls, each at the platform's limits. */
export const measureBatch = async (server: BenchServer): Promise<BenchRow[]> => {
  const company = await startCompany({ people: CHANGES, units: 500, seed: 35 }, WECOM_RATE.platform);
  const database = await server.create('bench_batch');
  try {
    await company.control('POST', '/settings', WECOM_RATE.enforced);
    const form = company.form(WECOM_RATE.typed);
    const world = ImportWorld.enter(
      database.app,
      await ImportWorld.create(database.app, form, newMasterKey()),
    );
    const connection = await world.connection();
    await world.close();
    const single = await changesOf(company, '专员');
    const singleSeconds = await seconds(() => callSingly(connection, single));
    const batchSeconds: number[] = [];
    let calls = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const changes = await changesOf(company, `专员${round}`);
      batchSeconds.push(
        await seconds(async () => {
          calls = await importBatch(company, changes);
        }),
      );
    }
    return [
      ratioRow(
        {
          id: 'BATCH',
          what: `${CHANGES} titles changed at WeCom by one file (upload, syncuser, getresult)`,
          unit: 's',
          limitIs: `${CHANGES} single calls at ${WECOM_RATE.said}`,
          note: `${calls} calls; the simulator carries a job out at once, what the platform takes for it is not published`,
        },
        { limit: [singleSeconds], subject: batchSeconds },
        { atMost: 1 },
      ),
    ];
  } finally {
    await server.drop(database);
    await company.stop();
  }
};
