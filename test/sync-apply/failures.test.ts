import { beforeAll, describe, expect, test } from 'vitest';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { probeQuarantined, releaseQuarantine } from '../../src/flows/sync/probe-quarantined.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  applied,
  begin,
  createOf,
  createPushWorld,
  linksOf,
  outcomes,
  type PushWorld,
  runOf,
  type StoredPlan,
  statesOf,
  storePlan,
  work,
} from './support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const HOUR_MS = 3_600_000;

const attemptsOf = (world: PushWorld, plan: StoredPlan) =>
  world.database.look<{ attempt: number; outcome: string; error_code: string | null }>(
    'select attempt, outcome, error_code from muster.sync_attempt where plan_id = $1 order by ordinal, attempt',
    [plan.id],
  );

const jobsOf = (world: PushWorld) =>
  world.database.look<{ run_at: Date }>(
    `select run_at from graphile_worker._private_jobs j
     where (select identifier from graphile_worker._private_tasks t where t.id = j.task_id) = 'run-sync'
       and j.payload->>'tenantId' = $1`,
    [world.context.principal.tenantId],
  );

describe('what passes is tried again, later and later', () => {
  test('a busy platform: the run waits, and its job is due when the operation is', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    world.company.fault = (_, nth) => (nth === 1 ? 'PLATFORM_NAME_UNRESOLVED' : null);
    const { plan, runId, run } = await applied(world, [createOf(anna, '安娜')], { random: () => 0.5 });
    expect(run).toMatchObject({ phase: 'WAITING', counts: { WAITING: 1 } });
    const [row] = await outcomes(world, plan);
    const wait = (row?.retryAt?.getTime() ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(20_000);
    expect(wait).toBeLessThanOrEqual(30_000);
    expect((await jobsOf(world))[0]?.run_at).toEqual(row?.retryAt);
    world.clock.aheadMs = 60_000;
    await work(world, runId);
    expect(await statesOf(world, plan)).toEqual(['APPLIED DONE']);
    expect(await attemptsOf(world, plan)).toEqual([
      { attempt: 1, outcome: 'WAITING', error_code: 'PLATFORM_NAME_UNRESOLVED' },
      { attempt: 2, outcome: 'APPLIED', error_code: null },
    ]);
  });

  test('after a bounded number of attempts it has failed', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    world.company.fault = () => 'PLATFORM_NAME_UNRESOLVED';
    const { plan, runId } = await applied(world, [createOf(anna, '安娜')]);
    for (let round = 0; round < 20; round += 1) {
      world.clock.aheadMs += 7 * HOUR_MS;
      await work(world, runId);
    }
    expect(await statesOf(world, plan)).toEqual(['FAILED PLATFORM_NAME_UNRESOLVED']);
    expect(await attemptsOf(world, plan)).toHaveLength(12);
    expect((await runOf(world, runId)).phase).toBe('DONE');
  });

  test('throttling waits for as long as the platform says, and never counts', async () => {
    const world = await createPushWorld(database);
    const people = await addAccounts(world, 60);
    let nth = 0;
    world.company.fault = () => {
      nth += 1;
      return nth <= 120 ? 'PLATFORM_THROTTLED' : null;
    };
    const { run, plan } = await applied(
      world,
      people.map((id, at) => createOf(id, `员工${at}`)),
    );
    // A second each, which is waited for within the same execution.
    expect(run).toMatchObject({ phase: 'DONE', counts: { APPLIED: 60 } });
    expect((await outcomes(world, plan))[0]?.attempt).toBe(3);
  });
});

describe('an outcome that nobody knows (goal R5)', () => {
  test('an answer that is lost: the object is looked up, and created once', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    world.company.fault = (_, nth) => (nth === 1 ? 'LOSE_ANSWER' : null);
    const { plan, runId } = await applied(world, [createOf(anna, '安娜')], { random: () => 0.9 });
    expect(await outcomes(world, plan)).toMatchObject([{ state: 'WAITING', unknown: true }]);
    world.clock.aheadMs = HOUR_MS;
    await work(world, runId);
    expect(await statesOf(world, plan)).toEqual(['UNCHANGED ALREADY']);
    expect(world.company.people.size).toBe(1);
    expect(world.company.finds).toBe(1);
    expect((await linksOf(world)).get(anna)).toBe([...world.company.people.keys()][0]);
  });

  test('a request that is lost: it is looked up, not found, and created', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    world.company.fault = (_, nth) => (nth === 1 ? 'LOSE_REQUEST' : null);
    const { plan, runId } = await applied(world, [createOf(anna, '安娜')]);
    world.clock.aheadMs = HOUR_MS;
    await work(world, runId);
    expect(await statesOf(world, plan)).toEqual(['APPLIED DONE']);
    expect(world.company.people.size).toBe(1);
  });
});

describe('a platform that refuses everything', () => {
  test.each([
    'PLATFORM_CREDENTIALS_INVALID',
    'PLATFORM_IP_NOT_ALLOWED',
    'PLATFORM_PERMISSION_MISSING',
  ] as const)(
    '%s puts the connection into quarantine at once; a probe heals it, and the run goes on',
    async (code) => {
      const world = await createPushWorld(database);
      const people = await addAccounts(world, 30);
      world.company.perSecond = 10;
      world.company.fault = () => code;
      world.company.probeFault = code;
      const { plan, runId, run } = await applied(
        world,
        people.map((id, at) => createOf(id, `员工${at}`)),
      );
      expect(run).toMatchObject({ phase: 'WAITING', waitUntil: null, errorCode: 'CONNECTION_QUARANTINED' });
      expect(run.counts).toEqual({ PLANNED: 30 });
      expect((await attemptsOf(world, plan)).length).toBeLessThanOrEqual(4);
      const other = await storePlan(world, [createOf(people[0], 'x')]);
      await expect(
        applyPlan(world.context, { planId: other.id, digest: other.digest }),
      ).rejects.toMatchObject({
        code: 'CONNECTION_QUARANTINED',
      });
      const { id: connectionId } = world.connection;
      expect(await probeQuarantined(world.context, { connectionId })).toBe(false);
      // Executed all the same (its job was on its way), it parks itself again and calls nobody.
      world.company.fault = () => null;
      await work(world, runId);
      expect((await runOf(world, runId)).phase).toBe('WAITING');
      world.company.probeFault = null;
      expect(await probeQuarantined(world.context, { connectionId })).toBe(true);
      expect((await runOf(world, runId)).phase).toBe('QUEUED');
      await work(world, runId);
      expect(await runOf(world, runId)).toMatchObject({ phase: 'DONE', counts: { APPLIED: 30 } });
      expect(world.company.people.size).toBe(30);
    },
  );

  test('a permission that one operation alone lacks holds up the others once, not for ever', async () => {
    const world = await createPushWorld(database);
    const people = await addAccounts(world, 60);
    world.company.perSecond = 20;
    const calls = new Map<string, number>();
    world.company.fault = (operation) => {
      const name = 'values' in operation ? (operation.values?.['name'] ?? '') : '';
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return name === '员工0' || name === '员工30' ? 'PLATFORM_PERMISSION_MISSING' : null;
    };
    const { plan, runId, run } = await applied(
      world,
      people.map((id, at) => createOf(id, `员工${at}`)),
    );
    expect(run.phase).toBe('WAITING');
    expect(await probeQuarantined(world.context, { connectionId: world.connection.id })).toBe(true);
    await work(world, runId);
    const after = await runOf(world, runId);
    expect(after).toMatchObject({ phase: 'DONE', counts: { APPLIED: 58, FAILED: 2 } });
    expect((await statesOf(world, plan))[0]).toBe('FAILED PLATFORM_PERMISSION_MISSING');
    expect(calls.get('员工0')).toBe(2);
  });

  test('above 40 % failures from 50 operations on', async () => {
    const world = await createPushWorld(database);
    const people = await addAccounts(world, 200);
    world.company.fault = (_, nth) => (nth % 2 === 0 ? 'PLATFORM_FIELD_INVALID' : null);
    world.company.perSecond = 100;
    const { run } = await applied(
      world,
      people.map((id, at) => createOf(id, `员工${at}`)),
    );
    expect(run).toMatchObject({ phase: 'WAITING', errorCode: 'CONNECTION_QUARANTINED' });
    expect(run.counts.FAILED ?? 0).toBeGreaterThanOrEqual(21);
    expect(run.counts.FAILED ?? 0).toBeLessThan(50);
    expect(await releaseQuarantine(world.context, { connectionId: world.connection.id })).toBe(true);
    world.company.fault = () => null;
    await work(world, run.id);
    const after = await runOf(world, run.id);
    expect(after).toMatchObject({ phase: 'DONE', counts: { FAILED: run.counts.FAILED } });
  });

  test('40 % and no more is borne', async () => {
    const world = await createPushWorld(database);
    const people = await addAccounts(world, 120);
    world.company.fault = (_, nth) => (nth % 5 < 2 && nth > 10 ? 'PLATFORM_FIELD_INVALID' : null);
    const { run } = await applied(
      world,
      people.map((id, at) => createOf(id, `员工${at}`)),
    );
    expect(run.phase).toBe('DONE');
  });
});

test('an object that fails five times in the same way goes into quarantine, until it is released', async () => {
  const world = await createPushWorld(database);
  const [anna] = await addAccounts(world, 1);
  world.company.fault = () => 'PLATFORM_MOBILE_TAKEN';
  const states: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const { plan } = await applied(world, [createOf(anna, '安娜')]);
    states.push(...(await statesOf(world, plan)));
  }
  const failed = 'FAILED PLATFORM_MOBILE_TAKEN';
  expect(states).toEqual([failed, failed, failed, failed, 'QUARANTINED PLATFORM_MOBILE_TAKEN']);
  const input = { connectionId: world.connection.id, objectId: anna };
  expect(await releaseQuarantine(world.context, input)).toBe(true);
  expect(await releaseQuarantine(world.context, input)).toBe(false);
  const { plan } = await applied(world, [createOf(anna, '安娜')]);
  expect(await statesOf(world, plan)).toEqual([failed]);
});

test('another failure, or a success, begins the count anew', async () => {
  const world = await createPushWorld(database);
  const [anna] = await addAccounts(world, 1);
  const codes = ['PLATFORM_MOBILE_TAKEN', 'PLATFORM_MOBILE_TAKEN', 'PLATFORM_EMAIL_TAKEN', null] as const;
  for (const code of codes) {
    world.company.fault = () => code;
    await applied(world, [createOf(anna, '安娜')]);
  }
  const rows = await database.look('select from muster.sync_failure where object_id = $1', [anna]);
  expect(rows).toHaveLength(0);
});

test('a person who has to agree first is INVITED, and no failure; a later link ends the invitation', async () => {
  const world = await createPushWorld(database);
  const [anna, boss] = await addAccounts(world, 2);
  world.company.mustAgree = ({ mobile }) => mobile === '13900000001';
  const { plan, run } = await applied(world, [
    createOf(anna, '安娜', { values: { mobile: '13900000001' } }),
    createOf(boss, '老板'),
    {
      kind: 'SET_MANAGER',
      objectId: anna,
      wave: 2,
      dependsOn: [0, 1],
      content: { manager: { accountId: boss } },
    },
  ]);
  expect(await statesOf(world, plan)).toEqual(['INVITED INVITED', 'APPLIED DONE', 'SKIPPED DEPENDENCY']);
  expect(run.phase).toBe('DONE');
  const invited = () =>
    database.look('select mobile from muster.account_invitation where account_id = $1', [anna]);
  expect(await invited()).toEqual([{ mobile: '13900000001' }]);
  // The person has agreed, and a pull has seen it.
  world.company.mustAgree = () => false;
  const [id = ''] = [
    await world.company.write(
      {
        kind: 'CREATE_ACCOUNT',
        accountId: anna,
        externalId: null,
        values: { name: '安娜' },
        memberships: [],
      },
      { urgent: false, signal: new AbortController().signal },
    ),
  ].filter((one) => one !== null);
  await database.look(
    `insert into muster.remote_account (tenant_id, id, connection_id, external_id, name, value, content_hash)
     values ($1, gen_random_uuid(), $2, $3, '安娜', $4, '\\x00')`,
    [
      world.context.principal.tenantId,
      world.connection.id,
      id,
      JSON.stringify({ externalId: id, ids: [], memberships: [], attributes: {} }),
    ],
  );
  const confirmed = await applied(world, [
    { kind: 'LINK_ACCOUNT', objectId: anna, externalId: id, reason: 'INVITATION_ACCEPTED' },
  ]);
  expect(await statesOf(world, confirmed.plan)).toEqual(['APPLIED LINKED']);
  expect((await linksOf(world)).get(anna)).toBe(id);
  expect(await invited()).toEqual([]);
});

test('a worker that dies in the middle leaves an intent, and the next one looks before it creates', async () => {
  const world = await createPushWorld(database);
  const people = await addAccounts(world, 3);
  const plan = await storePlan(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  const runId = await begin(world, plan);
  // As a dead worker leaves it: the first is on the platform, of the second nothing has arrived.
  await world.company.write(
    { kind: 'CREATE_ACCOUNT', accountId: people[0], externalId: null, values: {}, memberships: [] },
    { urgent: false, signal: new AbortController().signal },
  );
  await database.look(
    `update muster.plan_operation set state = 'RUNNING', attempt = 1 where plan_id = $1 and ordinal < 2`,
    [plan.id],
  );
  await database.look(`update muster.sync_run set phase = 'RUNNING', attempt = 1 where id = $1`, [runId]);
  await work(world, runId);
  expect(await statesOf(world, plan)).toEqual(['UNCHANGED ALREADY', 'APPLIED DONE', 'APPLIED DONE']);
  expect(world.company.people.size).toBe(3);
  expect(world.company.finds).toBe(2);
  expect((await attemptsOf(world, plan)).map(({ outcome }) => outcome)).toEqual([
    'LOST',
    'UNCHANGED',
    'LOST',
    'APPLIED',
    'APPLIED',
  ]);
});
