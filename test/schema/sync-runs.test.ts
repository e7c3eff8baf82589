import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { openGateway } from './gateway.ts';
import { knowPaper } from './paper-platform.ts';
import { type PlanFixture, plansIn } from './plan-fixture.ts';

const gateway = await openGateway();
const company = await gateway.company();
knowPaper(gateway);
const plans = plansIn(gateway, company);
let connectionId: string;

beforeAll(async () => {
  connectionId = await plans.connection('推送');
});

const row = (ordinal: number, state: PlanFixture['state'] = 'PLANNED'): PlanFixture => ({
  ordinal,
  kind: 'UPDATE_ACCOUNT',
  objectType: 'ACCOUNT',
  objectId: newId(),
  name: 'x',
  reason: 'DRIFT',
  state,
});
const setState = (planId: string, ordinal: number, state: string) =>
  gateway.testDatabase.look(
    'update muster.plan_operation set state = $3 where plan_id = $1 and ordinal = $2',
    [planId, ordinal, state],
  );
const act = async (name: string, input: object) => {
  const type = name === 'applyPlan' ? 'ApplyPlanInput' : 'SyncRunInput';
  const { data, errors } = await gateway.ask(
    company.owner,
    `mutation ($input: ${type}!) { ${name}(input: $input) { syncRun { id phase stopRequested plan { id phase } } } }`,
    { input },
  );
  return data === null || data === undefined ? errors[0]?.extensions : data[name].syncRun;
};

test('a run says how far it has come, at which pace, what it waits for, and until when', async () => {
  const planId = await plans.plan(connectionId, [row(0), row(1), row(2), row(3), row(4, 'HELD')], {
    phase: 'APPLYING',
  });
  await setState(planId, 0, 'APPLIED');
  await setState(planId, 1, 'FAILED');
  await setState(planId, 2, 'WAITING');
  const id = await plans.run(connectionId, planId, {
    phase: 'WAITING',
    calls: 7,
    pace: 20,
    eta: '2026-11-28T14:32:00Z',
    wait: '2026-11-28T14:30:00Z',
    code: 'PLATFORM_TIMEOUT',
    details: {},
  });
  const { data, errors } = await gateway.ask(
    company.owner,
    `query ($id: ID!) { syncRun(id: $id) { phase counts progress { ended left calls callsPerSecond eta } waitUntil
       error { code text { zh en } remedy { zh } } plan { id connection { name } } } }`,
    { id },
  );
  expect(errors).toEqual([]);
  expect(data.syncRun).toMatchObject({
    phase: 'WAITING',
    counts: { APPLIED: 1, FAILED: 1, WAITING: 1, PLANNED: 1, HELD: 1 },
    progress: { ended: 2, left: 2, calls: 7, callsPerSecond: 20, eta: '2026-11-28T14:32:00.000Z' },
    waitUntil: '2026-11-28T14:30:00.000Z',
    error: { code: 'PLATFORM_TIMEOUT', text: { zh: expect.any(String) } },
    plan: { id: planId, connection: { name: '推送' } },
  });
});

test('it is stopped and resumed, and refuses what its phase does not allow', async () => {
  const other = await plans.connection('停');
  const planId = await plans.plan(other, [row(0)], { phase: 'APPLYING' });
  const runId = await plans.run(other, planId, { phase: 'QUEUED' });
  expect(await act('resumeSync', { runId })).toMatchObject({ code: 'SYNC_RUN_PHASE_WRONG' });
  expect(await act('stopSync', { runId })).toMatchObject({ id: runId, phase: 'STOPPED' });
  expect(await act('stopSync', { runId })).toMatchObject({
    code: 'SYNC_RUN_PHASE_WRONG',
    details: { phase: 'STOPPED' },
  });
  expect(await act('resumeSync', { runId })).toMatchObject({ id: runId, phase: 'QUEUED' });
  await gateway.testDatabase.look("update muster.sync_run set phase = 'RUNNING' where id = $1", [runId]);
  expect(await act('stopSync', { runId })).toMatchObject({ phase: 'RUNNING', stopRequested: true });
});

test('what was not approved, or is something else, is not applied', async () => {
  const other = await plans.connection('未批准');
  const planId = await plans.plan(other, [row(0)]);
  const { data } = await gateway.ask(company.owner, `{ syncPlan(id: "${planId}") { digest } }`);
  expect(await act('applyPlan', { planId, digest: 'x' })).toMatchObject({ code: 'SYNC_PLAN_DIGEST_STALE' });
  expect(await act('applyPlan', { planId, digest: data.syncPlan.digest })).toMatchObject({
    code: 'SYNC_PLAN_NOT_APPROVED',
    details: { missing: 1 },
  });
  // Approved, but written by somebody who has not the tenant's key: nothing of it is applied.
  await gateway.testDatabase.look("update muster.sync_plan set phase = 'APPROVED' where id = $1", [planId]);
  expect(await act('applyPlan', { planId, digest: data.syncPlan.digest })).toMatchObject({
    code: 'SYNC_PLAN_TAMPERED',
  });
});

test('runs are listed newest first, by connection and phase', async () => {
  const other = await plans.connection('列表');
  const ids: string[] = [];
  for (const phase of ['DONE', 'STOPPED', 'DONE']) {
    ids.unshift(await plans.run(other, await plans.plan(other, [], { phase: 'APPLIED' }), { phase }));
  }
  const list = async (phases: string[] | null) => {
    const { data } = await gateway.ask(
      company.owner,
      `query ($id: ID!, $phases: [SyncRunPhase!]) { syncRuns(connectionId: $id, phases: $phases) { totalCount nodes { id } } }`,
      { id: other, phases },
    );
    return data.syncRuns.nodes.map(({ id }: { id: string }) => id);
  };
  expect(await list(null)).toEqual(ids);
  expect(await list(['STOPPED'])).toEqual([ids[1]]);
});

test('why somebody is not on the platform: the standing, the reason, the rule, in both languages', async () => {
  const made = await gateway.ask(
    company.owner,
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }',
    { input: { userName: 'li', displayName: '李雷', orgUnitId: company.rootId } },
  );
  const accountId = made.data.createAccount.account.id;
  const other = await plans.connection('解释');
  await gateway.testDatabase.look(
    `insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, name, value, content_hash)
     values ($1, $2, $3, '1', '测试公司', '{}', '')`,
    [company.tenantId, newId(), other],
  );
  const explain = async () => {
    const { data, errors } = await gateway.ask(
      company.owner,
      `query ($a: ID!, $c: ID!) { explainPush(accountId: $a, connectionId: $c) { code standing obstacles
         sentences { zh en } accountId externalId changes { kind state reasonCode reason { zh } rule issues { code text { zh } } } } }`,
      { a: accountId, c: other },
    );
    expect(errors).toEqual([]);
    return data.explainPush;
  };
  // Without a mobile number, which this platform requires, nobody is made.
  expect(await explain()).toMatchObject({
    standing: 'BLOCKED',
    obstacles: expect.arrayContaining(['REMOTE_INCOMPLETE']),
    externalId: null,
    changes: [{ kind: 'CREATE_ACCOUNT', state: 'SKIPPED', issues: [{ code: 'FIELD_REQUIRED' }] }],
  });
  await gateway.testDatabase.look('update muster.connection set push_rules = $2 where id = $1', [
    other,
    JSON.stringify(await excluding(other, accountId)),
  ]);
  const excluded = await explain();
  expect(excluded).toMatchObject({ standing: 'EXCLUDED', changes: [] });
  expect(excluded.sentences[0]).toMatchObject({
    zh: expect.stringContaining('排除'),
    en: expect.any(String),
  });
});

const excluding = async (connection: string, accountId: string): Promise<object> => {
  const [found] = await gateway.testDatabase.look<{ rules: { scope: object } }>(
    'select push_rules as rules from muster.connection where id = $1',
    [connection],
  );
  return { ...found?.rules, scope: { ...found?.rules.scope, excludeAccountIds: [accountId] } };
};
