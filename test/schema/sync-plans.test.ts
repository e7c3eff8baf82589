import { beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_PUSH_RULES, newId } from '../../src/domain/index.ts';
import { accountPrincipal, machinePrincipal, openGateway } from './gateway.ts';
import { knowPaper } from './paper-platform.ts';
import { type PlanFixture, plansIn } from './plan-fixture.ts';

const gateway = await openGateway();
const company = await gateway.company();
knowPaper(gateway);
const plans = plansIn(gateway, company);
let connectionId: string;
let account: string;

beforeAll(async () => {
  connectionId = await plans.connection('推送');
  const made = await gateway.ask(
    company.owner,
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }',
    { input: { userName: 'wang', displayName: '王小明', orgUnitId: company.rootId } },
  );
  account = made.data.createAccount.account.id;
});

const ROW = `ordinal kind objectType objectId externalId name reasonCode reason { zh en } rule changes { field before after }
  holds { code text { zh } } issues { code field value text { zh en } } dependsOn wave state stateText { en } outcomeCode
  decision attempt error { code text { zh } remedy { en } } account { id displayName } orgUnit { id name }`;
const rowsOf = async (planId: string, filter: object = {}, who = company.owner) => {
  const answer = await gateway.ask(
    who,
    `query ($planId: ID!, $filter: PlanOperationFilter) {
       planOperations(planId: $planId, filter: $filter) { totalCount nodes { ${ROW} } } }`,
    { planId, filter },
  );
  expect(answer.errors).toEqual([]);
  return answer.data.planOperations as { totalCount: number; nodes: Record<string, unknown>[] };
};
const ordinals = async (planId: string, filter: object) =>
  (await rowsOf(planId, filter)).nodes.map(({ ordinal }) => ordinal);

const held = (ordinal: number, more: Partial<PlanFixture> = {}): PlanFixture => ({
  ordinal,
  kind: 'DELETE_ACCOUNT',
  objectType: 'ACCOUNT',
  objectId: newId(),
  name: `离职${ordinal}`,
  reason: 'DELETED_IN_ROSTER',
  state: 'HELD',
  holds: ['GUARD_TRIPPED'],
  ...more,
});

describe('a plan, row by row', () => {
  test('says what, why, by which rule, and what stands in the way; in both languages', async () => {
    const planId = await plans.plan(connectionId, [
      {
        ordinal: 0,
        kind: 'UPDATE_ACCOUNT',
        objectType: 'ACCOUNT',
        objectId: account,
        externalId: 'u1',
        name: '王小明',
        reason: 'DRIFT',
        rule: 'fields.title',
        changes: [{ field: 'title', before: '工程师', after: null }],
        issues: [{ code: 'FIELD_ILLEGAL', field: 'mobile', value: '12' }],
        state: 'PLANNED',
      },
      {
        ordinal: 1,
        kind: 'UPDATE_ORG_UNIT',
        objectType: 'ORG_UNIT',
        objectId: company.rootId,
        name: '研发部',
        reason: 'ROSTER_CHANGED',
        state: 'PLANNED',
        dependsOn: [0],
      },
    ]);
    const { nodes } = await rowsOf(planId);
    expect(nodes).toMatchObject([
      {
        reasonCode: 'DRIFT',
        reason: { zh: expect.stringContaining('不一致'), en: expect.stringContaining('platform') },
        rule: 'fields.title',
        changes: [{ field: 'title', before: '工程师', after: null }],
        issues: [{ text: { zh: 'mobile 的值“12”不符合平台规则。', en: expect.stringContaining('“12”') } }],
        stateText: { en: expect.stringContaining('Planned') },
        account: { id: account, displayName: '王小明' },
        orgUnit: null,
      },
      { account: null, orgUnit: { id: company.rootId }, dependsOn: [0] },
    ]);
  });

  test('is filtered by kind, object, reason, state, hold, issue and text, and paged', async () => {
    const planId = await plans.plan(connectionId, [
      held(0, { objectId: account, name: '王小明' }),
      held(1, { holds: ['SHRINK_GUARD'] }),
      held(2, {
        kind: 'CREATE_ORG_UNIT',
        objectType: 'ORG_UNIT',
        reason: 'NEW_IN_ROSTER',
        state: 'PLANNED',
        holds: [],
      }),
      held(3, {
        state: 'SKIPPED',
        holds: [],
        issues: [{ code: 'PROTECTED', field: null, value: null }],
        externalId: 'Zz9',
      }),
    ]);
    expect(await ordinals(planId, { kinds: ['CREATE_ORG_UNIT'] })).toEqual([2]);
    expect(await ordinals(planId, { objectType: 'ORG_UNIT' })).toEqual([2]);
    expect(await ordinals(planId, { objectIds: [account] })).toEqual([0]);
    expect(await ordinals(planId, { reasons: ['NEW_IN_ROSTER'] })).toEqual([2]);
    expect(await ordinals(planId, { states: ['SKIPPED', 'PLANNED'] })).toEqual([2, 3]);
    expect(await ordinals(planId, { holds: ['SHRINK_GUARD'] })).toEqual([1]);
    expect(await ordinals(planId, { issueCodes: ['PROTECTED'] })).toEqual([3]);
    expect(await ordinals(planId, { text: 'zz' })).toEqual([3]);
    expect(await ordinals(planId, { text: 'xiaoming' })).toEqual([0]);
    expect(await ordinals(planId, { text: '离职', states: ['HELD'] })).toEqual([1]);

    const seen: number[] = [];
    let after: string | null = null;
    for (let i = 0; i < 4; i += 1) {
      const { data } = await gateway.ask(
        company.owner,
        `query ($planId: ID!, $after: String) { planOperations(planId: $planId, first: 1, after: $after) {
           nodes { ordinal } pageInfo { hasNextPage endCursor } } }`,
        { planId, after },
      );
      seen.push(data.planOperations.nodes[0].ordinal);
      after = data.planOperations.pageInfo.endCursor;
      expect(data.planOperations.pageInfo.hasNextPage).toBe(i < 3);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    const { errors } = await gateway.ask(
      company.owner,
      `{ planOperations(planId: "${planId}", first: 201) { nodes { ordinal } } }`,
    );
    expect(errors[0]?.extensions.code).toBe('INPUT_INVALID');
  });

  test('one row is shown with every attempt at it', async () => {
    const planId = await plans.plan(connectionId, [held(0, { state: 'PLANNED', holds: [] })]);
    await plans.attempt(planId, 0, 1, 'PLATFORM_TIMEOUT');
    await plans.attempt(planId, 0, 2, null);
    const ask = (ordinal: number) =>
      gateway.ask(
        company.owner,
        `{ planOperation(planId: "${planId}", ordinal: ${ordinal}) {
             ordinal attempts { attempt outcome error { code remedy { zh } } } } }`,
      );
    expect((await ask(0)).data.planOperation.attempts).toMatchObject([
      { attempt: 1, error: { code: 'PLATFORM_TIMEOUT', remedy: { zh: expect.any(String) } } },
      { attempt: 2, error: null },
    ]);
    for (const ordinal of [1, -1, 2_147_483_647, -2_147_483_648]) {
      expect((await ask(ordinal)).errors[0]?.extensions.code).toBe('NOT_FOUND');
    }
  });

  test('what is filled from a sensitive attribute is kept from those who may not see it in the roster', async () => {
    await plans.sensitiveAttribute('salary');
    const rules = {
      ...DEFAULT_PUSH_RULES,
      externalIdTemplate: 'e{salary}',
      fields: [
        { field: 'pay', source: { kind: 'ATTRIBUTE', name: 'salary' }, when: 'ALWAYS' },
        { field: 'note', source: { kind: 'TEMPLATE', template: 'earns {salary|lower}' }, when: 'ALWAYS' },
        { field: 'title', source: { kind: 'ATTRIBUTE', name: 'title' }, when: 'ALWAYS' },
      ],
    };
    const change = (field: string) => ({ field, before: null, after: field === 'title' ? 'boss' : '4711' });
    const issue = (code: string, field: string | null) => ({ code, field, value: '4711' });
    const planId = await plans.plan(
      connectionId,
      [
        {
          ordinal: 0,
          kind: 'UPDATE_ACCOUNT',
          objectType: 'ACCOUNT',
          objectId: account,
          name: '王小明',
          reason: 'DRIFT',
          state: 'PLANNED',
          changes: ['pay', 'note', 'salary', 'attributes.salary', 'title'].map(change),
          issues: [issue('FIELD_ILLEGAL', 'pay'), issue('EXTERNAL_ID_ILLEGAL', null)],
        },
      ],
      { rules },
    );
    const auditor = accountPrincipal(company.tenantId, ['AUDITOR']);
    const machine = machinePrincipal(company.tenantId, ['sync:read']);
    for (const who of [auditor, machine]) {
      const { body, data } = await gateway.ask(
        who,
        `{ planOperations(planId: "${planId}") { nodes { changes { field before after } issues { code value text { zh } } } }
           planOperation(planId: "${planId}", ordinal: 0) { changes { after } issues { value text { en } } } }`,
      );
      expect(body).not.toContain('4711');
      expect(data.planOperations.nodes[0].changes).toEqual([{ field: 'title', before: null, after: 'boss' }]);
    }
    const { nodes } = await rowsOf(planId);
    expect(nodes[0]?.['changes']).toHaveLength(5);
  });
});

describe('its review', () => {
  const decide = (input: object, who = company.owner) =>
    gateway.ask(
      who,
      `mutation ($input: DecideOperationsInput!) { decideOperations(input: $input) {
         changed followed blockedCount blocked { ordinal waitsFor } syncPlan { digest reviewVersion counts } } }`,
      { input },
    );
  const approve = (input: object, who = company.owner) =>
    gateway.ask(
      who,
      `mutation ($input: ApprovePlanInput!) { approvePlan(input: $input) {
         missing syncPlan { phase approvedAt approvalsNeeded approvals { approverId comment digest } } } }`,
      { input },
    );
  const digestOf = async (planId: string): Promise<string> =>
    (await gateway.ask(company.owner, `{ syncPlan(id: "${planId}") { digest } }`)).data.syncPlan.digest;

  test('rows are released or rejected singly, by filter, all; each step changes the digest (rules 5, 8)', async () => {
    const planId = await plans.plan(connectionId, [
      held(0),
      held(1),
      held(2),
      held(3, { holds: ['SHRINK_GUARD'] }),
    ]);
    const before = await digestOf(planId);
    const one = await decide({ planId, decision: 'RELEASE', ordinals: [1] });
    expect(one.data.decideOperations).toMatchObject({
      changed: 1,
      syncPlan: { counts: { PLANNED: 1, HELD: 3 } },
    });
    const some = await decide({ planId, decision: 'REJECT', filter: { holds: ['SHRINK_GUARD'] } });
    expect(some.data.decideOperations).toMatchObject({ changed: 1, syncPlan: { counts: { SKIPPED: 1 } } });
    const all = await decide({ planId, decision: 'RELEASE' });
    expect(all.data.decideOperations.syncPlan.counts).toEqual({ PLANNED: 4 });
    const digests = [one, some, all].map(({ data }) => data.decideOperations.syncPlan.digest);
    expect(new Set([before, ...digests]).size).toBe(4);
    expect((await decide({ planId, decision: 'REJECT', ordinals: [9] })).errors[0]?.extensions).toMatchObject(
      {
        code: 'NOT_FOUND',
        field: ['input', 'ordinals'],
      },
    );
  });

  test('approving means exactly what was looked at', async () => {
    const planId = await plans.plan(connectionId, [held(0)]);
    const stale = await digestOf(planId);
    await decide({ planId, decision: 'RELEASE' });
    expect((await approve({ planId, digest: stale })).errors[0]?.extensions.code).toBe(
      'SYNC_PLAN_DIGEST_STALE',
    );
    const digest = await digestOf(planId);
    const done = await approve({ planId, digest, comment: '可以' });
    expect(done.data.approvePlan).toMatchObject({
      missing: 0,
      syncPlan: {
        phase: 'APPROVED',
        approvalsNeeded: 1,
        approvals: [{ approverId: company.owner.id, comment: '可以', digest }],
      },
    });
    expect((await decide({ planId, decision: 'REJECT' })).errors[0]?.extensions.code).toBe(
      'SYNC_PLAN_PHASE_WRONG',
    );
  });

  test('where two have to approve, two different people do', async () => {
    const rules = { ...DEFAULT_PUSH_RULES, approval: { secondApprover: true, validHours: 72 } };
    const planId = await plans.plan(connectionId, [held(0)], { rules });
    const digest = await digestOf(planId);
    const other = accountPrincipal(company.tenantId, ['DIRECTORY_ADMIN']);
    for (const expected of [1, 1]) {
      expect((await approve({ planId, digest })).data.approvePlan).toMatchObject({
        missing: expected,
        syncPlan: { phase: 'REVIEW', approvalsNeeded: 2 },
      });
    }
    expect((await approve({ planId, digest }, other)).data.approvePlan).toMatchObject({
      missing: 0,
      syncPlan: { phase: 'APPROVED' },
    });
  });

  test('a machine client plans and applies, and does not say that it has looked', async () => {
    const planId = await plans.plan(connectionId, [held(0)]);
    const machine = machinePrincipal(company.tenantId, ['sync:read', 'sync:write']);
    const digest = await digestOf(planId);
    for (const answer of [
      await approve({ planId, digest }, machine as never),
      await decide({ planId, decision: 'RELEASE' }, machine as never),
    ]) {
      expect(answer.errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const planned = await gateway.ask(
      machine,
      'mutation ($input: PlanSyncInput!) { planSync(input: $input) { syncPlan { id phase kind scope { accountIds } } } }',
      { input: { connectionId, kind: 'FILTER', accountIds: [account] } },
    );
    expect(planned.data.planSync.syncPlan).toMatchObject({
      phase: 'PLANNING',
      kind: 'FILTER',
      scope: { accountIds: [account] },
    });
  });

  test('a discarded plan is read and no more', async () => {
    const planId = await plans.plan(connectionId, [held(0)]);
    const digest = await digestOf(planId);
    const { data } = await gateway.ask(
      company.owner,
      `mutation { discardPlan(input: { planId: "${planId}" }) { syncPlan { phase endedAt } } }`,
    );
    expect(data.discardPlan.syncPlan).toMatchObject({ phase: 'DISCARDED', endedAt: expect.any(String) });
    expect((await approve({ planId, digest })).errors[0]?.extensions.code).toBe('SYNC_PLAN_PHASE_WRONG');
  });
});

test('plans are listed newest first, with guards, totals, and why one could not be made', async () => {
  const other = await plans.connection('另一连接');
  const failed = await plans.plan(other, [], {
    phase: 'FAILED',
    error: { code: 'PUSH_ROOT_NAME_MISMATCH', details: { roster: '甲', platform: '乙' } },
  });
  const made = await plans.plan(other, [held(0)], {
    guards: [{ kind: 'ACCOUNT_DELETE', tripped: true, counted: 30, limit: 20, base: 400 }],
    totals: {
      orgUnits: 1,
      accounts: 2,
      accountsInScope: 2,
      unchangedOrgUnits: 1,
      unchangedAccounts: 1,
      byKind: {},
      byState: {},
    },
  });
  const { data, errors } = await gateway.ask(
    company.owner,
    `query ($id: ID!) { syncPlans(connectionId: $id) { totalCount nodes { id phase connection { name }
       guards { kind tripped counted limit base } totals { accounts unchangedAccounts } counts
       error { code text { zh en } remedy { zh } } } } }`,
    { id: other },
  );
  expect(errors).toEqual([]);
  expect(data.syncPlans).toMatchObject({
    totalCount: 2,
    nodes: [
      {
        id: made,
        guards: [{ kind: 'ACCOUNT_DELETE', tripped: true, counted: 30, limit: 20, base: 400 }],
        totals: { accounts: 2 },
        counts: { HELD: 1 },
        error: null,
      },
      {
        id: failed,
        phase: 'FAILED',
        connection: { name: '另一连接' },
        error: {
          code: 'PUSH_ROOT_NAME_MISMATCH',
          text: { zh: expect.stringContaining('“甲”'), en: expect.stringContaining('"乙"') },
          remedy: { zh: expect.any(String) },
        },
      },
    ],
  });
});

test('two plans are compared change by change', async () => {
  const [a, b, c] = [newId(), newId(), newId()];
  const row = (ordinal: number, objectId: string, after: string) =>
    held(ordinal, { objectId, changes: [{ field: 'name', before: null, after }] });
  const first = await plans.plan(connectionId, [row(0, a, 'x'), row(1, b, 'x')]);
  const second = await plans.plan(connectionId, [row(0, b, 'y'), row(1, c, 'x'), row(2, a, 'x')]);
  const { data, errors } = await gateway.ask(
    company.owner,
    `{ syncPlanDiff(planId: "${first}", otherPlanId: "${second}") { onlyFirst onlySecond different same
         nodes { difference objectId first second } pageInfo { hasNextPage } } }`,
  );
  expect(errors).toEqual([]);
  expect(data.syncPlanDiff).toMatchObject({ onlyFirst: 0, onlySecond: 1, different: 1, same: 1 });
  expect(data.syncPlanDiff.nodes).toEqual(
    expect.arrayContaining([
      { difference: 'DIFFERENT', objectId: b, first: 1, second: 0 },
      { difference: 'ONLY_SECOND', objectId: c, first: null, second: 1 },
    ]),
  );
});
