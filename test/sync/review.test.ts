import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../src/domain/index.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { decideOperations } from '../../src/flows/sync/decide-operations.ts';
import { diffPlans } from '../../src/flows/sync/diff-plans.ts';
import { discardPlan } from '../../src/flows/sync/discard-plan.ts';
import { expirePlans } from '../../src/flows/sync/expire-plans.ts';
import {
  countPlanOperations,
  findOperations,
  findPlans,
  getApprovals,
  getPlan,
} from '../../src/flows/sync/find-plans.ts';
import { rejectRows, releaseRows } from '../../src/flows/sync/release-rows.ts';
import type { HeldRow } from '../../src/store/queries/plan-review.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { tries } from '../support/properties.ts';
import {
  addAccounts,
  addUnits,
  apply,
  as,
  change,
  createPushWorld,
  disable,
  type PushWorld,
  plan,
  pushAll,
  rename,
  rowsOf,
  saying,
  setPushRules,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** Ten people are there; so many lose their access that the guard holds all of them. */
const heldWorld = async (): Promise<{ world: PushWorld; people: readonly AccountId[] }> => {
  const world = await createPushWorld(database);
  const people = await addAccounts(world, 10);
  await pushAll(world);
  await disable(world, people.slice(0, 6));
  return { world, people };
};

const digestOf = async (world: PushWorld, id: Awaited<ReturnType<typeof plan>>['id']): Promise<string> =>
  (await getPlan(world.context, { planId: id })).digest ?? '';

describe('held rows', () => {
  test('stay held in an approved plan, and the rest goes on (field-notes rule 5)', async () => {
    const { world } = await heldWorld();
    await addUnits(world, ['研发部']);
    const made = await plan(world);
    expect(made.guards.find(({ kind }) => kind === 'ACCOUNT_DISABLE')).toMatchObject({
      tripped: true,
      counted: 6,
      limit: 3,
    });
    await approvePlan(world.context, { planId: made.id, digest: made.digest ?? '' });
    await apply(world, made);
    const rows = await rowsOf(world, made.id);
    expect(rows.filter(({ state }) => state === 'HELD')).toHaveLength(6);
    expect([...world.company.people.values()].filter(({ active }) => !active)).toEqual([]);
    expect([...world.company.units.values()].some(({ name }) => name === '研发部')).toBe(true);
    const audits = await database.look(
      `select reason_code from muster.audit_event where object_id = $1 and action = 'plan.guard' order by 1`,
      [made.id],
    );
    expect(audits).toEqual([{ reason_code: 'GUARD_TRIPPED' }, { reason_code: 'SHRINK_GUARD' }]);
  });

  test('are released singly, by filter, all, or rejected; the digest follows and what was approved is void', async () => {
    const { world } = await heldWorld();
    const made = await plan(world);
    const [first, second] = await rowsOf(world, made.id);
    const decide = (input: object) => decideOperations(world.context, { planId: made.id, ...input } as never);
    const released = await decide({ decision: 'RELEASE', ordinals: [first?.ordinal] });
    expect(released).toMatchObject({ changed: 1, followed: 0, blockedCount: 0 });
    expect(released.digest).not.toBe(made.digest);
    expect(await digestOf(world, made.id)).toBe(released.digest);
    const rejected = await decide({ decision: 'REJECT', filter: { text: second?.name } });
    expect(rejected.changed).toBe(1);
    await expect(
      approvePlan(world.context, { planId: made.id, digest: released.digest }),
    ).rejects.toMatchObject({ code: 'SYNC_PLAN_DIGEST_STALE' });
    const rest = await decide({ decision: 'RELEASE', filter: { states: ['HELD'] } });
    expect(rest.changed).toBe(4);
    // A decision can be changed back, and then the digest is what it was.
    await decide({ decision: 'REJECT', ordinals: [first?.ordinal] });
    const back = await decide({ decision: 'RELEASE', ordinals: [first?.ordinal] });
    expect(back.digest).toBe(rest.digest);
    await approvePlan(world.context, { planId: made.id, digest: rest.digest });
    await expect(decide({ decision: 'REJECT', filter: {} })).rejects.toMatchObject({
      code: 'SYNC_PLAN_PHASE_WRONG',
    });
    await apply(world, { id: made.id, digest: rest.digest });
    const rows = await rowsOf(world, made.id);
    expect(rows.map(({ state }) => state).sort()).toEqual([...Array(5).fill('APPLIED'), 'SKIPPED']);
    expect(rows.find(({ ordinal }) => ordinal === second?.ordinal)).toMatchObject({
      outcomeCode: 'REJECTED',
    });
  });

  test('that nobody held, and more than a thousand, cannot be named', async () => {
    const { world } = await heldWorld();
    const made = await plan(world);
    const decide = (ordinals: number[]) =>
      decideOperations(world.context, { planId: made.id, decision: 'RELEASE', ordinals });
    await expect(decide([999])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(decide(Array.from({ length: 1001 }, (_, i) => i))).rejects.toMatchObject({
      code: 'SYNC_ROWS_TOO_MANY',
    });
  });
});

const held = (ordinal: number, dependsOn: readonly number[], more: Partial<HeldRow> = {}): HeldRow => ({
  ordinal,
  dependsOn,
  decision: null,
  follows: false,
  meant: false,
  ...more,
});

describe('what depends on what', () => {
  test('a row whose dependency is held stays held, and it is said what for', () => {
    const rows = [held(0, []), held(1, [0], { meant: true }), held(2, [1], { meant: true })];
    expect(releaseRows(rows)).toEqual({
      changed: [],
      followed: [],
      blocked: [
        { ordinal: 1, waitsFor: [0] },
        { ordinal: 2, waitsFor: [1] },
      ],
    });
  });

  test('a row that was held for its dependency alone goes when that goes, and is rejected with it', () => {
    const rows = [
      held(0, [], { meant: true }),
      held(1, [0], { follows: true }),
      held(2, [1], { follows: true }),
      held(3, [0]),
      held(4, [5, 0], { follows: true }),
      held(5, []),
    ];
    expect(releaseRows(rows)).toEqual({ changed: [0], followed: [1, 2], blocked: [] });
    expect(rejectRows(rows)).toEqual({ changed: [0], followed: [1, 2, 3, 4] });
  });

  test('no row is ever free before all that it depends on (200 random plans)', () => {
    const rowsFrom = fc
      .array(
        fc.record({ on: fc.array(fc.nat(), { maxLength: 3 }), meant: fc.boolean(), follows: fc.boolean() }),
      )
      .map((drafts) =>
        drafts.map(({ on, meant, follows }, ordinal) =>
          held(ordinal, ordinal === 0 ? [] : on.map((n) => n % ordinal), { meant, follows }),
        ),
      );
    fc.assert(
      fc.property(rowsFrom, (rows) => {
        const { changed, followed, blocked } = releaseRows(rows);
        const free = new Set([...changed, ...followed]);
        for (const row of rows) {
          if (free.has(row.ordinal)) expect(row.dependsOn.every((on) => free.has(on))).toBe(true);
          if (row.meant) {
            expect(free.has(row.ordinal)).toBe(!blocked.some(({ ordinal }) => ordinal === row.ordinal));
          }
        }
      }),
      tries(200),
    );
  });
});

describe('approval', () => {
  test('needs the digest of the plan as it is, in time', async () => {
    const world = await createPushWorld(database);
    await addAccounts(world, 1);
    const made = await plan(world);
    await expect(approvePlan(world.context, { planId: made.id, digest: 'x' })).rejects.toMatchObject({
      code: 'SYNC_PLAN_DIGEST_STALE',
    });
    world.clock.aheadMs = 73 * 3_600_000;
    await expect(
      approvePlan(world.context, { planId: made.id, digest: made.digest ?? '' }),
    ).rejects.toMatchObject({ code: 'SYNC_PLAN_EXPIRED' });
    expect(await expirePlans(world.context)).toBe(1);
    expect(await getPlan(world.context, { planId: made.id })).toMatchObject({ phase: 'EXPIRED' });
  });

  test('of two people: two different accounts, whoever asked may be one; no program', async () => {
    const world = await createPushWorld(database);
    await setPushRules(world, { approval: { secondApprover: true } });
    await addAccounts(world, 1);
    const made = await plan(world);
    const input = { planId: made.id, digest: made.digest ?? '', comment: ' 看过 ' };
    const anna = as(world, 'ACCOUNT', 'Anna');
    expect((await approvePlan(anna, input)).missing).toBe(1);
    expect((await approvePlan(anna, input)).missing).toBe(1);
    await expect(approvePlan(as(world, 'MACHINE', 'HR'), input)).rejects.toMatchObject({
      code: 'SYNC_PLAN_NOT_APPROVED',
    });
    await expect(applyPlan(world.context, input)).rejects.toMatchObject({ code: 'SYNC_PLAN_NOT_APPROVED' });
    const { plan: approved, missing } = await approvePlan(as(world, 'ACCOUNT', 'Bert'), input);
    expect([approved.phase, missing]).toEqual(['APPROVED', 0]);
    const approvals = await getApprovals(world.context, { planId: made.id });
    expect(approvals.map(({ approverName, comment }) => [approverName, comment])).toEqual([
      ['Anna', '看过'],
      ['Bert', '看过'],
    ]);
  });

  test('a decision after the first of two approvals takes it back', async () => {
    const { world } = await heldWorld();
    await setPushRules(world, { approval: { secondApprover: true } });
    const made = await plan(world);
    await approvePlan(as(world, 'ACCOUNT', 'Anna'), { planId: made.id, digest: made.digest ?? '' });
    const { digest } = await decideOperations(world.context, {
      planId: made.id,
      decision: 'RELEASE',
      filter: {},
    });
    const second = await approvePlan(as(world, 'ACCOUNT', 'Bert'), { planId: made.id, digest });
    expect(second.missing).toBe(1);
  });

  test('is given up by discarding; a plan that is discarded cannot be approved', async () => {
    const world = await createPushWorld(database);
    await addAccounts(world, 1);
    const made = await plan(world);
    await discardPlan(world.context, { planId: made.id });
    await expect(
      approvePlan(world.context, { planId: made.id, digest: made.digest ?? '' }),
    ).rejects.toMatchObject({ code: 'SYNC_PLAN_PHASE_WRONG' });
  });

  test('remembers how many people were in scope, unless the shrink guard still holds (W-DD-37)', async () => {
    const { world, people } = await heldWorld();
    const count = async () => {
      const [row] = await database.look<{ n: number | null }>(
        'select accounts_in_scope as n from muster.push_state where connection_id = $1',
        [world.connection.id],
      );
      return row?.n;
    };
    const before = await count();
    await setPushRules(world, { scope: { excludeAccountIds: people.slice(0, 8) }, outOfScope: 'REMOVE' });
    const made = await plan(world);
    expect(made.guards.find(({ kind }) => kind === 'SHRINK')?.tripped).toBe(true);
    await approvePlan(world.context, { planId: made.id, digest: made.digest ?? '' });
    expect(await count()).toBe(before);
    const again = await plan(world);
    const { digest } = await decideOperations(world.context, {
      planId: again.id,
      decision: 'REJECT',
      filter: { holds: ['SHRINK_GUARD'] },
    });
    await approvePlan(world.context, { planId: again.id, digest });
    expect(await count()).toBe(again.totals?.accountsInScope);
  });
});

describe('a stored plan that somebody has changed', () => {
  const attempt = async (sql: string, more: { readonly release?: boolean } = {}): Promise<string> => {
    const { world } = await heldWorld();
    const made = await plan(world);
    const { digest } =
      more.release === true
        ? await decideOperations(world.context, { planId: made.id, decision: 'RELEASE', ordinals: [0] })
        : { digest: made.digest ?? '' };
    await approvePlan(world.context, { planId: made.id, digest });
    await database.look(sql.replaceAll('$plan', `'${made.id}'`));
    return applyPlan(world.context, { planId: made.id, digest }).then(
      () => 'applied',
      (error: { code?: string }) => error.code ?? String(error),
    );
  };

  test.each([
    [
      'content',
      `update muster.plan_operation set content = '{"name": "x"}' where plan_id = $plan and ordinal = 0`,
    ],
    [
      'kind',
      `update muster.plan_operation set kind = 'DELETE_ACCOUNT' where plan_id = $plan and ordinal = 1`,
    ],
    ['target', `update muster.plan_operation set external_id = 'p999' where plan_id = $plan and ordinal = 1`],
    ['base', `update muster.plan_operation set base_version = 99 where plan_id = $plan and ordinal = 1`],
    ['state', `update muster.plan_operation set state = 'PLANNED' where plan_id = $plan and ordinal = 1`],
    [
      'decision',
      `update muster.plan_operation set state = 'PLANNED', decision = 'RELEASED' where plan_id = $plan and ordinal = 1`,
    ],
    ['a row that is gone', `delete from muster.plan_operation where plan_id = $plan and ordinal = 5`],
    [
      'connection of a row',
      `update muster.plan_operation set connection_id = gen_random_uuid() where plan_id = $plan`,
    ],
    ['signature', `update muster.sync_plan set signature = signature || 'x' where id = $plan`],
    [
      'everything but the signature',
      `update muster.sync_plan set content_digest = repeat('0', 64) where id = $plan`,
    ],
  ])('is not applied: %s', async (_what, sql) => {
    expect(await attempt(sql)).toBe('SYNC_PLAN_TAMPERED');
  });

  test('untouched it is applied, with its decisions', async () => {
    expect(await attempt('select 1', { release: true })).toBe('applied');
  });
});

describe('looking at plans', () => {
  test('operations page by page, by kind, type, reason, state, hold, issue and text', async () => {
    const { world, people } = await heldWorld();
    await rename(world, people[9] as AccountId, '王小明');
    await change(world, (tx) =>
      tx.execute(
        `insert into muster.account_search (tenant_id, account_id, search_text, grams)
         values (muster.current_tenant(), $1, 'wangxiaoming wxm', '{wx}')`,
        [people[9]],
      ),
    );
    const made = await plan(world);
    const find = (filter: object) => findOperations(world.context, { planId: made.id, filter, first: 200 });
    const all = await find({});
    const paged = await findOperations(world.context, { planId: made.id, first: 3 });
    const next = await findOperations(world.context, {
      planId: made.id,
      after: paged.at(-1)?.ordinal,
      first: 200,
    });
    expect([...paged, ...next]).toEqual(all);
    expect(saying(await find({ text: 'wxm' }))).toEqual(['UPDATE_ACCOUNT 王小明']);
    expect(saying(await find({ text: '小' }))).toEqual(['UPDATE_ACCOUNT 王小明']);
    expect(await find({ kinds: ['DISABLE_ACCOUNT'] })).toHaveLength(6);
    expect(await find({ objectType: 'ORG_UNIT' })).toHaveLength(0);
    expect(await find({ reasons: ['DISABLED_IN_ROSTER'] })).toHaveLength(6);
    expect(
      await find({ states: ['HELD'], holds: ['GUARD_TRIPPED'], kinds: ['DISABLE_ACCOUNT'] }),
    ).toHaveLength(6);
    expect(await find({ issueCodes: ['VALUE_TAKEN'] })).toHaveLength(0);
    expect(
      await countPlanOperations(world.context, {
        planId: made.id,
        filter: { reasons: ['DISABLED_IN_ROSTER'] },
      }),
    ).toBe(6);
    const plans = await findPlans(world.context, { connectionId: world.connection.id, first: 1 });
    expect(plans.map(({ id }) => id)).toEqual([made.id]);
    const older = await findPlans(world.context, { after: made.id, first: 5 });
    expect(older.every(({ id }) => id < made.id)).toBe(true);
  });

  test('two plans are compared by object and kind, wherever their rows stand', async () => {
    const world = await createPushWorld(database);
    const [anna, bert, carl] = await addAccounts(world, 4);
    await pushAll(world);
    await rename(world, anna, '甲');
    await rename(world, bert, '乙');
    await rename(world, carl, '丙');
    const first = await plan(world);
    await rename(world, bert, '乙二');
    await rename(world, carl, '员工3');
    await disable(world, [anna]);
    const second = await plan(world);
    const { counts, rows } = await diffPlans(world.context, {
      planId: first.id,
      otherPlanId: second.id,
      differences: ['ONLY_FIRST', 'ONLY_SECOND', 'DIFFERENT', 'SAME'],
      first: 200,
    });
    const said = rows.map(({ difference, kind, name }) => `${difference} ${kind} ${name}`).sort();
    expect(said).toContain('DIFFERENT UPDATE_ACCOUNT 乙');
    expect(said).toContain('ONLY_FIRST UPDATE_ACCOUNT 丙');
    expect(said.some((line) => line.startsWith('ONLY_SECOND DISABLE_ACCOUNT'))).toBe(true);
    expect(Object.values(counts).reduce((a, b) => a + b)).toBe(rows.length);
    const [one, ...rest] = rows;
    const page = await diffPlans(world.context, {
      planId: first.id,
      otherPlanId: second.id,
      differences: ['ONLY_FIRST', 'ONLY_SECOND', 'DIFFERENT', 'SAME'],
      after: one?.key,
      first: 200,
    });
    expect(page.rows).toEqual(rest);
  });
});
