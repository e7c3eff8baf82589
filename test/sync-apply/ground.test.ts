import { beforeAll, describe, expect, test } from 'vitest';
import { type AccountId, newId, type PlannedOperation } from '../../src/domain/index.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  applied,
  begin,
  createOf,
  createPushWorld,
  type Draft,
  linksOf,
  type PushWorld,
  type Several,
  statesOf,
  storePlan,
  work,
} from './support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** A world with people on both sides, linked. */
const linkedWorld = async (
  count: number,
): Promise<{ readonly world: PushWorld; readonly people: Several<AccountId> }> => {
  const world = await createPushWorld(database);
  const people = await addAccounts(world, count);
  await applied(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  return { world, people };
};

const baseOf = async (
  world: PushWorld,
  id: AccountId,
): Promise<Pick<PlannedOperation, 'base' | 'externalId'>> => {
  const [row] = await database.look<{ externalId: string; hash: string; version: number }>(
    `select r.external_id as "externalId", encode(r.content_hash, 'hex') as hash, a.version
     from muster.account_link l join muster.remote_account r on r.id = l.remote_account_id
     join muster.account a on a.id = l.account_id where l.connection_id = $1 and l.account_id = $2`,
    [world.connection.id, id],
  );
  if (row === undefined) throw new Error('not linked');
  return { externalId: row.externalId, base: { version: row.version, remoteHash: row.hash } };
};

const updateOf = async (world: PushWorld, id: AccountId, name: string): Promise<Draft> => ({
  kind: 'UPDATE_ACCOUNT',
  objectId: id,
  ...(await baseOf(world, id)),
  content: { values: { name } },
});

const namesThere = (world: PushWorld): (string | null | undefined)[] =>
  [...world.company.people.values()].map(({ values }) => values['name']);

describe('an operation whose ground has moved is not applied', () => {
  test('the roster has changed since the plan was made', async () => {
    const { world, people } = await linkedWorld(2);
    const [anna, ben] = people;
    const plan = await storePlan(world, [
      await updateOf(world, anna, '安娜'),
      await updateOf(world, ben, '本'),
    ]);
    await database.look(`update muster.account set display_name = '安' where id = $1`, [anna]);
    await work(world, await begin(world, plan));
    expect(await statesOf(world, plan)).toEqual(['SUPERSEDED ROSTER_CHANGED', 'APPLIED DONE']);
    expect(namesThere(world)).toEqual(['员工0', '本']);
  });

  test('a seat of the person has changed, which is no new version of the account', async () => {
    const { world, people } = await linkedWorld(1);
    const [anna] = people;
    const [unit] = await addUnits(world, ['研发部']);
    const plan = await storePlan(world, [await updateOf(world, anna, '安娜')]);
    await database.look(
      `insert into muster.membership (tenant_id, id, account_id, org_unit_id) values ($1, $2, $3, $4)`,
      [world.context.principal.tenantId, newId(), anna, unit],
    );
    await work(world, await begin(world, plan));
    expect(await statesOf(world, plan)).toEqual(['SUPERSEDED ROSTER_CHANGED']);
  });

  test('a pull has seen something else on the platform', async () => {
    const { world, people } = await linkedWorld(1);
    const [anna] = people;
    const plan = await storePlan(world, [await updateOf(world, anna, '安娜')]);
    await database.look(`update muster.remote_account set content_hash = '\\x01' where connection_id = $1`, [
      world.connection.id,
    ]);
    await work(world, await begin(world, plan));
    expect(await statesOf(world, plan)).toEqual(['SUPERSEDED REMOTE_CHANGED']);
    expect(namesThere(world)).toEqual(['员工0']);
  });

  test('somebody has linked or unlinked it by hand', async () => {
    const { world, people } = await linkedWorld(1);
    const [anna] = people;
    const [ben] = await addAccounts(world, 1);
    const plan = await storePlan(world, [await updateOf(world, anna, '安娜'), createOf(ben, '本')]);
    await database.look(`update muster.account_link set account_id = $2 where account_id = $1`, [anna, ben]);
    await work(world, await begin(world, plan));
    expect(await statesOf(world, plan)).toEqual(['SUPERSEDED LINK_CHANGED', 'SUPERSEDED LINK_CHANGED']);
    expect(world.company.people.size).toBe(1);
  });

  test('a plan that knows no instant of the roster takes it as it is', async () => {
    const { world, people } = await linkedWorld(1);
    const [anna] = people;
    const plan = await storePlan(world, [await updateOf(world, anna, '安娜')]);
    await database.look('update muster.sync_plan set roster_snapshot = null where id = $1', [plan.id]);
    await work(world, await begin(world, plan));
    expect(await statesOf(world, plan)).toEqual(['APPLIED DONE']);
  });

  test('but what the plan itself has written does not count', async () => {
    const { world, people } = await linkedWorld(2);
    const [anna, boss] = people;
    const base = await baseOf(world, anna);
    const { plan } = await applied(world, [
      { kind: 'UPDATE_ACCOUNT', objectId: anna, ...base, content: { values: { name: '安娜' } } },
      {
        kind: 'SET_MANAGER',
        objectId: anna,
        ...base,
        wave: 2,
        content: { manager: { accountId: boss } },
      },
      { kind: 'DISABLE_ACCOUNT', objectId: anna, ...base, wave: 3 },
    ]);
    expect(await statesOf(world, plan)).toEqual(['APPLIED DONE', 'APPLIED DONE', 'APPLIED DONE']);
  });

  test('what takes something away is not applied late, even if it may have been sent', async () => {
    const { world, people } = await linkedWorld(1);
    const [anna] = people;
    const plan = await storePlan(world, [
      { kind: 'DELETE_ACCOUNT', objectId: anna, ...(await baseOf(world, anna)) },
    ]);
    const runId = await begin(world, plan);
    world.company.fault = (_, nth) => (nth === 2 ? 'LOSE_REQUEST' : null);
    await work(world, runId, { random: () => 0.9 });
    await database.look(`update muster.account set display_name = '安' where id = $1`, [anna]);
    world.clock.aheadMs = 3_600_000;
    await work(world, runId);
    expect(await statesOf(world, plan)).toEqual(['SUPERSEDED ROSTER_CHANGED']);
    expect(world.company.people.size).toBe(1);
  });
});

describe('an operation that depends on another', () => {
  test('is skipped when that fails, however far down, and everything else goes on', async () => {
    const world = await createPushWorld(database);
    const units = await addUnits(world, ['一', '二', '三']);
    const [anna, ben] = await addAccounts(world, 2);
    world.company.fault = (operation) =>
      operation.kind === 'CREATE_ORG_UNIT' && operation.name === '二' ? 'PLATFORM_NAME_ILLEGAL' : null;
    const unit = (at: number, name: string, dependsOn: readonly number[]): Draft => ({
      kind: 'CREATE_ORG_UNIT',
      objectId: units[at] ?? null,
      wave: at,
      dependsOn,
      content: {
        parent: at === 0 ? { externalId: '1' } : { orgUnitId: units[at - 1] ?? ('' as never) },
        name,
      },
    });
    const { plan } = await applied(world, [
      unit(0, '一', []),
      unit(1, '二', [0]),
      unit(2, '三', [1]),
      createOf(anna, '安娜', { wave: 3, dependsOn: [2] }),
      createOf(ben, '本', { wave: 3, dependsOn: [0] }),
    ]);
    expect(await statesOf(world, plan)).toEqual([
      'APPLIED DONE',
      'FAILED PLATFORM_NAME_ILLEGAL',
      'SKIPPED DEPENDENCY',
      'SKIPPED DEPENDENCY',
      'APPLIED DONE',
    ]);
  });

  test('waits for one that is tried again, while others go on', async () => {
    const world = await createPushWorld(database);
    const [unit] = await addUnits(world, ['一']);
    const [anna, ben] = await addAccounts(world, 2);
    world.company.fault = (_, nth) => (nth === 1 ? 'PLATFORM_NAME_UNRESOLVED' : null);
    const { plan, runId, run } = await applied(
      world,
      [
        { kind: 'CREATE_ORG_UNIT', objectId: unit, content: { parent: { externalId: '1' }, name: '一' } },
        createOf(anna, '安娜', {
          wave: 2,
          dependsOn: [0],
          content: {
            values: { name: '安娜' },
            memberships: [{ orgUnit: { orgUnitId: unit }, primary: true }],
          },
        }),
        createOf(ben, '本', { wave: 2 }),
      ],
      { random: () => 0.9 },
    );
    expect(run.phase).toBe('WAITING');
    expect(await statesOf(world, plan)).toEqual(['WAITING', 'PLANNED', 'APPLIED DONE']);
    world.clock.aheadMs = 60_000;
    await work(world, runId);
    expect(await statesOf(world, plan)).toEqual(['APPLIED DONE', 'APPLIED DONE', 'APPLIED DONE']);
  });
});

test('W-DD-26: a connection that only reads gets its links and nothing else, without any quarantine', async () => {
  const world = await createPushWorld(database, { mode: 'READ_ONLY' });
  const [anna, ben] = await addAccounts(world, 2);
  await database.look(
    `insert into muster.remote_account (tenant_id, id, connection_id, external_id, name, value, content_hash)
     values ($1, gen_random_uuid(), $2, 'p7', '安娜', '{"externalId": "p7"}', '\\x00')`,
    [world.context.principal.tenantId, world.connection.id],
  );
  const { plan, run } = await applied(world, [
    { kind: 'LINK_ACCOUNT', objectId: anna, externalId: 'p7', reason: 'MATCHED' },
    createOf(ben, '本'),
  ]);
  expect(await statesOf(world, plan)).toEqual(['APPLIED LINKED', 'SKIPPED CONNECTION_READ_ONLY']);
  expect(run.phase).toBe('DONE');
  expect((await linksOf(world)).get(anna)).toBe('p7');
  expect(world.company.written).toHaveLength(0);
});

describe('what was approved is what is applied', () => {
  test('another digest, a changed row, an expired plan and a disabled connection are refused', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    const plan = await storePlan(world, [createOf(anna, '安娜')]);
    const apply = (digest = plan.digest) => applyPlan(world.context, { planId: plan.id, digest });
    await expect(apply('0'.repeat(64))).rejects.toMatchObject({ code: 'SYNC_PLAN_DIGEST_STALE' });
    world.clock.aheadMs = 2 * 86_400_000;
    await expect(apply()).rejects.toMatchObject({ code: 'SYNC_PLAN_EXPIRED' });
    world.clock.aheadMs = 0;
    await database.look('update muster.connection set enabled = false where id = $1', [world.connection.id]);
    await expect(apply()).rejects.toMatchObject({ code: 'CONNECTION_DISABLED' });
    await database.look('update muster.connection set enabled = true where id = $1', [world.connection.id]);
    await database.look(
      `update muster.plan_operation set content = content || '{"wantedExternalId": "boss"}' where plan_id = $1`,
      [plan.id],
    );
    await expect(apply()).rejects.toMatchObject({ code: 'SYNC_PLAN_TAMPERED' });
    await database.look(`update muster.sync_plan set phase = 'REVIEW' where id = $1`, [plan.id]);
    await expect(apply()).rejects.toMatchObject({ code: 'SYNC_PLAN_NOT_APPROVED' });
    expect(world.company.written).toHaveLength(0);
  });

  test('one run at a time works on a connection, and an urgent one beside it', async () => {
    const world = await createPushWorld(database);
    const [anna, ben] = await addAccounts(world, 2);
    const first = await storePlan(world, [createOf(anna, '安娜')]);
    const second = await storePlan(world, [createOf(ben, '本')]);
    const urgent = await storePlan(world, [createOf(ben, '本')], { urgent: true });
    const runId = await begin(world, first);
    await expect(begin(world, second)).rejects.toMatchObject({
      code: 'SYNC_RUN_BUSY',
      details: { runId },
    });
    await begin(world, urgent);
    await work(world, runId);
    await begin(world, second);
  });
});

test('what a push has made comes back from the next pull as linked and unchanged', async () => {
  const world = await createPushWorld(database);
  const [unit] = await addUnits(world, ['研发部']);
  const people = await addAccounts(world, 3);
  const named = await database.look<{ id: AccountId; display_name: string; mobile: string }>(
    'select id, display_name, mobile from muster.account where id = any ($1) order by id',
    [people],
  );
  await applied(world, [
    { kind: 'LINK_ORG_UNIT', objectId: world.rootId, externalId: '1' },
    { kind: 'CREATE_ORG_UNIT', objectId: unit, content: { parent: { externalId: '1' }, name: '研发部' } },
    ...named.map(({ id, display_name, mobile }) =>
      createOf(id, display_name, { wave: 2, values: { mobile, email: null, jobNumber: null, title: null } }),
    ),
  ]);
  const { id: runId } = await startImport(world.context, { connectionId: world.connection.id, scope: 'ALL' });
  await runImport(world.context, { runId });
  const rows = await database.look<{ situation: string; action: string; issues: unknown[] }>(
    `select situation, action, issues from muster.staged_account where run_id = $1
     union all select situation, action, issues from muster.staged_org_unit where run_id = $1 and external_id <> '1'`,
    [runId],
  );
  // What the listing shows besides was never compared, so that there is a row each, and nothing to do in it.
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const row of rows) expect(row).toMatchObject({ situation: 'LINKED', action: 'NONE', issues: [] });
  const copies = await database.look<{ gone: boolean; same: boolean }>(
    `select gone_at is not null as gone, pushed_hash = content_hash as same from muster.remote_account
     where connection_id = $1`,
    [world.connection.id],
  );
  expect(copies).toHaveLength(3);
  for (const { gone } of copies) expect(gone).toBe(false);
});
