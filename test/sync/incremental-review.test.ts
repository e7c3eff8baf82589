import { beforeAll, describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { decideOperations } from '../../src/flows/sync/decide-operations.ts';
import { expirePlans } from '../../src/flows/sync/expire-plans.ts';
import { startDuePushes } from '../../src/flows/sync/start-due-pushes.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { first, incremental, namesOn, pushingWorld } from './pushing-world.ts';
import {
  addUnits,
  apply,
  disable,
  jobsOf,
  plan,
  plansOf,
  push,
  rename,
  rowsOf,
  saying,
  setPushRules,
  work,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

describe('where changes wait for a person', () => {
  test('there is one plan, which grows', async () => {
    const { world, people } = await pushingWorld(database, 10, 'HOLD');
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
    const { world, people } = await pushingWorld(database, 4, 'HOLD');
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
    const { world, people } = await pushingWorld(database, 12);
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
    const { world, people } = await pushingWorld(database, 6);
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
    const { world, people } = await pushingWorld(database, 12);
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
    const { world, people } = await pushingWorld(database, 6);
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
    const { world } = await pushingWorld(database);
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
    const { world } = await pushingWorld(database, 4, 'HOLD');
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
