import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Company, generateCompany } from '../../simulators/company/index.ts';
import {
  memberOf,
  NO_LIMITS,
  startWeComSimulator,
  type WeComSimulator,
} from '../../simulators/wecom/index.ts';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Client, type Data, pull, signInFirst, stagedAccounts } from './graphql-client.ts';
import { approveAndApply, operations, plan } from './push-client.ts';

/*
 * Journeys 1 and 2 at a platform that hides most of what it knows: a company is pulled through an app made after the
 * restrictions of 2022, committed, edited and pushed with another secret, and looked at behind Muster's back. Not a call
 * of it differs from the same journeys elsewhere.
 */
describe('journeys 1 and 2 at WeCom (rows W-WX-03, 16 to 24, 28 to 30)', () => {
  let app: App;
  let client: Client;
  let simulator: WeComSimulator;
  let company: Company;
  let connectionId: string;
  let rootId: string;

  const input = (mutation: string, type: string, answer: string) =>
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} } }`;
  const accounts = async (search: string): Promise<Data[]> => {
    const { accounts: page } = await client.ask(
      `query ($search: String!) { accounts(filter: { search: $search, includeDescendants: true }, first: 50) {
        totalCount nodes { id userName displayName version mobile email jobNumber status orgUnit { id name } } } }`,
      { search },
    );
    return page.nodes;
  };
  const account = async (userName: string): Promise<Data> =>
    (await accounts(userName)).find((one) => one.userName === userName) ?? expect.fail(`no ${userName}`);
  const member = (userid: string) => memberOf(simulator.corp, userid) ?? expect.fail(`no member ${userid}`);
  const someone = (at: number): string =>
    company.people.at(at)?.id ?? expect.fail('the company is too small');

  beforeAll(async () => {
    const database = await createTestDatabase();
    company = generateCompany({ seed: 5, people: 150, orgUnits: 16, name: '远山制造' });
    simulator = await startWeComSimulator({ company, settings: NO_LIMITS });
    app = await startGateway(environmentOf(database));
    client = await signInFirst(app);
    await app.jobsStarted;
  });

  afterAll(async () => {
    await app.stop();
    await simulator.close();
  });

  test('the connection is made from the form alone, and its test tells what the platform hides', async () => {
    const settings = {
      corpId: ` ${simulator.corp.corpId} `,
      agentId: String(simulator.app.agentId),
      appSecret: simulator.app.clientSecret,
      contactsSecret: simulator.contacts.clientSecret,
      apiBase: simulator.url,
      callsPerSecond: '1000',
    };
    const made = await client.ask(
      input('createConnection', 'CreateConnectionInput', 'connection { id secretNames }'),
      {
        input: {
          platform: 'wecom',
          name: '远山',
          allowPrivateNetwork: true,
          settings,
          pullRules: { requireMobile: false },
        },
      },
    );
    connectionId = made.createConnection.connection.id;
    expect(made.createConnection.connection.secretNames.sort()).toEqual(['appSecret', 'contactsSecret']);
    const { testConnection } = await client.ask(
      input('testConnection', 'TestConnectionInput', 'passed steps { code subject status message { en } }'),
      { input: { id: connectionId } },
    );
    expect(testConnection.passed, JSON.stringify(testConnection.steps)).toBe(true);
    const hidden = testConnection.steps.filter(({ code }: Data) => code === 'FIELD_PERMISSION');
    expect(hidden.map(({ status }: Data) => status)).toContain('WARN');
    await client.ask(input('updateConnection', 'UpdateConnectionInput', 'connection { enabled }'), {
      input: { id: connectionId, enabled: true },
    });
  });

  test('the company is pulled, reviewed and committed; what is hidden stays unknown and no number is made up', async () => {
    const run = await pull(client, connectionId);
    expect(run.statement).toMatchObject({ complete: true, accounts: company.people.length });
    await client.ask(input('commitImport', 'CommitImportInput', 'accountsCreated'), {
      input: { runId: run.id, digest: run.digest },
    });
    const { orgUnitTree } = await client.ask('{ orgUnitTree { nodes { id name } } }');
    expect(orgUnitTree.nodes.map(({ name }: Data) => name)).toEqual(
      expect.arrayContaining(company.units.map(({ name }) => name)),
    );
    rootId = orgUnitTree.nodes.find(({ name }: Data) => name === company.name).id;
    const person = await account(someone(7));
    expect(person).toMatchObject({ displayName: member(someone(7)).name, mobile: null, email: null });
    // A number that an administrator enters stands against every later pull: hidden is not empty (row O2-23).
    await client.ask(input('updateAccount', 'UpdateAccountInput', 'account { id }'), {
      input: { id: person.id, version: person.version, mobile: '13912345678' },
    });
    const again = await pull(client, connectionId);
    const rows = await stagedAccounts(client, again.id);
    expect(rows.filter(({ action }) => action !== 'NONE')).toEqual([]);
    expect(await account(someone(7))).toMatchObject({ mobile: '13912345678' });
    await client.ask(input('discardImport', 'ImportRunInput', 'importRun { phase }'), {
      input: { runId: again.id },
    });
  });

  test('edits are planned, approved and applied exactly, and nothing is left to do (W-WX-16, 20, 21, 29)', async () => {
    await client.ask(input('updateConnection', 'UpdateConnectionInput', 'connection { mode }'), {
      input: {
        id: connectionId,
        mode: 'READ_WRITE',
        settings: { invite: 'yes' },
        pushRules: { externalIdTemplate: '{userName}', leaver: { action: 'DISABLE' } },
      },
    });
    const unit = await client.ask(input('createOrgUnit', 'CreateOrgUnitInput', 'orgUnit { id }'), {
      input: { parentId: rootId, name: '海外业务部' },
    });
    const orgUnitId = unit.createOrgUnit.orgUnit.id;
    await client.ask(input('createAccount', 'CreateAccountInput', 'account { id }'), {
      input: { userName: 'Ouyang.Xin', displayName: '欧阳新', mobile: '13900001111', orgUnitId },
    });
    const renamed = await account(someone(3));
    await client.ask(input('updateAccount', 'UpdateAccountInput', 'account { id }'), {
      input: { id: renamed.id, version: renamed.version, displayName: '改名的人', title: '主管' },
    });
    const leaver = await account(someone(5));
    await client.ask(input('disableAccount', 'DisableAccountInput', 'account { status }'), {
      input: { id: leaver.id },
    });

    const made = await plan(client, { connectionId, kind: 'FULL' });
    const rows = await operations(client, made.id, { states: ['PLANNED'] });
    const kinds = rows.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(
      expect.arrayContaining(['CREATE_ACCOUNT', 'CREATE_ORG_UNIT', 'DISABLE_ACCOUNT', 'UPDATE_ACCOUNT']),
    );
    expect(rows.length).toBeLessThanOrEqual(6);
    const run = await approveAndApply(client, made);
    const failed = await operations(client, made.id, { states: ['FAILED'] });
    expect(failed).toEqual([]);
    expect(run.counts.FAILED ?? 0).toBe(0);

    const department = simulator.departments().find(({ name }) => name === '海外业务部');
    expect(department?.parentId).toBe(1);
    expect(member('ouyang.xin')).toMatchObject({
      userid: 'Ouyang.Xin',
      name: '欧阳新',
      mobile: '13900001111',
      mainDepartment: department?.id,
    });
    expect(simulator.invitations.map(({ userid }) => userid)).toContain('Ouyang.Xin');
    expect(member(someone(3))).toMatchObject({ name: '改名的人', position: '主管' });
    expect(member(someone(5)).disabled).toBe(true);

    const left = await plan(client, { connectionId, kind: 'FULL' });
    expect(left).toMatchObject({ phase: 'EMPTY' });
  });
});
