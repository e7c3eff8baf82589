import { beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { call, first, incremental, namesOn, numbersOn, pushingWorld } from './pushing-world.ts';
import {
  addAccounts,
  addUnits,
  change,
  disable,
  forgetJobs,
  jobsOf,
  linksOf,
  plan,
  push,
  rename,
  rowsOf,
  saying,
  setPushRules,
  tenantOf,
  work,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

describe('the job', () => {
  test('is added by the change itself, once, a second later; not at all when nothing pushes', async () => {
    const { world, people } = await pushingWorld(database);
    await rename(world, first(people), '甲');
    await rename(world, first(people), '乙');
    const jobs = await jobsOf(world);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.key).toBe(`push-changes:${tenantOf(world)}`);
    expect(jobs[0]?.inSeconds).toBeCloseTo(1, 0);
    await setPushRules(world, { incremental: 'OFF' });
    await forgetJobs(world);
    await rename(world, first(people), '丙');
    expect(await jobsOf(world)).toEqual([]);
  });

  test('comes and goes with the transaction', async () => {
    const { world, people } = await pushingWorld(database);
    await expect(
      change(world, async (tx) => {
        await tx.execute(`update muster.account set title = 'x' where id = $1`, [first(people)]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await jobsOf(world)).toEqual([]);
  });

  test('is urgent, without delay, when somebody loses their access (goal P13)', async () => {
    const { world, people } = await pushingWorld(database);
    await disable(world, [first(people)]);
    const jobs = await jobsOf(world);
    const urgent = jobs.filter(({ payload }) => payload.urgent === true);
    expect(urgent).toHaveLength(1);
    expect(urgent[0]?.inSeconds).toBeLessThan(0.5);
    expect(jobs).toHaveLength(2);
  });

  test('keeps nobody waiting: an import that has not committed yet does not hold up an edit', async () => {
    const { world, people } = await pushingWorld(database);
    let edited = false;
    await change(world, async (tx) => {
      await tx.execute(`update muster.account set title = 'long' where id = $1`, [first(people)]);
      await rename(world, first(people, 1), '乙');
      edited = true;
    });
    expect(edited).toBe(true);
    expect((await jobsOf(world)).length).toBe(2);
  });
});

describe('changes', () => {
  test('reach the platform: a change, a new person in a new unit, a leader, a manager', async () => {
    const { world, people } = await pushingWorld(database);
    const [unit] = await addUnits(world, ['研发部']);
    const [anna] = await addAccounts(world, 1);
    await change(world, async (tx) => {
      await tx.execute(
        `insert into muster.membership (tenant_id, id, account_id, org_unit_id, leader)
         values (muster.current_tenant(), muster.new_id(), $1, $2, true)`,
        [anna, unit],
      );
      await tx.execute(
        'update muster.account set primary_org_unit_id = $2, display_name = $3 where id = $1',
        [anna, unit, '安娜'],
      );
      await tx.execute(`delete from muster.membership where account_id = $1 and org_unit_id = $2`, [
        anna,
        world.rootId,
      ]);
      await tx.execute('update muster.account set manager_id = $2 where id = $1', [anna, first(people)]);
    });
    await push(world);
    const [made, ...more] = await incremental(world);
    expect(more).toEqual([]);
    expect(made?.phase).toBe('APPLIED');
    expect(namesOn(world)).toContain('安娜');
    const [annaId, person] =
      [...world.company.people].find(([, { values }]) => values['name'] === '安娜') ?? [];
    const [unitId, there] = [...world.company.units].find(([, { name }]) => name === '研发部') ?? [];
    expect(person?.memberships.map(({ orgUnitExternalId }) => orgUnitExternalId)).toEqual([unitId]);
    expect(there?.leaders).toEqual([annaId]);
    expect(person?.manager).toBe((await linksOf(world)).get(first(people)));
    // Nothing is left for a full plan.
    expect(await rowsOf(world, (await plan(world)).id)).toEqual([]);
  });

  test('that lead to nothing leave no plan behind', async () => {
    const { world, people } = await pushingWorld(database);
    await change(world, (tx) =>
      tx.execute(`update muster.account set attributes = '{"seat": "3"}' where id = $1`, [first(people)]),
    );
    await push(world);
    expect(await incremental(world)).toEqual([]);
    // And are not looked at again.
    await rename(world, first(people, 1), '乙');
    await push(world);
    const [made] = await incremental(world);
    expect(saying(await rowsOf(world, made?.id as never))).toEqual(['UPDATE_ACCOUNT 乙']);
  });

  test('of a leader who is none any more reach the unit', async () => {
    const { world, people } = await pushingWorld(database);
    const [unit] = await addUnits(world, ['研发部']);
    const seat = (leader: boolean) =>
      change(world, (tx) =>
        tx.execute(
          `insert into muster.membership (tenant_id, id, account_id, org_unit_id, leader)
           values (muster.current_tenant(), muster.new_id(), $1, $2, $3)
           on conflict (tenant_id, account_id, org_unit_id) do update set leader = excluded.leader`,
          [first(people), unit, leader],
        ),
      );
    await setPushRules(world, { secondaryMemberships: true });
    await seat(true);
    await push(world);
    const leaders = () => [...world.company.units.values()].find(({ name }) => name === '研发部')?.leaders;
    expect(leaders()).toHaveLength(1);
    await seat(false);
    await push(world);
    expect(leaders()).toEqual([]);
  });

  test('of a transaction that commits late are not lost', async () => {
    const { world, people } = await pushingWorld(database);
    let finish: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const late = change(world, async (tx) => {
      await tx.execute(`update muster.account set display_name = '晚' where id = $1`, [first(people)]);
      begun();
      await waiting;
    });
    await hasBegun;
    // Others change, are planned and settled, while the early one is still open.
    for (const name of ['甲', '乙', '丙']) {
      await rename(world, first(people, 1), name);
      await push(world);
    }
    expect(namesOn(world)).toContain('丙');
    finish();
    await late;
    await push(world);
    expect(namesOn(world)).toContain('晚');
  });

  test('while a plan is being made are in the next one', async () => {
    const { world, people } = await pushingWorld(database, 20);
    const edits = people.map(async (id, i) => {
      await call(world, id, 13900000000 + i);
    });
    const pushes = Array.from({ length: 5 }, () => push(world));
    await Promise.all([...edits, ...pushes]);
    await push(world);
    await push(world);
    await work(world);
    expect(numbersOn(world)).toEqual(people.map((_, i) => String(13900000000 + i)));
  });

  test('in any order, planned by several at once: none is lost (30 rounds)', async () => {
    const { world, people } = await pushingWorld(database, 6);
    for (let round = 0; round < 30; round += 1) {
      const acts = people.map((id, i) => async () => {
        await call(world, id, 13900000000 + round * 100 + i);
        if ((round + i) % 3 === 0) await push(world);
      });
      await Promise.all(acts.map((act) => act()));
    }
    for (let i = 0; i < 3; i += 1) await push(world);
    expect(numbersOn(world)).toEqual(people.map((_, i) => String(13900002900 + i)));
  }, 120_000);

  test('that nobody could note are planned again: a crash before the commit leaves nothing', async () => {
    const { world, people } = await pushingWorld(database);
    await rename(world, first(people), '甲');
    const before = await database.look(
      'select settled::text from muster.push_state where connection_id = $1',
      [world.connection.id],
    );
    // The signer fails inside of the transaction, as a process that dies does.
    const secrets = {
      ...world.context.secrets,
      open: () => Promise.reject(new Error('killed')),
    };
    const { planChanges } = await import('../../src/flows/sync/plan-changes.ts');
    await expect(planChanges({ ...world.context, secrets } as never)).rejects.toThrow();
    expect(
      await database.look('select settled::text from muster.push_state where connection_id = $1', [
        world.connection.id,
      ]),
    ).toEqual(before);
    await push(world);
    expect(namesOn(world)).toContain('甲');
  });

  test('of a database that was restored on a younger server are not taken for settled', async () => {
    const { world, people } = await pushingWorld(database);
    await database.look(
      `update muster.push_state set settled = '999999999:999999999:' where connection_id = $1`,
      [world.connection.id],
    );
    await rename(world, first(people), '甲');
    await push(world);
    expect(namesOn(world)).toContain('甲');
  });
});
