import { beforeAll, describe, expect, test } from 'vitest';
import type { PushRulesInput } from '../../src/flows/connection/push-rules.ts';
import { runPlan } from '../../src/flows/sync/run-plan.ts';
import { startDuePushes } from '../../src/flows/sync/start-due-pushes.ts';
import type { SyncPlanRow } from '../../src/store/queries/sync-plans.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { pushingWorld } from './pushing-world.ts';
import {
  addUnits,
  approveAndApply,
  createPushWorld,
  type PushWorld,
  plansOf,
  rowsOf,
  saying,
  setPushRules,
  work,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** The timed push that is due next, made and, where it goes by itself, applied. */
const timedPush = async (world: PushWorld): Promise<SyncPlanRow> => {
  world.clock.aheadMs += 31 * 60_000;
  await startDuePushes(world.context);
  const made = (await plansOf(world)).findLast(({ trigger }) => trigger === 'SCHEDULE');
  if (made === undefined) throw new Error('no timed push was due');
  await runPlan(world.context, { planId: made.id });
  await work(world);
  const now = (await plansOf(world)).find(({ id }) => id === made.id);
  if (now === undefined) throw new Error('the plan is gone');
  return now;
};

const CONSTANT: PushRulesInput = {
  fields: [{ field: 'mobile', source: { kind: 'CONSTANT', value: '13900000000' }, when: 'ALWAYS' }],
};

describe('a timed push after the rules have changed (field-notes rule 19, W-DD-35)', () => {
  test.each([
    ['a mapping', CONSTANT],
    ['the scope', { scope: { includeAccountIds: [] }, outOfScope: 'REMOVE', secondaryMemberships: true }],
  ] as const)('of %s waits, so that somebody sees whom it changes', async (what, rules) => {
    const { world } = await pushingWorld(database);
    await setPushRules(world, { everyMinutes: 30, ...rules });
    await addUnits(world, ['研发部']);
    const shown = await timedPush(world);
    expect(shown.phase).toBe('REVIEW');
    const rows = saying(await rowsOf(world, shown.id));
    expect(rows.filter((row) => row.startsWith('UPDATE_ACCOUNT'))).toHaveLength(what === 'a mapping' ? 4 : 0);
    // Once somebody has agreed, the next one goes by itself again.
    await approveAndApply(world, shown);
    await addUnits(world, ['市场部']);
    expect((await timedPush(world)).phase).toBe('APPLIED');
  });

  test('of guards, approval or the timer itself goes on by itself', async () => {
    const { world } = await pushingWorld(database);
    await setPushRules(world, {
      everyMinutes: 30,
      guards: { ACCOUNT_MOVE: { fraction: 0.2, count: 50 } },
      approval: { validHours: 24 },
    });
    await addUnits(world, ['研发部']);
    expect((await timedPush(world)).phase).toBe('APPLIED');
  });

  test('the first of a connection waits: nobody has seen yet what the rules do', async () => {
    const world = await createPushWorld(database, { pushRules: { incremental: 'APPLY', everyMinutes: 30 } });
    await addUnits(world, ['研发部']);
    expect((await timedPush(world)).phase).toBe('REVIEW');
  });
});
