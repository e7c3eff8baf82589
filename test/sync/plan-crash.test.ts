import { beforeAll, expect, test } from 'vitest';
import type { FlowContext } from '../../src/flows/context.ts';
import { planChanges } from '../../src/flows/sync/plan-changes.ts';
import { planSync } from '../../src/flows/sync/plan-sync.ts';
import { runPlan } from '../../src/flows/sync/run-plan.ts';
import type { Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  createPushWorld,
  type PushWorld,
  plan,
  plansOf,
  push,
  pushAll,
  rename,
  setPushRules,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** An error that passes, whatever the work in it thinks of others. */
const killed = (): Error => Object.assign(new Error('cut off'), { code: '40001' });

/** The world as a process sees it whose nth transaction is cut off: before its commit, or after it. */
const dying = (
  context: FlowContext,
  nth: number,
  when: 'BEFORE' | 'AFTER',
): { readonly context: FlowContext; readonly died: () => boolean } => {
  let count = 0;
  const transaction: Database['transaction'] = async (actor, work, options) => {
    count += 1;
    if (count !== nth) {
      // A dead process does nothing more.
      if (count > nth) throw killed();
      return context.db.transaction(actor, work, options);
    }
    if (when === 'BEFORE') {
      return context.db.transaction(
        actor,
        async (tx) => {
          await work(tx);
          throw killed();
        },
        { ...options, retries: 0 },
      );
    }
    await context.db.transaction(actor, work, options);
    throw killed();
  };
  const db = new Proxy(context.db, {
    get: (target, name) => {
      if (name === 'transaction') return transaction;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { context: { ...context, db }, died: () => count >= nth };
};

const survive = async (work: Promise<void>): Promise<void> => {
  await work.catch((error: unknown) => {
    const errors = error instanceof AggregateError ? error.errors : [error];
    for (const each of errors) if ((each as { code?: string }).code !== '40001') throw each;
  });
};

const company = async (): Promise<PushWorld> => {
  const world = await createPushWorld(database);
  await addUnits(world, ['研发部', '市场部']);
  await addAccounts(world, 5);
  return world;
};

test.each(['BEFORE', 'AFTER'] as const)(
  'a full plan that is cut off %s the commit of any of its transactions is made whole by the next attempt',
  async (when) => {
    let nth = 1;
    for (; nth < 40; nth += 1) {
      const world = await company();
      const { id } = await planSync(world.context, { connectionId: world.connection.id, kind: 'FULL' });
      const process = dying(world.context, nth, when);
      await survive(runPlan(process.context, { planId: id }));
      const [halfway] = await plansOf(world);
      const rows = await database.look('select from muster.plan_operation where plan_id = $1', [id]);
      expect([halfway?.phase === 'PLANNING', rows.length === 0]).toEqual(
        halfway?.phase === 'PLANNING' ? [true, true] : [false, false],
      );
      await runPlan(world.context, { planId: id });
      const made = (await plansOf(world))[0];
      const undisturbed = await plan(world);
      expect(made).toMatchObject({ phase: 'REVIEW', contentDigest: undisturbed.contentDigest });
      if (!process.died()) break;
    }
    expect(nth).toBeGreaterThan(5);
  },
  240_000,
);

test.each(['BEFORE', 'AFTER'] as const)(
  'changes whose plan is cut off %s the commit of any of its transactions reach the platform, once',
  async (when) => {
    let nth = 1;
    for (; nth < 40; nth += 1) {
      const world = await company();
      await pushAll(world);
      await setPushRules(world, { incremental: 'APPLY' });
      const [anna] = await addAccounts(world, 1);
      await rename(world, anna, '安娜');
      const process = dying(world.context, nth, when);
      await survive(planChanges(process.context));
      await push(world);
      const names = [...world.company.people.values()].map(({ values }) => values['name']);
      expect(names.filter((name) => name === '安娜')).toHaveLength(1);
      expect((await plansOf(world)).filter(({ kind }) => kind === 'INCREMENTAL')).toHaveLength(1);
      if (!process.died()) break;
    }
    expect(nth).toBeGreaterThan(2);
  },
  240_000,
);
