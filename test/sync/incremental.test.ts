import { beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../src/domain/index.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { decideOperations } from '../../src/flows/sync/decide-operations.ts';
import { expirePlans } from '../../src/flows/sync/expire-plans.ts';
import { startDuePushes } from '../../src/flows/sync/start-due-pushes.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  apply,
  change,
  createPushWorld,
  disable,
  forgetJobs,
  jobsOf,
  linksOf,
  type PushWorld,
  plan,
  plansOf,
  push,
  pushAll,
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

/** People who are on the platform, and a connection that pushes changes by itself. */
const pushingWorld = async (
  count = 4,
  incremental: 'APPLY' | 'HOLD' = 'APPLY',
): Promise<{ world: PushWorld; people: readonly AccountId[] }> => {
  const world = await createPushWorld(database);
  const people = await addAccounts(world, count);
  await pushAll(world);
  await setPushRules(world, { incremental });
  await forgetJobs(world);
  return { world, people };
};

const namesOn = (world: PushWorld): string[] =>
  [...world.company.people.values()].map(({ values }) => values['name'] ?? '').sort();

/** A change that no guard counts. */
const call = (world: PushWorld, id: AccountId, number: number): Promise<number> =>
  change(world, (tx) =>
    tx.execute('update muster.account set mobile = $2 where id = $1', [id, String(number)]),
  );

const numbersOn = (world: PushWorld): string[] =>
  [...world.company.people.values()].map(({ values }) => values['mobile'] ?? '').sort();

const first = (people: readonly AccountId[], at = 0): AccountId => people[at] as AccountId;

const incremental = async (world: PushWorld) =>
  (await plansOf(world)).filter(({ kind }) => kind === 'INCREMENTAL');

describe('the job', () => {
  test('is added by the change itself, once, a second later; not at all when nothing pushes', async () => {
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
    await expect(
      change(world, async (tx) => {
        await tx.execute(`update muster.account set title = 'x' where id = $1`, [first(people)]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await jobsOf(world)).toEqual([]);
  });

  test('is urgent, without delay, when somebody loses their access (goal P13)', async () => {
    const { world, people } = await pushingWorld();
    await disable(world, [first(people)]);
    const jobs = await jobsOf(world);
    const urgent = jobs.filter(({ payload }) => payload.urgent === true);
    expect(urgent).toHaveLength(1);
    expect(urgent[0]?.inSeconds).toBeLessThan(0.5);
    expect(jobs).toHaveLength(2);
  });

  test('keeps nobody waiting: an import that has not committed yet does not hold up an edit', async () => {
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld(20);
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
    const { world, people } = await pushingWorld(6);
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
    const { world, people } = await pushingWorld();
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
    const { world, people } = await pushingWorld();
    await database.look(
      `update muster.push_state set settled = '999999999:999999999:' where connection_id = $1`,
      [world.connection.id],
    );
    await rename(world, first(people), '甲');
    await push(world);
    expect(namesOn(world)).toContain('甲');
  });
});

describe('where changes wait for a person', () => {
  test('there is one plan, which grows; what is rejected does not come again', async () => {
    const { world, people } = await pushingWorld(10, 'HOLD');
    await rename(world, first(people), '甲');
    await push(world);
    await rename(world, first(people, 1), '乙');
    await push(world);
    const [one, two] = await incremental(world);
    expect(one).toMatchObject({ phase: 'SUPERSEDED', supersededById: two?.id });
    expect(two?.phase).toBe('REVIEW');
    expect(saying(await rowsOf(world, two?.id as never)).sort()).toEqual([
      'UPDATE_ACCOUNT 乙',
      'UPDATE_ACCOUNT 甲',
    ]);
    expect(namesOn(world)).not.toContain('甲');
    await approvePlan(world.context, { planId: two?.id as never, digest: two?.digest ?? '' });
    await apply(world, two as never);
    expect(namesOn(world)).toEqual(expect.arrayContaining(['甲', '乙']));
  });

  test('what expires is planned again', async () => {
    const { world, people } = await pushingWorld(4, 'HOLD');
    await rename(world, first(people), '甲');
    await push(world);
    world.clock.aheadMs = 73 * 3_600_000;
    await expirePlans(world.context);
    expect(await jobsOf(world)).not.toEqual([]);
    await push(world);
    const [one, two] = await incremental(world);
    expect([one?.phase, two?.phase]).toEqual(['EXPIRED', 'REVIEW']);
    expect(saying(await rowsOf(world, two?.id as never))).toEqual(['UPDATE_ACCOUNT 甲']);
    await push(world);
    expect(await incremental(world)).toHaveLength(2);
  });
});

describe('what a guard holds', () => {
  test('waits in a plan of its own once the rest is applied', async () => {
    const { world, people } = await pushingWorld(12);
    await disable(world, people.slice(0, 6));
    await rename(world, first(people, 11), '甲');
    await push(world);
    expect(namesOn(world)).toContain('甲');
    expect([...world.company.people.values()].every(({ active }) => active)).toBe(true);
    await push(world);
    const open = (await incremental(world)).filter(({ phase }) => phase === 'REVIEW');
    expect(open).toHaveLength(1);
    const rows = await rowsOf(world, open[0]?.id as never);
    expect(rows.map(({ kind, state }) => `${kind} ${state}`)).toEqual(Array(6).fill('DISABLE_ACCOUNT HELD'));
    // Nothing else that changes touches it.
    await rename(world, first(people, 10), '乙');
    await push(world);
    await push(world);
    expect(namesOn(world)).toContain('乙');
    expect((await incremental(world)).find(({ id }) => id === open[0]?.id)?.phase).toBe('REVIEW');
    const { digest } = await decideOperations(world.context, {
      planId: open[0]?.id as never,
      decision: 'RELEASE',
      filter: {},
    });
    await approvePlan(world.context, { planId: open[0]?.id as never, digest });
    await apply(world, { id: open[0]?.id as never, digest });
    expect([...world.company.people.values()].filter(({ active }) => !active)).toHaveLength(6);
  });
});

describe('people who lose their access', () => {
  test('are disabled by a small plan of their own, though a full one is being applied', async () => {
    const { world, people } = await pushingWorld(6);
    await addUnits(world, ['研发部']);
    const full = await plan(world);
    await approvePlan(world.context, { planId: full.id, digest: full.digest ?? '' });
    await applyPlan(world.context, { planId: full.id, digest: full.digest ?? '' });
    await disable(world, [first(people)]);
    const { planChanges } = await import('../../src/flows/sync/plan-changes.ts');
    await planChanges(world.context, { urgent: true });
    await planChanges(world.context, { urgent: true });
    const urgent = (await incremental(world)).filter((each) => each.urgent);
    expect(urgent).toHaveLength(1);
    expect(urgent[0]?.phase).toBe('APPLYING');
    const [run] = await database.look<{ id: string }>(`select id from muster.sync_run where plan_id = $1`, [
      urgent[0]?.id,
    ]);
    const { runSync } = await import('../../src/flows/sync/run-sync.ts');
    await runSync(world.context, { runId: run?.id as never });
    expect([...world.company.people.values()].filter(({ active }) => !active)).toHaveLength(1);
    // The plan of changes that follows finds them as they should be.
    await work(world);
    await push(world);
    expect((await incremental(world)).filter((each) => !each.urgent)).toEqual([]);
  });

  test('in a crowd are held: no urgent plan goes around the guard', async () => {
    const { world, people } = await pushingWorld(12);
    await disable(world, people.slice(0, 6));
    await push(world, { urgent: true });
    expect(await incremental(world)).toEqual([]);
    await push(world);
    const [made] = await incremental(world);
    expect(made?.phase).toBe('REVIEW');
  });
});

describe('a change while a full plan is applied', () => {
  test('is not lost, whichever of the two comes first', async () => {
    const { world, people } = await pushingWorld(6);
    await setPushRules(world, { incremental: 'OFF' });
    for (const [i, id] of people.entries()) await rename(world, id, `全${i}`);
    await setPushRules(world, {
      incremental: 'APPLY',
      guards: { ACCOUNT_RENAME: { fraction: 0.5, count: 100 } },
    });
    const full = await plan(world);
    await decideOperations(world.context, { planId: full.id, decision: 'RELEASE', filter: {} });
    const { digest } = (await plansOf(world)).find(({ id }) => id === full.id) ?? {};
    await approvePlan(world.context, { planId: full.id, digest: digest ?? '' });
    let edited = false;
    world.company.fault = () => {
      if (!edited) {
        edited = true;
        void rename(world, first(people, 5), '新');
      }
      return null;
    };
    await apply(world, { id: full.id, digest: digest ?? '' });
    world.company.fault = () => null;
    for (let i = 0; i < 3; i += 1) await push(world);
    expect(namesOn(world)).toEqual(['全0', '全1', '全2', '全3', '全4', '新'].sort());
  });
});

describe('timed pushes (W-DD-38)', () => {
  test('start when they are due, one at a time', async () => {
    const { world } = await pushingWorld();
    await setPushRules(world, { everyMinutes: 30 });
    await addUnits(world, ['研发部']);
    await startDuePushes(world.context);
    const timed = async () => (await plansOf(world)).filter(({ trigger }) => trigger === 'SCHEDULE');
    expect(await timed()).toEqual([]);
    world.clock.aheadMs = 31 * 60_000;
    await startDuePushes(world.context);
    await startDuePushes(world.context);
    const [made, ...more] = await timed();
    expect(more).toEqual([]);
    const { runPlan } = await import('../../src/flows/sync/run-plan.ts');
    await runPlan(world.context, { planId: made?.id as never });
    expect((await timed())[0]?.phase).toBe('APPLYING');
    await work(world);
    expect((await timed())[0]?.phase).toBe('APPLIED');
    expect([...world.company.units.values()].some(({ name }) => name === '研发部')).toBe(true);
  });

  test('wait for review unless changes are applied by themselves', async () => {
    const { world } = await pushingWorld(4, 'HOLD');
    await setPushRules(world, { everyMinutes: 30 });
    await addUnits(world, ['研发部']);
    world.clock.aheadMs = 31 * 60_000;
    await startDuePushes(world.context);
    const [made] = (await plansOf(world)).filter(({ trigger }) => trigger === 'SCHEDULE');
    const { runPlan } = await import('../../src/flows/sync/run-plan.ts');
    await runPlan(world.context, { planId: made?.id as never });
    expect((await plansOf(world)).find(({ id }) => id === made?.id)?.phase).toBe('REVIEW');
  });
});
