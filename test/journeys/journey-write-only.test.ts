import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
 * A platform that takes everything and shows nothing but ids: what Muster has written itself is all that is known of a
 * unit or a person. It is believed, told from what was seen, and written once.
 */
describe('a company that can be written and not read (W-WX-18, 48009)', () => {
  let app: App;
  let client: Client;
  let simulator: WeComSimulator;
  let connectionId: string;
  let unitId: string;

  const mutate = (mutation: string, type: string, answer: string, input: object): Promise<Data> =>
    client.ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} } }`, { input });
  const copies = async (): Promise<Data[]> =>
    (
      await client.ask(
        'query ($id: ID!) { remoteAccounts(connectionId: $id) { nodes { externalId name value believed } } }',
        { id: connectionId },
      )
    ).remoteAccounts.nodes;
  const unitCopies = async (): Promise<Data[]> =>
    (
      await client.ask(
        'query ($id: ID!) { remoteOrgUnits(connectionId: $id) { nodes { externalId name } } }',
        {
          id: connectionId,
        },
      )
    ).remoteOrgUnits.nodes;
  const pushAll = async (): Promise<Data[]> => {
    const made = await plan(client, { connectionId, kind: 'FULL' });
    if (made.phase === 'EMPTY') return [];
    await approveAndApply(client, made);
    const rows = await operations(client, made.id);
    expect(rows.filter(({ state }) => !['APPLIED', 'UNCHANGED', 'SKIPPED'].includes(state))).toEqual([]);
    return rows.filter(({ state }) => state !== 'SKIPPED');
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    simulator = await startWeComSimulator({
      company: { seed: 5, people: 1, orgUnits: 1, name: '远山制造' },
      settings: NO_LIMITS,
    });
    app = await startGateway(environmentOf(database));
    client = await signInFirst(app);
    await app.jobsStarted;
  });

  afterAll(async () => {
    await app.stop();
    await simulator.close();
  });

  test('a pull vouches for everybody and knows no names; units without one wait for a reviewer', async () => {
    const made = await mutate('createConnection', 'CreateConnectionInput', 'connection { id }', {
      platform: 'wecom',
      name: '远山',
      allowPrivateNetwork: true,
      mode: 'READ_WRITE',
      settings: {
        corpId: simulator.corp.corpId,
        contactsSecret: simulator.contacts.clientSecret,
        apiBase: simulator.url,
        callsPerSecond: '1000',
      },
      pushRules: { secondaryMemberships: true, pushOrder: true },
    });
    connectionId = made.createConnection.connection.id;
    await mutate('updateConnection', 'UpdateConnectionInput', 'connection { enabled }', {
      id: connectionId,
      enabled: true,
    });
    const run = await pull(client, connectionId);
    expect(run.statement).toMatchObject({ complete: true, accounts: 1, platformAccountCount: 1 });
    const rows = await stagedAccounts(client, run.id);
    expect(rows).toMatchObject([{ action: 'CREATE', blocking: true }]);
    expect(rows[0]?.issues.map(({ code }: Data) => code)).toContain('NAME_MISSING');
    await mutate('discardImport', 'ImportRunInput', 'importRun { phase }', { runId: run.id });
  });

  test('what is pushed is believed: names, places, lead and position', async () => {
    const { orgUnitTree } = await client.ask('{ orgUnitTree { nodes { id name parentId } } }');
    const root = orgUnitTree.nodes.find(({ parentId }: Data) => parentId === null);
    await mutate('updateConnection', 'UpdateConnectionInput', 'connection { id }', {
      id: connectionId,
      pushRules: { rootOrgUnitId: root.id },
    });
    const unit = await mutate('createOrgUnit', 'CreateOrgUnitInput', 'orgUnit { id }', {
      parentId: root.id,
      name: '研发部',
    });
    unitId = unit.createOrgUnit.orgUnit.id;
    for (const [userName, mobile] of [
      ['anna', '13900000001'],
      ['bob', '13900000002'],
    ])
      await mutate('createAccount', 'CreateAccountInput', 'account { id }', {
        userName,
        displayName: `人 ${userName}`,
        mobile,
        orgUnitId: unitId,
      });
    const { accounts } = await client.ask(
      '{ accounts(filter: { search: "anna", includeDescendants: true }, first: 1) { nodes { id } } }',
    );
    await mutate('setMemberships', 'SetMembershipsInput', 'account { id }', {
      accountId: accounts.nodes[0].id,
      put: [{ orgUnitId: unitId, leader: true, order: '3' }],
    });
    const kinds = (await pushAll()).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['CREATE_ACCOUNT', 'CREATE_ACCOUNT', 'CREATE_ORG_UNIT', 'SET_LEADERS']);
    expect(memberOf(simulator.corp, 'anna')?.memberships).toMatchObject([{ leader: true }]);
    expect(await pushAll()).toEqual([]);
  });

  test('the next pull shows none of it, takes nothing back, and tells what is believed', async () => {
    const run = await pull(client, connectionId);
    expect(run.statement).toMatchObject({ complete: true, accounts: 3 });
    const changed = (await stagedAccounts(client, run.id)).filter(
      ({ action, name }) => action !== 'NONE' && name !== null && name !== '',
    );
    expect(changed).toEqual([]);
    await mutate('discardImport', 'ImportRunInput', 'importRun { phase }', { runId: run.id });
    const anna = (await copies()).find(({ externalId }) => externalId === 'anna');
    expect(anna.value).not.toHaveProperty('name');
    expect(anna.believed).toEqual(expect.arrayContaining(['name', 'mobile']));
    expect(anna.name).toBe('人 anna');
    expect((await unitCopies()).map(({ name }) => name)).toContain('研发部');
    expect(await pushAll()).toEqual([]);
  });

  test('a change of the roster is written once, by what is believed', async () => {
    await mutate('updateOrgUnit', 'UpdateOrgUnitInput', 'orgUnit { id }', { id: unitId, name: '研发中心' });
    const { accounts } = await client.ask(
      '{ accounts(filter: { search: "bob", includeDescendants: true }, first: 1) { nodes { id } } }',
    );
    await mutate('updateAccount', 'UpdateAccountInput', 'account { id }', {
      id: accounts.nodes[0].id,
      displayName: '鲍勃',
      mobile: '13900000009',
    });
    await mutate('setMemberships', 'SetMembershipsInput', 'account { id }', {
      accountId: accounts.nodes[0].id,
      put: [{ orgUnitId: unitId, leader: true }],
    });
    const kinds = (await pushAll()).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['SET_LEADERS', 'UPDATE_ACCOUNT', 'UPDATE_ORG_UNIT']);
    const members = ['anna', 'bob'].map((userid) => memberOf(simulator.corp, userid));
    expect(members.map((member) => member?.memberships[0]?.leader)).toEqual([true, true]);
    expect(members[1]).toMatchObject({ name: '鲍勃', mobile: '13900000009' });
    const bob = (await copies()).find(({ externalId }) => externalId === 'bob');
    // A number may have been passed over without a word: nobody claims to know it.
    expect(bob.believed).not.toContain('mobile');
    expect(bob.value).not.toHaveProperty('mobile');
    expect(await pushAll()).toEqual([]);
  });
});
