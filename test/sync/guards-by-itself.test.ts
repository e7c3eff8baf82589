import { beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { incremental, namesOn, pushingWorld } from './pushing-world.ts';
import { disable, push, rename, rowsOf } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const states = async (world: Awaited<ReturnType<typeof pushingWorld>>['world']): Promise<string[]> => {
  const rows = (await Promise.all((await incremental(world)).map(({ id }) => rowsOf(world, id)))).flat();
  return rows.map(({ state }) => state);
};

/* Field-notes rules 1 and 3: where nobody looks, a burst is judged the same however it is cut into plans. */
test('changes that go by themselves one by one pass no more than the guard lets pass at once', async () => {
  const { world, people } = await pushingWorld(database, 10);
  for (const [at, id] of people.entries()) {
    await rename(world, id, `改${at}`);
    await push(world);
  }
  expect(namesOn(world).filter((name) => name.startsWith('改'))).toHaveLength(3);
  expect((await states(world)).filter((state) => state === 'APPLIED')).toHaveLength(3);
});

test('the same of people who lose their access, which goes at once (goal P13)', async () => {
  const { world, people } = await pushingWorld(database, 10);
  for (const id of people) {
    await disable(world, [id]);
    await push(world, { urgent: true });
    await push(world);
  }
  expect([...world.company.people.values()].filter(({ active }) => !active)).toHaveLength(3);
});

test('who is changed twice counts once, and another kind counts by itself', async () => {
  const { world, people } = await pushingWorld(database, 10);
  const [one, two, three, four] = people as [never, never, never, never];
  for (const name of ['改一', '改二', '改三', '改四']) {
    await rename(world, one, name);
    await push(world);
  }
  expect(namesOn(world)).toContain('改四');
  await disable(world, [two, three, four]);
  await push(world);
  expect([...world.company.people.values()].filter(({ active }) => !active)).toHaveLength(3);
});
