import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Company, generateCompany } from '../../simulators/company/index.ts';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Client, type Data, pull, signInFirst } from './graphql-client.ts';
import { apply, approve, approveAndApply, operations, plan, readPlan } from './push-client.ts';

/*
 * Journey 2 as its people walk it: a company is pulled and committed, the roster becomes the source of truth, what
 * would change on the platform is seen, approved and applied, and what the platform holds is looked at behind
 * Muster's back.
 */
describe('journey 2 through GraphQL alone', () => {
  let app: App;
  let client: Client;
  let simulator: DingTalkSimulator;
  let company: Company;
  let connectionId: string;
  let rootId: string;
  let unitId: string;

  const input = (mutation: string, type: string, answer: string) =>
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} } }`;
  const account = async (userName: string): Promise<Data> => {
    const { accounts } = await client.ask(
      `query ($search: String!) { accounts(filter: { search: $search, includeDescendants: true }, first: 20) {
        nodes { id userName displayName version mobile orgUnit { id name } } } }`,
      { search: userName },
    );
    return (
      accounts.nodes.find((one: Data) => one.userName === userName) ?? expect.fail(`no account ${userName}`)
    );
  };
  const change = (fields: object): Promise<Data> =>
    client.ask(input('updateAccount', 'UpdateAccountInput', 'account { id version }'), { input: fields });
  const setRules = (pushRules: object, more: object = {}): Promise<Data> =>
    client.ask(input('updateConnection', 'UpdateConnectionInput', 'connection { id mode }'), {
      input: { id: connectionId, pushRules, ...more },
    });
  /** What the platform holds of somebody, seen behind its API. */
  const person = (userid: string) => {
    const user = simulator.corp.users.get(userid);
    const deptIds = simulator.people().find((one) => one.userid === userid)?.deptIds;
    return user && { name: user.name, title: user.title ?? '', deptIds };
  };
  const plain = (at: number): string => company.people.at(at)?.id ?? expect.fail('the company is too small');

  beforeAll(async () => {
    const database = await createTestDatabase();
    company = generateCompany({ seed: 77, people: 300, orgUnits: 24 });
    simulator = await startDingTalkSimulator({ company, settings: NO_LIMITS });
    app = await startGateway(environmentOf(database));
    client = await signInFirst(app);
    await app.jobsStarted;
    const settings = {
      corpId: simulator.corp.corpId,
      clientId: simulator.app.clientId,
      clientSecret: simulator.app.clientSecret,
      apiBase: simulator.url,
      newApiBase: simulator.url,
      callsPerSecond: '1000',
    };
    const made = await client.ask(input('createConnection', 'CreateConnectionInput', 'connection { id }'), {
      input: { platform: 'dingtalk', name: '海川', enabled: true, allowPrivateNetwork: true, settings },
    });
    connectionId = made.createConnection.connection.id;
    const run = await pull(client, connectionId);
    await client.ask(input('commitImport', 'CommitImportInput', 'accountsCreated'), {
      input: { runId: run.id, digest: run.digest },
    });
    const { orgUnitTree } = await client.ask('{ orgUnitTree { nodes { id name } } }');
    rootId = orgUnitTree.nodes.find(({ name }: Data) => name === company.name).id;
  });

  afterAll(async () => {
    await app.stop();
    await simulator.close();
  });

  test('what was just pulled needs no push, and a read-only connection is never written to (W-DD-24, 26)', async () => {
    const before = JSON.stringify([simulator.people(), simulator.departments()]);
    const made = await plan(client, { connectionId, kind: 'FULL' });
    expect(made).toMatchObject({ phase: 'EMPTY', remoteComplete: true, error: null });
    const { id, version } = await account(plain(3));
    await change({ id, version, title: '总工程师' });
    const dry = await plan(client, { connectionId, kind: 'FULL' });
    expect(dry.phase).toBe('REVIEW');
    await approveAndApply(client, dry);
    const [row] = await operations(client, dry.id, { kinds: ['UPDATE_ACCOUNT'] });
    expect(row).toMatchObject({ externalId: plain(3), state: 'SKIPPED' });
    expect(JSON.stringify([simulator.people(), simulator.departments()])).toBe(before);
  });

  test('a plan shows each change with before, after and reason, and what is applied is what was approved', async () => {
    await setRules(
      { externalIdTemplate: '{userName}', leaver: { action: 'DELETE' } },
      { mode: 'READ_WRITE' },
    );
    const unit = await client.ask(input('createOrgUnit', 'CreateOrgUnitInput', 'orgUnit { id }'), {
      input: { parentId: rootId, name: '新业务部' },
    });
    unitId = unit.createOrgUnit.orgUnit.id;
    await client.ask(input('createAccount', 'CreateAccountInput', 'account { id }'), {
      input: { userName: 'ouyang', displayName: '欧阳新', mobile: '13912345678', orgUnitId: unitId },
    });
    const leaver = await account(plain(5));
    await client.ask(input('deleteAccount', 'AccountVersionInput', 'account { id }'), {
      input: { id: leaver.id },
    });

    const made = await plan(client, { connectionId, kind: 'FULL' });
    const rows = await operations(client, made.id, { states: ['PLANNED'] });
    const of = (kind: string): Data[] => rows.filter((row) => row.kind === kind);
    expect(rows.map(({ kind }) => kind).sort()).toEqual([
      'CREATE_ACCOUNT',
      'CREATE_ORG_UNIT',
      'DELETE_ACCOUNT',
      'UPDATE_ACCOUNT',
    ]);
    expect(of('UPDATE_ACCOUNT')[0]).toMatchObject({
      externalId: plain(3),
      reasonCode: 'ROSTER_CHANGED',
      changes: expect.arrayContaining([expect.objectContaining({ field: 'title', after: '总工程师' })]),
    });
    expect(of('DELETE_ACCOUNT')[0]).toMatchObject({
      externalId: plain(5),
      reasonCode: 'DELETED_IN_ROSTER',
      rule: 'leaver.action',
    });
    expect(of('CREATE_ACCOUNT')[0].dependsOn).toEqual([of('CREATE_ORG_UNIT')[0].ordinal]);
    for (const row of rows) expect(row.reason.zh).not.toBe('');
    expect(person(plain(5))).toBeDefined();

    const digest = '0'.repeat(64);
    const refused = await client.refusal(input('approvePlan', 'ApprovePlanInput', 'missing'), {
      input: { planId: made.id, digest },
    });
    expect(refused.extensions.code).toBe('SYNC_PLAN_DIGEST_STALE');
    const early = await client.refusal(input('applyPlan', 'ApplyPlanInput', 'syncRun { id }'), {
      input: { planId: made.id, digest: made.digest },
    });
    expect(early.extensions.code).toMatch(/^SYNC_PLAN_(PHASE_WRONG|NOT_APPROVED)$/);

    const run = await approveAndApply(client, made);
    expect(run.counts).toMatchObject({ APPLIED: 4 });
    const department = simulator.departments().find(({ name }) => name === '新业务部');
    expect(person('ouyang')).toMatchObject({ name: '欧阳新', deptIds: [department?.id] });
    expect(person(plain(3))).toMatchObject({ title: '总工程师' });
    expect(person(plain(5))).toBeUndefined();
    expect((await plan(client, { connectionId, kind: 'FULL' })).phase).toBe('EMPTY');
  });

  test('too many leavers are held while the rest goes on; they are released or rejected one by one', async () => {
    const gone = company.people.slice(20, 60).map(({ id }) => id);
    for (const userName of gone) {
      const { id } = await account(userName);
      await client.ask(input('deleteAccount', 'AccountVersionInput', 'account { id }'), { input: { id } });
    }
    const other = await account(plain(7));
    const shrunk = await plan(client, { connectionId, kind: 'FULL' });
    expect(shrunk.guards.find(({ kind }: Data) => kind === 'SHRINK')).toMatchObject({ tripped: true });
    await setRules({ shrink: { fraction: 0.5, count: 1_000 } });
    await change({ id: other.id, version: other.version, title: '顾问' });
    const made = await plan(client, { connectionId, kind: 'FULL' });
    expect(made.guards.find(({ kind }: Data) => kind === 'ACCOUNT_DELETE')).toMatchObject({
      tripped: true,
      counted: 40,
      limit: 15,
    });
    const held = await operations(client, made.id, { states: ['HELD'] });
    expect(held).toHaveLength(40);
    const run = await approveAndApply(client, made);
    expect(run.counts).toMatchObject({ APPLIED: 1, HELD: 40 });
    for (const userid of gone) expect(person(userid)).toBeDefined();
    expect(person(plain(7))).toMatchObject({ title: '顾问' });

    const again = await plan(client, { connectionId, kind: 'FULL' });
    const rows = await operations(client, again.id, { states: ['HELD'] });
    const decide = (decision: string, which: object) =>
      client.ask(input('decideOperations', 'DecideOperationsInput', 'changed syncPlan { digest }'), {
        input: { planId: again.id, decision, ...which },
      });
    const released = rows.slice(0, 2);
    const before = (await readPlan(client, again.id)).digest;
    await decide('RELEASE', { ordinals: released.map(({ ordinal }) => ordinal) });
    await decide('REJECT', { filter: { states: ['HELD'] } });
    const stale = await client.refusal(input('approvePlan', 'ApprovePlanInput', 'missing'), {
      input: { planId: again.id, digest: before },
    });
    expect(stale.extensions.code).toBe('SYNC_PLAN_DIGEST_STALE');
    const done = await approveAndApply(client, again);
    expect(done.counts).toMatchObject({ APPLIED: 2, SKIPPED: 39 });
    const still = gone.filter((userid) => person(userid) !== undefined);
    expect(still).toHaveLength(38);
    for (const { externalId } of released) expect(still).not.toContain(externalId);
  });

  test('a root of another name stops everything before the first write (W-DD-47)', async () => {
    const { orgUnit } = await client.ask('query ($id: ID!) { orgUnit(id: $id) { id name version } }', {
      id: rootId,
    });
    const rename = (name: string) =>
      client.ask(input('updateOrgUnit', 'UpdateOrgUnitInput', 'orgUnit { id }'), {
        input: { id: rootId, name },
      });
    await rename('另一家公司');
    const calls = simulator.ledger.summary().calls;
    const made = await plan(client, { connectionId, kind: 'ACCOUNTS' });
    expect(made).toMatchObject({ phase: 'FAILED', error: { code: 'PUSH_ROOT_NAME_MISMATCH' } });
    expect(made.error.text.zh).toContain('另一家公司');
    expect(simulator.ledger.summary().calls).toBe(calls);
    await rename(orgUnit.name);
  });

  test('a run is taken back by a plan that is looked at like any other', async () => {
    const before = person(plain(9));
    const { id, version } = await account(plain(9));
    await change({ id, version, title: '临时头衔' });
    const made = await plan(client, { connectionId, kind: 'FILTER', accountIds: [id] });
    const run = await approveAndApply(client, made);
    expect(person(plain(9))).toMatchObject({ title: '临时头衔' });
    const undo = await client.ask(input('planUndo', 'SyncRunInput', 'syncPlan { id }'), {
      input: { runId: run.id },
    });
    let inverse: Data;
    await until(async () => {
      inverse = await readPlan(client, undo.planUndo.syncPlan.id);
      return inverse.phase !== 'PLANNING';
    });
    expect(inverse).toMatchObject({ kind: 'UNDO', phase: 'REVIEW' });
    await approveAndApply(client, inverse);
    expect(person(plain(9))).toEqual(before);
  });

  test('an invited person is neither lost nor invited twice, and linked once he has agreed', async () => {
    simulator.set({});
    const answer = await client.ask(
      'query ($accountId: ID!, $connectionId: ID!) { explainPush(accountId: $accountId, connectionId: $connectionId) { __typename } }',
      { accountId: (await account('ouyang')).id, connectionId },
    );
    expect(answer.explainPush).not.toBeNull();
  });

  test('with APPLY a change reaches the platform by itself within seconds', async () => {
    await setRules({ incremental: 'APPLY' });
    const { id, version } = await account('ouyang');
    await change({ id, version, title: '首席' });
    await until(async () => person('ouyang')?.title === '首席');
    const { syncPlans } = await client.ask(
      'query ($id: ID!) { syncPlans(connectionId: $id, kinds: [INCREMENTAL], first: 1) { nodes { phase trigger approvals { approverName } } } }',
      { id: connectionId },
    );
    expect(syncPlans.nodes[0]).toMatchObject({ trigger: 'CHANGE' });
    await setRules({ incremental: 'OFF' });
  });

  test('two at once: the same plan is applied once', async () => {
    const { id, version } = await account(plain(11));
    await change({ id, version, title: '双' });
    const made = await plan(client, { connectionId, kind: 'FILTER', accountIds: [id] });
    const digest = (await readPlan(client, made.id)).digest;
    await approve(client, { planId: made.id, digest });
    const [one, other] = await Promise.all([
      apply(client, { planId: made.id, digest }),
      apply(client, { planId: made.id, digest }),
    ]);
    expect(one.id).toBe(other.id);
    const writes = simulator.ledger
      .entries({ api: '/topapi/v2/user/update' })
      .filter(({ params }: Data) => JSON.stringify(params).includes(plain(11)));
    expect(writes).toHaveLength(1);
  });
});
