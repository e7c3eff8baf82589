import { beforeAll, describe, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type {
  AccountId,
  FieldMasters,
  OrgUnitId,
  PlannedOperation,
  SyncRunId,
} from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts } from '../../src/flows/import/find-runs.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { updateOrgUnit } from '../../src/flows/roster/update-org-unit.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { decideOperations } from '../../src/flows/sync/decide-operations.ts';
import { explainPush } from '../../src/flows/sync/explain-push.ts';
import { findOperations, getPlan } from '../../src/flows/sync/find-plans.ts';
import { planChanges } from '../../src/flows/sync/plan-changes.ts';
import { planSync } from '../../src/flows/sync/plan-sync.ts';
import { runPlan } from '../../src/flows/sync/run-plan.ts';
import { runSync } from '../../src/flows/sync/run-sync.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import type { SyncPlanRow } from '../../src/store/queries/sync-plans.ts';
import {
  accountOf,
  commit,
  connectTo,
  createWorld,
  type ImportWorld,
  runOf,
  startDingTalk,
} from '../import/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;
let next = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 40, seed: 41, orgUnits: 8 });
  for (const name of ['一部', '二部', '三部']) simulator.mutate.addDepartment({ name, parentId: 1 });
  connection = await connectTo(world, simulator, { pullRules: { requireMobile: false } });
  await updateConnection(world.context, { id: connection.id, mode: 'READ_WRITE' });
  await pullAndCommit();
});

const pullBy = async (trigger: 'MANUAL' | 'EVENT'): Promise<ImportRunRow> => {
  const { id } = await startImport(world.context, { connectionId: connection.id, scope: 'ALL', trigger });
  await runImport(world.context, { runId: id });
  return runOf(world, id);
};

const pullAndCommit = async (trigger: 'MANUAL' | 'EVENT' = 'MANUAL'): Promise<ImportRunRow> => {
  const run = await pullBy(trigger);
  await commit(world, run);
  return run;
};

const declare = async (masters: FieldMasters): Promise<void> => {
  await updateConnection(world.context, { id: connection.id, pullRules: { masters } });
};

const plan = async (accountIds?: readonly AccountId[]): Promise<SyncPlanRow> => {
  const named =
    accountIds === undefined ? ({ kind: 'FULL' } as const) : ({ kind: 'FILTER', accountIds } as const);
  const { id } = await planSync(world.context, { connectionId: connection.id, ...named });
  await runPlan(world.context, { planId: id });
  return getPlan(world.context, { planId: id });
};

const rowsOf = async (made: SyncPlanRow, objectId: string) =>
  (await findOperations(world.context, { planId: made.id, first: 201 })).filter(
    (row) => row.objectId === objectId,
  );

const apply = async (made: SyncPlanRow): Promise<void> => {
  const { digest } = await getPlan(world.context, { planId: made.id });
  await approvePlan(world.context, { planId: made.id, digest: digest ?? '' });
  const run = await applyPlan(world.context, { planId: made.id, digest: digest ?? '' });
  await runSync(world.context, { runId: run.id });
};

interface Person {
  readonly userid: string;
  readonly id: AccountId;
}

/** Somebody whom no other test has touched, with a title that both sides agree on. */
const somebody = async (): Promise<Person> => {
  const found = simulator.company.people[next];
  next += 1;
  if (found === undefined) throw new Error('the company is too small');
  simulator.mutate.changeUser(found.id, { title: '工程师' });
  const id = (await accountOf(database, world, found.id))['id'] as AccountId;
  await updateAccount(world.context, { id, title: '工程师' });
  await pullAndCommit();
  return { userid: found.id, id };
};

const there = (userid: string) => simulator.corp.users.get(userid);

const titleThere = ({ userid }: Person): string | null | undefined => there(userid)?.title;

const titleHere = async ({ userid }: Person): Promise<unknown> =>
  (await accountOf(database, world, userid))['title'];

const agreedOf = async (externalId: string, kind: 'account' | 'org_unit' = 'account') => {
  const [row] = await database.look<{ agreed: Record<string, unknown> | null }>(
    `select l.agreed_value as agreed from muster.${kind}_link l join muster.remote_${kind} r on r.id = l.remote_${kind}_id
     where l.tenant_id = $1 and r.external_id = $2`,
    [world.tenantId, externalId],
  );
  return row?.agreed ?? null;
};

const told = (rows: readonly Pick<PlannedOperation, 'issues'>[]): string[] =>
  rows.flatMap(({ issues }) => issues.map(({ code, field, value }) => `${code} ${field}: ${value}`));

describe('a field that both sides may write', () => {
  beforeAll(() => declare({ title: 'BOTH', memberships: 'BOTH', 'orgUnit.name': 'BOTH' }));

  test('is written when the roster alone has changed it, and agreed on from then on', async () => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    const made = await plan([person.id]);
    expect(await rowsOf(made, person.id)).toMatchObject([
      { kind: 'UPDATE_ACCOUNT', state: 'PLANNED', issues: [] },
    ]);
    await apply(made);
    expect(titleThere(person)).toBe('名册');
    expect(await agreedOf(person.userid)).toMatchObject({ title: '名册' });
    // What comes back is no change of the platform, and the next change there is taken over.
    expect(
      await findStagedAccounts(world.context, { runId: (await pullAndCommit('EVENT')).id, first: 200 }),
    ).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ externalId: person.userid, action: 'UPDATE' })]),
    );
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    await pullAndCommit('EVENT');
    expect(await titleHere(person)).toBe('平台');
  });

  test('waits for the pull when the platform alone has changed it, in a full push as well', async () => {
    const person = await somebody();
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    // A full push begins with a pull, which brings the copies up and is discarded.
    const made = await plan();
    const rows = await rowsOf(made, person.id);
    expect(rows).toMatchObject([{ kind: 'UPDATE_ACCOUNT', state: 'SKIPPED', changes: [] }]);
    expect(told(rows)).toEqual(['WAITS_FOR_PULL title: null']);
    const explained = await explainPush(world.context, { accountId: person.id, connectionId: connection.id });
    expect(explained.sentences.map(({ code }) => code)).toContain('WAITS_FOR_PULL');
    await pullAndCommit();
    expect(await titleHere(person)).toBe('平台');
    expect(await rowsOf(await plan([person.id]), person.id)).toEqual([]);
  });

  const conflict = async (): Promise<Person> => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    return person;
  };

  test('is held when both have changed it; released, the roster’s value is written', async () => {
    const person = await conflict();
    const made = await plan();
    const rows = await rowsOf(made, person.id);
    expect(rows).toMatchObject([{ kind: 'UPDATE_ACCOUNT', state: 'HELD', holds: ['FIELD_CONFLICT'] }]);
    expect(told(rows)).toEqual(['FIELD_CONFLICT title: 工程师']);
    const explained = await explainPush(world.context, { accountId: person.id, connectionId: connection.id });
    expect(explained).toMatchObject({ standing: 'HELD' });
    expect(explained.code).toContain('FIELD_CONFLICT');
    const ordinals = rows.map(({ ordinal }) => ordinal);
    await decideOperations(world.context, { planId: made.id, decision: 'RELEASE', ordinals });
    await apply(made);
    expect(titleThere(person)).toBe('名册');
    expect(await agreedOf(person.userid)).toMatchObject({ title: '名册' });
    expect(await rowsOf(await plan([person.id]), person.id)).toEqual([]);
  });

  test('is not written while nobody has said a word, and goes by itself once the pull’s reviewer has', async () => {
    const person = await conflict();
    const held = await plan();
    await apply(held).catch(() => undefined);
    expect(titleThere(person)).toBe('平台');
    const run = await pullBy('MANUAL');
    const row = (await findStagedAccounts(world.context, { runId: run.id, first: 200 })).find(
      ({ externalId }) => externalId === person.userid,
    );
    await decideStaged(world.context, { runId: run.id, rowIds: [row?.id ?? ''], decision: 'SKIPPED' });
    await commit(world, run);
    const made = await plan([person.id]);
    expect(await rowsOf(made, person.id)).toMatchObject([{ state: 'PLANNED', issues: [] }]);
    await apply(made);
    expect(titleThere(person)).toBe('名册');
  });

  test('is held in what goes by itself, too', async () => {
    const person = await conflict();
    await plan();
    await updateConnection(world.context, { id: connection.id, pushRules: { incremental: 'APPLY' } });
    try {
      await updateAccount(world.context, { id: person.id, jobNumber: 'J-4711' });
      await planChanges(world.context);
      const [made] = await database.look<{ id: string; state: string; holds: string[] }>(
        `select o.plan_id as id, o.state, o.holds from muster.plan_operation o
         where o.connection_id = $1 and o.object_id = $2 order by o.plan_id desc limit 1`,
        [connection.id, person.id],
      );
      expect(made).toMatchObject({ state: 'HELD', holds: ['FIELD_CONFLICT'] });
      expect(titleThere(person)).toBe('平台');
    } finally {
      await updateConnection(world.context, { id: connection.id, pushRules: { incremental: 'OFF' } });
    }
    await updateAccount(world.context, { id: person.id, title: '平台' });
  });

  test('is looked at before it is written over: a change that nobody has told of is not lost', async () => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册', jobNumber: 'J-1' });
    const made = await plan([person.id]);
    expect(await rowsOf(made, person.id)).toMatchObject([{ state: 'PLANNED' }]);
    simulator.mutate.changeUser(person.userid, { title: '没有事件' });
    await apply(made);
    expect(titleThere(person)).toBe('没有事件');
    expect(await rowsOf(made, person.id)).toMatchObject([
      { state: 'SUPERSEDED', outcomeCode: 'REMOTE_CHANGED' },
    ]);
    // The copy knows of it now: without any pull the next plan asks a person.
    const again = await rowsOf(await plan([person.id]), person.id);
    expect(again).toMatchObject([{ state: 'HELD', holds: ['FIELD_CONFLICT'] }]);
    expect(told(again)).toEqual(['FIELD_CONFLICT title: 工程师']);
    // Other fields are nobody's reason to look: the change is the roster's to make there.
    await updateAccount(world.context, { id: person.id, title: '没有事件', jobNumber: 'J-2' });
    const other = await plan([person.id]);
    simulator.mutate.changeUser(person.userid, { jobNumber: 'J-3' });
    await apply(other);
    expect(there(person.userid)?.jobNumber).toBe('J-2');
    await pullAndCommit();
  });

  test('is planned once more by itself after it was looked at, and then held', async () => {
    const person = await somebody();
    await planChanges(world.context);
    await updateConnection(world.context, { id: connection.id, pushRules: { incremental: 'APPLY' } });
    const push = async (): Promise<void> => {
      await planChanges(world.context);
      const runs = await database.look<{ id: SyncRunId }>(
        `select id from muster.sync_run where tenant_id = $1 and phase = 'QUEUED' order by id`,
        [world.tenantId],
      );
      for (const { id } of runs) await runSync(world.context, { runId: id });
    };
    const last = async () => {
      const [row] = await database.look<{ state: string; holds: string[] }>(
        `select o.state, o.holds from muster.plan_operation o
         where o.connection_id = $1 and o.object_id = $2 order by o.plan_id desc limit 1`,
        [connection.id, person.id],
      );
      return row;
    };
    try {
      await push();
      await updateAccount(world.context, { id: person.id, title: '名册' });
      simulator.mutate.changeUser(person.userid, { title: '没有事件' });
      await push();
      expect(await last()).toEqual({ state: 'SUPERSEDED', holds: [] });
      const jobs = await database.look<{ key: string }>(
        `select key from graphile_worker._private_jobs where key = 'push-changes:' || $1 || ':carry'`,
        [world.tenantId],
      );
      expect(jobs).toHaveLength(1);
      await push();
      expect(await last()).toEqual({ state: 'HELD', holds: ['FIELD_CONFLICT'] });
      expect(titleThere(person)).toBe('没有事件');
    } finally {
      await updateConnection(world.context, { id: connection.id, pushRules: { incremental: 'OFF' } });
    }
    await updateAccount(world.context, { id: person.id, title: '没有事件' });
    await pullAndCommit();
  });

  test('may be where somebody sits', async () => {
    const person = await somebody();
    const [first, second, third] = simulator.departments().filter(({ parentId }) => parentId === 1);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few departments');
    const idOf = async (id: number): Promise<OrgUnitId> => {
      const [unit] = await database.look<{ id: OrgUnitId }>(
        `select l.org_unit_id as id from muster.org_unit_link l
         join muster.remote_org_unit r on r.id = l.remote_org_unit_id where l.tenant_id = $1 and r.external_id = $2`,
        [world.tenantId, String(id)],
      );
      return unit?.id ?? ('' as OrgUnitId);
    };
    const sits = () => simulator.people().find(({ userid }) => userid === person.userid)?.deptIds;
    simulator.mutate.moveUser(person.userid, [first.id]);
    await pullAndCommit();
    const [at, to] = [await idOf(first.id), await idOf(second.id)];
    await setMemberships(world.context, {
      accountId: person.id,
      put: [{ orgUnitId: to }],
      primaryOrgUnitId: to,
      remove: [at],
    });
    await apply(await plan([person.id]));
    expect(sits()).toEqual([second.id]);
    expect(await agreedOf(person.userid)).toMatchObject({
      memberships: [{ orgUnitExternalId: String(second.id) }],
    });
    simulator.mutate.moveUser(person.userid, [third.id]);
    const made = await plan();
    expect(told(await rowsOf(made, person.id))).toEqual(['WAITS_FOR_PULL memberships: null']);
    expect(sits()).toEqual([third.id]);
    await pullAndCommit();
    expect(await rowsOf(await plan([person.id]), person.id)).toEqual([]);
  });

  test('may be the name of a unit', async () => {
    const found = simulator.departments().find(({ name }) => name === '三部');
    if (found === undefined) throw new Error('no such department');
    const [unit] = await database.look<{ id: OrgUnitId }>(
      `select id from muster.org_unit where tenant_id = $1 and name = '三部'`,
      [world.tenantId],
    );
    const id = unit?.id ?? ('' as OrgUnitId);
    const nameThere = () => simulator.departments().find((one) => one.id === found.id)?.name;
    await updateOrgUnit(world.context, { id, name: '三部甲' });
    await apply(await plan());
    expect(nameThere()).toBe('三部甲');
    expect(await agreedOf(String(found.id), 'org_unit')).toMatchObject({ name: '三部甲' });
    simulator.mutate.renameDepartment(found.id, '三部乙');
    expect(told(await rowsOf(await plan(), id))).toEqual(['WAITS_FOR_PULL name: null']);
    await updateOrgUnit(world.context, { id, name: '三部丙' });
    const held = await rowsOf(await plan(), id);
    expect(held).toMatchObject([{ kind: 'UPDATE_ORG_UNIT', state: 'HELD', holds: ['FIELD_CONFLICT'] }]);
    expect(told(held)).toEqual(['FIELD_CONFLICT name: 三部甲']);
    expect(nameThere()).toBe('三部乙');
    await updateOrgUnit(world.context, { id, name: '三部乙' });
  });
});

describe('a field with one master', () => {
  test('of the platform is never pushed to somebody who is there, and is part of a create', async () => {
    await declare({ title: 'PLATFORM' });
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    const made = await plan([person.id]);
    const rows = await rowsOf(made, person.id);
    expect(rows).toMatchObject([{ state: 'SKIPPED', changes: [] }]);
    expect(told(rows)).toEqual(['PLATFORM_MASTER title: null']);
    const explained = await explainPush(world.context, { accountId: person.id, connectionId: connection.id });
    expect(explained.sentences.find(({ code }) => code === 'PLATFORM_MASTER')?.text.en).toContain('title');
    const [root] = await database.look<{ id: OrgUnitId }>(
      'select id from muster.org_unit where tenant_id = $1 and parent_id is null',
      [world.tenantId],
    );
    const id = await createAccount(world.context, {
      userName: 'xinren',
      displayName: '新人',
      mobile: '13711112222',
      title: '新职位',
      orgUnitId: root?.id ?? ('' as OrgUnitId),
    });
    await apply(await plan([id]));
    const newcomer = [...simulator.corp.users.values()].find(({ mobile }) => mobile === '13711112222');
    expect(newcomer).toMatchObject({ title: '新职位' });
    // Of somebody who was just made both know everything: what is empty is empty on both sides.
    expect(await agreedOf(newcomer?.userid ?? '')).toMatchObject({
      title: '新职位',
      jobNumber: null,
      name: '新人',
    });
    await updateAccount(world.context, { id: person.id, title: '工程师' });
  });

  test('of the roster is written over whatever the platform has made of it', async () => {
    await declare({ title: 'ROSTER' });
    const person = await somebody();
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    const made = await plan();
    expect(await rowsOf(made, person.id)).toMatchObject([{ state: 'PLANNED', reason: 'DRIFT', issues: [] }]);
    await apply(made);
    expect(titleThere(person)).toBe('工程师');
  });
});
