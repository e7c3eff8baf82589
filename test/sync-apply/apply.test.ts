import { beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  applied,
  begin,
  createOf,
  createPushWorld,
  linksOf,
  runOf,
  statesOf,
  storePlan,
  work,
} from './support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

describe('a plan is applied', () => {
  test('units before people, references after both, each with its link and its copy', async () => {
    const world = await createPushWorld(database);
    const [unit, below] = await addUnits(world, ['研发部', '平台组']);
    const [anna, boss] = await addAccounts(world, 2);
    const { plan, run } = await applied(world, [
      {
        kind: 'CREATE_ORG_UNIT',
        objectId: unit,
        content: { parent: { externalId: '1' }, name: '研发部' },
      },
      {
        kind: 'CREATE_ORG_UNIT',
        objectId: below,
        wave: 2,
        dependsOn: [0],
        content: { parent: { orgUnitId: unit }, name: '平台组' },
      },
      createOf(anna, '安娜', {
        wave: 3,
        dependsOn: [1],
        content: {
          values: { name: '安娜' },
          memberships: [{ orgUnit: { orgUnitId: below }, primary: true }],
        },
      }),
      createOf(boss, '老板', { wave: 3 }),
      {
        kind: 'SET_MANAGER',
        objectId: anna,
        wave: 4,
        dependsOn: [2, 3],
        content: { manager: { accountId: boss } },
      },
      {
        kind: 'SET_LEADERS',
        objectId: below,
        wave: 4,
        dependsOn: [1, 2],
        content: { leaders: [{ accountId: anna }] },
      },
    ]);
    expect(await statesOf(world, plan)).toEqual(Array.from({ length: 6 }, () => 'APPLIED DONE'));
    expect(run).toMatchObject({ phase: 'DONE', calls: 6, counts: { APPLIED: 6 } });
    const links = await linksOf(world);
    const { people, units } = world.company;
    expect(units.get(links.get(below) ?? '')).toMatchObject({
      name: '平台组',
      parent: links.get(unit),
      leaders: [links.get(anna)],
    });
    expect(people.get(links.get(anna) ?? '')).toMatchObject({
      manager: links.get(boss),
      memberships: [{ orgUnitExternalId: links.get(below) }],
    });
    const [copy] = await database.look(
      `select value, believed from muster.remote_account where connection_id = $1 and external_id = $2`,
      [world.connection.id, links.get(anna)],
    );
    expect(copy).toMatchObject({
      value: { name: '安娜', memberships: [{ orgUnitExternalId: links.get(below), leader: true }] },
      believed: { name: '安娜', managerExternalId: links.get(boss) },
    });
    const [{ phase } = { phase: '' }] = await database.look<{ phase: string }>(
      'select phase from muster.sync_plan where id = $1',
      [plan.id],
    );
    expect(phase).toBe('APPLIED');
  });

  test('a second call with the same digest answers with the same run', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    const plan = await storePlan(world, [createOf(anna, '安娜')]);
    const runId = await begin(world, plan);
    expect(await begin(world, plan)).toBe(runId);
    await work(world, runId);
    expect(await begin(world, plan)).toBe(runId);
    expect((await runOf(world, runId)).phase).toBe('DONE');
    expect(world.company.written).toHaveLength(1);
  });
});
