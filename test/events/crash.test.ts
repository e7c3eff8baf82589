import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { Worker } from '../chaos/worker.ts';
import { MASTER_KEY } from '../import/support.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  type EventWorld,
  eventOf,
  follow,
  openEventWorld,
  openHintCount,
  outcomes,
  person,
  runsOf,
  someone,
  tell,
  unit,
  unitOf,
} from './support.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

/** What happens in each test: a new unit with somebody in it, a name, a leaver, and something that has to wait. */
const happenings = (world: EventWorld) => {
  const { mutate } = world.simulator;
  const [renamed, leaver, wrong] = [someone(world, 0), someone(world, 1), someone(world, 2)];
  const made = mutate.addDepartment({ name: '新部', parentId: 1 });
  const userid = mutate.addUser({ name: '新人', mobile: '13811112222', deptIds: [made] });
  mutate.renameUser(renamed.userid, '改名');
  mutate.removeUser(leaver.userid);
  mutate.changeUser(wrong.userid, { mobile: '12' });
  const events = [
    unit(made),
    person(userid),
    person(renamed.userid),
    person(leaver.userid),
    person(wrong.userid),
  ];
  const check = async (): Promise<void> => {
    expect(await unitOf(world, made)).toMatchObject({ name: '新部' });
    expect(await accountOf(world, userid)).toMatchObject({ name: '新人', units: ['新部'] });
    expect(await accountOf(world, renamed.userid)).toMatchObject({ name: '改名' });
    expect(await accountOf(world, leaver.userid)).toMatchObject({ status: 'DISABLED' });
    expect(await openHintCount(world)).toBe(0);
    expect((await outcomes(world)).toSorted()).toEqual(
      ['COMMITTED', 'COMMITTED', 'COMMITTED', 'COMMITTED', 'HELD'].toSorted(),
    );
    const runs = await runsOf(world);
    expect(runs.filter(({ phase }) => phase === 'READING')).toEqual([]);
    expect(runs.filter(({ kind }) => kind === 'HELD')).toHaveLength(1);
    expect(
      await database.look('select from muster.account where tenant_id = $1', [world.tenantId]),
    ).toHaveLength(people + 1);
  };
  const people = world.simulator.company.people.length;
  return { events: events.map((hint) => eventOf(hint)), check };
};

class Died extends Error {}

/** The database of a process that dies at its n-th transaction: before it begins, or when it has been committed. */
const dyingAt = (
  db: Database,
  n: number,
  when: 'BEFORE' | 'AFTER',
): { db: Database; count: () => number } => {
  let calls = 0;
  const transaction: Database['transaction'] = async (context, work, options) => {
    calls += 1;
    if (calls > n) throw new Died();
    if (calls === n && when === 'BEFORE') throw new Died();
    const result = await db.transaction(context, work, options);
    if (calls === n) throw new Died();
    return result;
  };
  return { db: { ...db, transaction }, count: () => calls };
};

describe('a process that dies at any point leaves nothing undone and does nothing twice', () => {
  const points = Array.from({ length: 9 }, (_, at) => at + 1).flatMap((n) => [
    ['before', n, 'BEFORE'] as const,
    ['after', n, 'AFTER'] as const,
  ]);

  test.each(points)('%s transaction %i', async (_when, n, when) => {
    const world = await openEventWorld({ database, people: 12, orgUnits: 4 });
    const { events, check } = happenings(world);
    await tell(world, ...events);
    const dying = dyingAt(world.context.db, n, when);
    await follow({ ...world, context: { ...world.context, db: dying.db } }).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Died);
    });
    // The next attempts of the job, and the look that is taken every minute.
    await follow(world);
    await follow(world);
    await check();
  });
});

describe('killed by the system', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });
  const start = async (): Promise<Worker> => {
    const worker = new Worker({ connection: database.app, masterKey: MASTER_KEY });
    workers.push(worker);
    await worker.tell({ kind: 'work' });
    return worker;
  };

  test.each([0, 400, 900, 1_500])('%i ms after it has begun to work', async (ms) => {
    const world = await openEventWorld({ database, people: 12, orgUnits: 4 });
    world.simulator.set({ latencyMs: 40 });
    const { events, check } = happenings(world);
    await tell(world, ...events);
    const first = await start();
    await sleep(ms);
    await first.kill();
    // What is delivered again is known.
    expect(await tell(world, ...events)).toEqual({ stored: 0, duplicates: events.length });
    await start();
    await until(async () => (await outcomes(world)).every((outcome) => outcome !== null));
    await until(async () => (await openHintCount(world)) === 0);
    await check();
  });
});
