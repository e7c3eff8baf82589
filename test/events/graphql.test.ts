import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { until } from '../jobs/probe.ts';
import { type Client, type Data, pull, signInFirst } from '../journeys/graphql-client.ts';
import { createTestDatabase } from '../support/index.ts';

/*
 * Events as those who set them up see them: through GraphQL alone, at a gateway that knows its public address.
 */
let app: App;
let client: Client;
let simulator: DingTalkSimulator;
let connectionId = '';

/** A port that is free, for an address that must be known before the gateway listens. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const APP = `{ id version callbackUrl eventSource hasCallbackToken hasCallbackAesKey secretNames
  stream { state lastError { code } } }`;
const mutation = (name: string, type: string, answer: string): string =>
  `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`;
const CREATE_APP = mutation('createConnectionApp', 'CreateConnectionAppInput', `connectionApp ${APP}`);
const UPDATE_APP = mutation('updateConnectionApp', 'UpdateConnectionAppInput', `connectionApp ${APP}`);
const MAKE_KEYS = mutation(
  'generateCallbackKeys',
  'GenerateCallbackKeysInput',
  `token aesKey connectionApp ${APP}`,
);
const REGISTER = mutation('registerCallback', 'RegisterCallbackInput', `connectionApp ${APP}`);
const UNREGISTER = mutation('unregisterCallback', 'RegisterCallbackInput', `connectionApp ${APP}`);

const addApp = async (name: string, more: object = {}): Promise<Data> => {
  const input = { connectionId, name, ...more };
  return (await client.ask(CREATE_APP, { input })).createConnectionApp.connectionApp;
};
const keysOfApp = () => ({ appKey: simulator.app.clientId, appSecret: simulator.app.clientSecret });

beforeAll(async () => {
  const database = await createTestDatabase();
  simulator = await startDingTalkSimulator({
    company: { people: 20, orgUnits: 5, seed: 7 },
    settings: NO_LIMITS,
  });
  const port = String(await freePort());
  app = await startGateway({
    ...environmentOf(database),
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  });
  client = await signInFirst(app);
  await app.jobsStarted;
  const { corp, app: own, url } = simulator;
  const settings = { corpId: corp.corpId, clientId: own.clientId, clientSecret: own.clientSecret };
  const made = await client.ask(mutation('createConnection', 'CreateConnectionInput', 'connection { id }'), {
    input: {
      platform: 'dingtalk',
      name: '钉钉',
      enabled: true,
      allowPrivateNetwork: true,
      settings: { ...settings, apiBase: url, newApiBase: url },
      pullRules: { events: 'COMMIT' },
    },
  });
  connectionId = made.createConnection.connection.id;
  const run = await pull(client, connectionId);
  await client.ask(mutation('commitImport', 'CommitImportInput', 'accountsCreated'), {
    input: { runId: run.id, digest: run.digest },
  });
});

afterAll(async () => {
  await app.stop();
  await simulator.close();
});

describe('an app of a connection', () => {
  test('has an address of its own, listens to nothing, and never shows its keys', async () => {
    const one = await addApp('甲', { callbackToken: 'typedToken1' });
    const other = await addApp('乙');
    expect(one).toMatchObject({
      eventSource: 'OFF',
      hasCallbackToken: true,
      hasCallbackAesKey: false,
      stream: null,
    });
    expect(one.callbackUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callbacks\/[\w-]{32}$/);
    expect(other.callbackUrl).not.toBe(one.callbackUrl);
    expect(JSON.stringify(one)).not.toContain('typedToken1');
    const cleared = await client.ask(UPDATE_APP, { input: { id: one.id, callbackToken: null } });
    expect(cleared.updateConnectionApp.connectionApp.hasCallbackToken).toBe(false);
  });

  test.each([
    [{ callbackToken: 'ab' }, 'INPUT_INVALID'],
    [{ callbackToken: 'with-dash' }, 'INPUT_INVALID'],
    [{ callbackAesKey: 'short' }, 'INPUT_INVALID'],
    [{ callbackAesKey: '!'.repeat(43) }, 'INPUT_INVALID'],
    [{ eventSource: 'CALLBACK' }, 'CALLBACK_NOT_CONFIGURED'],
    [{ eventSource: 'CALLBACK', callbackToken: 'abcdef' }, 'CALLBACK_NOT_CONFIGURED'],
  ])('%j is refused: %s', async (more, code) => {
    const refused = await client.refusal(CREATE_APP, { input: { connectionId, name: '丙', ...more } });
    expect(refused.extensions.code).toBe(code);
    expect(refused.path ?? []).not.toEqual([]);
  });

  test('gets keys that are told once, and only to who knows its version', async () => {
    const made = await addApp('丁');
    const { token, aesKey, connectionApp } = (await client.ask(MAKE_KEYS, { input: { id: made.id } }))
      .generateCallbackKeys;
    expect(token).toMatch(/^\w{32}$/);
    expect(aesKey).toMatch(/^[0-9A-Za-z]{43}$/);
    expect(connectionApp).toMatchObject({ hasCallbackToken: true, hasCallbackAesKey: true });
    const stale = await client.refusal(MAKE_KEYS, { input: { id: made.id, version: made.version } });
    expect(stale.extensions.code).toBe('VERSION_CONFLICT');
    const again = (await client.ask(MAKE_KEYS, { input: { id: made.id } })).generateCallbackKeys;
    expect(again.token).not.toBe(token);
    expect(again.aesKey).not.toBe(aesKey);
  });

  test('of a platform without events can listen to nothing', async () => {
    const { createConnection } = await client.ask(
      mutation('createConnection', 'CreateConnectionInput', 'connection { id }'),
      {
        input: {
          platform: 'scim',
          name: 'scim',
          settings: { baseUrl: 'https://scim.example/v2', token: 'x' },
        },
      },
    );
    const { platforms } = await client.ask(
      '{ platforms { name eventSources canRegisterCallback takesDomainFile } }',
    );
    expect(platforms.find(({ name }: Data) => name === 'scim')).toMatchObject({
      eventSources: [],
      canRegisterCallback: false,
      takesDomainFile: false,
    });
    expect(platforms.find(({ name }: Data) => name === 'dingtalk')).toMatchObject({
      eventSources: ['CALLBACK', 'STREAM'],
      canRegisterCallback: true,
    });
    const input = { connectionId: createConnection.connection.id, name: '戊', eventSource: 'STREAM' };
    expect((await client.refusal(CREATE_APP, { input })).extensions.code).toBe('CALLBACK_UNSUPPORTED');
    const made = await client.ask(CREATE_APP, { input: { ...input, eventSource: 'OFF' } });
    // Its connection is disabled, and says so first.
    const { id } = made.createConnectionApp.connectionApp;
    expect((await client.refusal(REGISTER, { input: { id } })).extensions.code).toBe('CONNECTION_DISABLED');
  });
});

describe('an address that is registered by a call', () => {
  let id = '';

  test('has its keys made, is proved while it is registered, and is called from then on', async () => {
    id = (await addApp('登记', keysOfApp())).id;
    const { connectionApp } = (await client.ask(REGISTER, { input: { id } })).registerCallback;
    expect(connectionApp).toMatchObject({
      eventSource: 'CALLBACK',
      hasCallbackToken: true,
      hasCallbackAesKey: true,
    });
    expect(simulator.events.target(simulator.app.clientId)?.url).toBe(connectionApp.callbackUrl);
    const { userid } = simulator.people()[3] ?? expect.fail('nobody');
    simulator.mutate.renameUser(userid, '登记之后');
    await until(async () => {
      const { accounts } = await client.ask('{ accounts(filter: { search: "登记之后" }) { totalCount } }');
      return accounts.totalCount === 1;
    });
  });

  test('is registered again without harm, with other keys, too', async () => {
    await client.ask(MAKE_KEYS, { input: { id } });
    await client.ask(REGISTER, { input: { id } });
    const { userid } = simulator.people()[4] ?? expect.fail('nobody');
    simulator.mutate.renameUser(userid, '换了钥匙');
    await until(async () => {
      const { accounts } = await client.ask('{ accounts(filter: { search: "换了钥匙" }) { totalCount } }');
      return accounts.totalCount === 1;
    });
  });

  test('is taken back', async () => {
    const { connectionApp } = (await client.ask(UNREGISTER, { input: { id } })).unregisterCallback;
    expect(connectionApp.eventSource).toBe('OFF');
    expect(simulator.events.target(simulator.app.clientId)).toBeUndefined();
    // Once more does no harm.
    expect((await client.ask(UNREGISTER, { input: { id } })).unregisterCallback.connectionApp.id).toBe(id);
  });

  test('that the platform does not accept leaves the app as it was', async () => {
    simulator.faults.add({
      api: '/call_back/register_call_back',
      times: 1,
      fault: { kind: 'error', code: 400056, message: '不允许', flat: true },
    });
    const refused = await client.refusal(REGISTER, { input: { id } });
    expect(refused.extensions.code).toMatch(/^(PLATFORM|CALLBACK)_/);
    const { connection } = await client.ask(
      `query ($id: ID!) { connection(id: $id) { apps { id eventSource } } }`,
      { id: connectionId },
    );
    expect(connection.apps.find((one: Data) => one.id === id).eventSource).toBe('OFF');
  });
});

describe('what was received', () => {
  const LIST = `query ($id: ID, $state: [EventState!], $type: [String!], $first: Int, $after: String) {
    receivedEvents(connectionId: $id, state: $state, type: $type, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id type transport state outcome reason { code } runId appId occurredAt hints { kind externalId } } } }`;
  const list = async (variables: object = {}): Promise<Data> =>
    (await client.ask(LIST, { id: connectionId, ...variables })).receivedEvents;

  test('is listed newest first, page by page, by state and by type', async () => {
    const all = await list({ first: 50 });
    expect(all.nodes.length).toBeGreaterThanOrEqual(2);
    expect(all.totalCount).toBe(all.nodes.length);
    const ids = all.nodes.map((one: Data) => one.id);
    expect(ids).toEqual([...ids].sort().reverse());
    const paged: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Data = await list({ first: 1, after });
      paged.push(...page.nodes.map((one: Data) => one.id));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(paged).toEqual(ids);
    const types = new Set(all.nodes.map((one: Data) => one.type));
    for (const type of types) {
      const some = await list({ type: [type], first: 50 });
      expect(some.nodes.every((one: Data) => one.type === type)).toBe(true);
    }
    const done = await list({ state: ['DONE'], first: 50 });
    expect(done.totalCount + (await list({ state: ['OPEN', 'HELD'], first: 50 })).totalCount).toBe(
      all.totalCount,
    );
    expect(await list({ type: ['nothing of that kind'] })).toMatchObject({ totalCount: 0, nodes: [] });
    expect(done.nodes).toContainEqual(
      expect.objectContaining({ type: 'user_modify_org', transport: 'CALLBACK', outcome: 'COMMITTED' }),
    );
  });

  test('waits in numbers at the connection, and can be read at once', async () => {
    const asked = await client.ask(
      `query ($id: ID!) { connection(id: $id) { openHints { orgUnits accounts company } } }`,
      { id: connectionId },
    );
    expect(asked.connection.openHints).toEqual({ orgUnits: 0, accounts: 0, company: false });
    const now = await client.ask(mutation('pullChangesNow', 'PullChangesInput', 'openHints'), {
      input: { connectionId },
    });
    expect(now.pullChangesNow).toEqual({ openHints: 0 });
  });
});

test('the network is told for firewalls: hosts, and what the platform says of itself', async () => {
  const { connectionNetwork } = await client.ask(
    `query ($id: ID!) { connectionNetwork(connectionId: $id) {
      hosts egressAddress apiAddresses callbackAddresses failures { code } } }`,
    { id: connectionId },
  );
  expect(connectionNetwork.hosts.length).toBeGreaterThan(0);
  expect(connectionNetwork.callbackAddresses.length).toBeGreaterThan(0);
  expect(connectionNetwork.failures).toEqual([]);
});

test('an app whose events come through a long connection shows how it stands', async () => {
  const { id } = await addApp('长连接', { ...keysOfApp(), eventSource: 'STREAM' });
  const stream = async (): Promise<Data> => {
    const { connection } = await client.ask(
      `query ($id: ID!) { connection(id: $id) { apps { id stream { state connectedAt lastEventAt lastError { code } } } } }`,
      { id: connectionId },
    );
    return connection.apps.find((one: Data) => one.id === id).stream;
  };
  await until(async () => (await stream()).state === 'CONNECTED');
  expect((await stream()).connectedAt).not.toBeNull();
  const { userid } = simulator.people()[5] ?? expect.fail('nobody');
  simulator.mutate.renameUser(userid, '流之后');
  await until(async () => {
    const { accounts } = await client.ask('{ accounts(filter: { search: "流之后" }) { totalCount } }');
    return accounts.totalCount === 1;
  });
  expect((await stream()).lastEventAt).not.toBeNull();
});
