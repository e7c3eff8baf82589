import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createTestDatabase, systemContext, type TestDatabase } from '../support/index.ts';
import { pickFrom } from './random-changes.ts';
import {
  accountOf,
  commit,
  connectTo,
  createWorld,
  type ImportWorld,
  pull,
  runOf,
  startDingTalk,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** What a form does: reads a version, and writes only if nobody else has. */
const edit = async (world: ImportWorld, id: string, wait: number): Promise<boolean> => {
  const [row] = await database.look<{ version: number }>('select version from muster.account where id = $1', [
    id,
  ]);
  await sleep(wait);
  const changed = await database.database.transaction(
    systemContext(world.tenantId, { source: 'API' }),
    (tx) =>
      tx.execute("update muster.account set title = title || '+' where id = $1 and version = $2", [
        id,
        row?.version,
      ]),
  );
  return changed === 1;
};

const outcome = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'OK';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};

test('of two starts at once one works, and the other answers with it', async () => {
  const world = await createWorld(database);
  const simulator = await startDingTalk({ people: 50, seed: 1 });
  const connection = await connectTo(world, simulator);
  const start = () => startImport(world.context, { connectionId: connection.id, scope: 'ALL' });
  const runs = await Promise.all(Array.from({ length: 6 }, start));
  expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
});

test('of two commits at once one writes', async () => {
  const world = await createWorld(database);
  const simulator = await startDingTalk({ people: 60, seed: 2 });
  const connection = await connectTo(world, simulator);
  const run = await pull(world, connection);
  const outcomes = await Promise.all([outcome(commit(world, run)), outcome(commit(world, run))]);
  expect(outcomes.sort()).toEqual(['IMPORT_PHASE_WRONG', 'OK']);
  const accounts = await database.look('select from muster.account where tenant_id = $1', [world.tenantId]);
  expect(accounts).toHaveLength(60);
});

test('a commit is refused when anything but what was approved is staged', async () => {
  const world = await createWorld(database);
  const simulator = await startDingTalk({ people: 50, seed: 4 });
  const connection = await connectTo(world, simulator);
  const run = await pull(world, connection);
  const approved = (await runOf(world, run.id)).digest;
  await decideStaged(world.context, { runId: run.id, kind: 'ORG_UNIT', filter: {}, decision: 'PENDING' });
  await expect(commitImport(world.context, { runId: run.id, digest: approved ?? '' })).rejects.toMatchObject({
    code: 'IMPORT_DIGEST_STALE',
  });
  // And a person cannot be seated in a unit that is not going to be there.
  await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
});

describe('commits against edits: no update is lost, whoever is first', () => {
  const SEEDS = Array.from({ length: 16 }, (_, at) => at + 1);
  let world: ImportWorld;
  let simulator: Awaited<ReturnType<typeof startDingTalk>>;
  let connection: Awaited<ReturnType<typeof connectTo>>;

  beforeAll(async () => {
    world = await createWorld(database);
    simulator = await startDingTalk({ people: 50, seed: 6, orgUnits: 5 });
    connection = await connectTo(world, simulator);
    await commit(world, await pull(world, connection));
  });

  test.each(SEEDS)('seed %i', async (seed) => {
    const pick = pickFrom(seed * 7919);
    const people = simulator.company.people;
    const touched = people[pick(20)]?.id ?? '';
    const untouched = people[20 + pick(20)]?.id ?? '';
    simulator.mutate.changeUser(touched, { title: `职务${seed}` });
    const run = await pull(world, connection);
    const touchedId = String((await accountOf(database, world, touched))['id']);
    const untouchedId = String((await accountOf(database, world, untouched))['id']);
    const [committed, edited, other] = await Promise.all([
      sleep(pick(12)).then(() => outcome(commit(world, run))),
      sleep(pick(12)).then(() => edit(world, touchedId, pick(8))),
      sleep(pick(12)).then(() => edit(world, untouchedId, pick(4))),
    ]);
    expect(other).toBe(true);
    const { title } = await accountOf(database, world, touched);
    if (committed === 'OK') {
      // An edit that came through began after the commit and shows its value with the mark.
      expect(title).toBe(edited ? `职务${seed}+` : `职务${seed}`);
    } else {
      expect(committed).toBe('IMPORT_ROSTER_MOVED');
      expect(edited).toBe(true);
      expect(String(title).endsWith('+')).toBe(true);
      await rematch(world.context, { runId: run.id });
      await commit(world, run);
      expect((await accountOf(database, world, touched))['title']).toBe(`职务${seed}`);
    }
  });

  test('an edit that came first is named; one that comes with an old version finds nothing', async () => {
    const person = simulator.company.people[40]?.id ?? '';
    const id = String((await accountOf(database, world, person))['id']);
    simulator.mutate.changeUser(person, { title: '先后' });
    const run = await pull(world, connection);
    expect(await edit(world, id, 0)).toBe(true);
    await expect(commit(world, run)).rejects.toMatchObject({
      code: 'IMPORT_ROSTER_MOVED',
      details: { count: 1, names: [simulator.company.people[40]?.name] },
    });
    await rematch(world.context, { runId: run.id });
    const late = edit(world, id, 400);
    await sleep(50);
    await commit(world, run);
    expect(await late).toBe(false);
  });
});
