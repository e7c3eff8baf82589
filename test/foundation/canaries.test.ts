import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { environmentOf, readiness } from '../app/gateway.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase } from '../support/index.ts';
import { Canaries, dumpOf } from './canary-hunt.ts';

/*
 * S13: secrets are planted wherever one can be typed or is made, by the shipped process at its most talkative log
 * level; then logs, answers, audit events and every row of the database are searched for them.
 */

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const database = await createTestDatabase();
const secret = new Canaries();
/** Of people: they belong into the roster, never into a log or, user names apart, the audit trail. */
const personal = new Canaries();
const names = new Canaries();
const masterKey = secret.plant('master key', newMasterKey());
const answers: string[] = [];
let simulator: DingTalkSimulator;
let child: ChildProcess;
let output = '';
let address = '';
let rootId = '';

/** Only the log: what is told to the person at the terminal is not. */
const log = (): string =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n');

beforeAll(async () => {
  simulator = await startDingTalkSimulator({ company: { seed: 13, people: 12, orgUnits: 3 } });
  simulator.set({ qpsPerApp: null });
  const environment: Record<string, string | undefined> = {
    ...environmentOf(database),
    MUSTER_MASTER_KEY: masterKey,
    LOG_LEVEL: 'trace',
  };
  for (const name of ['DATABASE_URL', 'MUSTER_DATABASE_APP_URL'] as const) {
    secret.plant(name, new URL(String(environment[name])).password);
  }
  child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  address = await until(async () => /"address":"(http[^"]+)"/.exec(output)?.[1]);
  await until(async () => (await readiness({ address })).status === 200);
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
  await simulator.close();
});

interface Asked {
  readonly token?: string;
  /** The answer delivers a secret on purpose. */
  readonly delivers?: boolean;
  readonly headers?: Record<string, string>;
}

const send = async (path: string, init: RequestInit, delivers = false): Promise<string> => {
  // A machine with much else to do makes the process refuse for a moment.
  const answer = await until(async () => {
    const one = await fetch(`${address}${path}`, init);
    return one.status === 503 ? null : one;
  });
  const text = await answer.text();
  if (!delivers) answers.push(text, JSON.stringify([...answer.headers]));
  return text;
};

// biome-ignore lint/suspicious/noExplicitAny: answers are shaped by the query that stands beside
const ask = async (query: string, input: object = {}, asked: Asked = {}): Promise<any> => {
  const headers = {
    'content-type': 'application/json',
    ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
    ...asked.headers,
  };
  const body = JSON.stringify({ query, variables: { input } });
  const answer = JSON.parse(await send('/graphql', { method: 'POST', headers, body }, asked.delivers));
  // A question that nobody understands would prove nothing.
  expect(answer.errors?.[0]?.message ?? '').not.toMatch(
    /Cannot query field|Unknown argument|is not defined by type|Syntax Error/,
  );
  return answer;
};

const TOKENS = '{ accessToken refreshToken }';
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) ${TOKENS} }`;
const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) ${TOKENS} }`;
const CONNECTION = '{ connection { id version settings secretNames pullRules { emailField } } }';
let token = '';
let connectionId = '';

const plantTokens = (name: string, tokens: { accessToken: string; refreshToken: string }) => {
  secret.plant(`${name}: access token`, tokens.accessToken);
  secret.plant(`${name}: refresh token`, tokens.refreshToken);
  return tokens;
};

test('sign-in: passwords, tokens, and what people type in the wrong place', async () => {
  const password = secret.plant('first password', /password \S+ +(\S+)/.exec(output)?.[1] ?? '');
  const signIn = (userName: string, typed: string, delivers = false) =>
    ask(SIGN_IN, { tenant: 'main', userName, password: typed }, { delivers });
  await signIn('admin', secret.plant('wrong password', 'Wr0ng-password-canary'));
  await signIn(secret.plant('password as user name', 'Typed-in-the-wr0ng-box'), 'x');
  await ask(SIGN_IN, {
    tenant: secret.plant('password as tenant', 'tenant-box-canary-77'),
    userName: 'a',
    password: 'b',
  });
  const newPassword = secret.plant('new password', 'Brand-new-canary-9');
  const changed = await ask(
    `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${TOKENS} }`,
    { tenant: 'main', userName: 'admin', oldPassword: password, newPassword },
    { delivers: true },
  );
  token = plantTokens('changed', changed.data.changePassword).accessToken;
  const first = plantTokens('first', (await signIn('admin', newPassword, true)).data.signIn);
  const second = await ask(REFRESH, { refreshToken: first.refreshToken }, { delivers: true });
  plantTokens('second', second.data.refreshSession);
  // Used twice: refused, written down, and the session ended.
  expect((await ask(REFRESH, { refreshToken: first.refreshToken })).errors).toHaveLength(1);
  await ask(REFRESH, { refreshToken: secret.plant('forged refresh token', 'forged-refresh-canary-123456') });
  await ask(
    '{ me { id } }',
    {},
    { token: secret.plant('forged access token', 'eyJhbGciOiJub25lIn0.canary.forged') },
  );
  rootId = (await ask('{ orgUnitTree { nodes { id } } }', {}, { token })).data.orgUnitTree.nodes[0].id;
});

test('requests that are refused before anybody reads them', async () => {
  const json = { 'content-type': 'application/json' };
  await send('/graphql', {
    method: 'POST',
    headers: json,
    body: `{"query":"${secret.plant('broken body', 'broken-json-canary')}`,
  });
  await send(
    `/graphql?query={me{id}}&access_token=${secret.plant('token in the address', 'query-token-canary')}`,
    {},
  );
  await send(
    `/callback/${secret.plant('code in a path', 'one-time-code-canary')}?x=1`,
    { method: 'DELETE' },
    true,
  );
  await send('/healthz', { headers: { cookie: `sid=${secret.plant('cookie', 'cookie-value-canary')}` } });
  await send('/oauth/token', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`nobody:${secret.plant('basic secret', 'basic-secret-canary')}`).toString('base64')}`,
    },
    body: `grant_type=client_credentials&x=${secret.plant('form field', 'form-field-canary')}`,
  });
});

test('machine clients', async () => {
  const created = await ask(
    'mutation ($input: CreateMachineClientInput!) { createMachineClient(input: $input) { secret machineClient { id } } }',
    { name: 'hr', scopes: ['directory:read'] },
    { token, delivers: true },
  );
  const { secret: clientSecret, machineClient } = created.data.createMachineClient;
  secret.plant('client secret', clientSecret);
  const form = `grant_type=client_credentials&client_id=${machineClient.id}&client_secret=${clientSecret}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const machine = JSON.parse(await send('/oauth/token', { method: 'POST', headers, body: form }, true));
  await ask('{ me { id } }', {}, { token: secret.plant('machine token', machine.access_token) });
  const rotated = await ask(
    'mutation ($input: MachineClientIdInput!) { rotateMachineClientSecret(input: $input) { secret } }',
    { id: machineClient.id },
    { token, delivers: true },
  );
  secret.plant('rotated secret', rotated.data.rotateMachineClientSecret.secret);
  await send('/oauth/token', { method: 'POST', headers, body: form });
});

test('people, whose data is in the roster and nowhere beside it', async () => {
  const CREATE =
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id version } } }';
  const person = {
    orgUnitId: rootId,
    userName: names.plant('user name', 'canary.zhang'),
    displayName: personal.plant('name', '欧阳金丝雀欧阳金丝雀'),
    mobile: personal.plant('mobile', '13912345678'),
    email: personal.plant('mail', 'canary@person.example'),
    jobNumber: personal.plant('job number', 'JN-CANARY-1'),
  };
  const made = (await ask(CREATE, person, { token, delivers: true })).data.createAccount.account;
  // The same once more, and broken ones: errors that quote what they refuse.
  await ask(CREATE, person, { token, delivers: true });
  await ask(
    CREATE,
    { ...person, userName: 'other', mobile: personal.plant('bad mobile', '139-not-a-mobile') },
    { token, delivers: true },
  );
  const input = { id: made.id, version: made.version, mobile: personal.plant('new mobile', '13987654321') };
  await ask(
    'mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { id } } }',
    input,
    { token },
  );
  await ask(
    `{ accounts(filter: { search: "${personal.plant('search', '13912345999')}" }) { nodes { id } } }`,
    {},
    { token },
  );
  await ask(
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { password } }',
    { accountId: made.id, newPassword: secret.plant('reset password', 'Reset-canary-Pass-5') },
    { token },
  );
});

test('connections: saved, tested, pulled, failing', async () => {
  const { clientId, clientSecret } = simulator.app;
  secret.plant('app secret of the platform', clientSecret);
  const own = await fetch(`${simulator.legacyUrl}/gettoken?appkey=${clientId}&appsecret=${clientSecret}`);
  const platform = (await own.json()) as { access_token: string };
  secret.plant('token of the platform', platform.access_token);
  const settings = {
    corpId: simulator.corp.corpId,
    clientId,
    apiBase: simulator.legacyUrl,
    newApiBase: simulator.newUrl,
  };
  const CREATE = `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) ${CONNECTION} }`;
  const fields = { platform: 'dingtalk', allowPrivateNetwork: true, enabled: true };
  const create = async (name: string, typed: string) => {
    const input = {
      ...fields,
      name,
      settings: { ...settings, clientSecret: typed },
      defaultPassword: secret.plant(`default password of ${name}`, `Def4ult-canary-${name}`),
    };
    return (await ask(CREATE, input, { token })).data.createConnection.connection.id as string;
  };
  const good = await create('good', clientSecret);
  connectionId = good;
  const bad = await create('bad', secret.plant('wrong app secret', 'wrong-app-secret-canary'));
  await ask(
    'mutation ($input: CreateConnectionAppInput!) { createConnectionApp(input: $input) { connectionApp { id secretNames } } }',
    {
      connectionId: good,
      name: 'oa',
      appKey: 'k',
      appSecret: secret.plant('secret of an app', 'oa-app-secret-canary'),
    },
    { token },
  );
  await ask(
    CREATE,
    { ...fields, name: 'weak', settings, defaultPassword: secret.plant('weak password', 'weakcanary') },
    { token },
  );
  const TEST =
    'mutation ($input: TestConnectionInput!) { testConnection(input: $input) { steps { message { en } remedy { en } } } }';
  await ask(TEST, { id: good }, { token });
  await ask(TEST, { id: bad }, { token });

  const START = 'mutation ($input: StartImportInput!) { startImport(input: $input) { importRun { id } } }';
  const RUN = (id: string) =>
    `{ importRun(id: "${id}") { phase error { code details text { en } remedy { en } } } }`;
  const pull = async (connectionId: string) => {
    const { id } = (await ask(START, { connectionId, scope: 'ALL' }, { token })).data.startImport.importRun;
    return until(async () => {
      const { phase } = (await ask(RUN(id), {}, { token })).data.importRun;
      return ['REVIEW', 'FAILED'].includes(phase) && phase;
    });
  };
  expect(await pull(bad)).toBe('FAILED');
  expect(await pull(good)).toBe('REVIEW');
  // A platform that says back what it was told.
  const message = `应用已停用 appsecret=${clientSecret} access_token=${platform.access_token}`;
  simulator.faults.add({
    api: '/topapi/v2/department/get',
    times: null,
    fault: { kind: 'error', code: 50003, message, flat: true },
  });
  expect(await pull(good)).toBe('FAILED');
  await ask(TEST, { id: good }, { token });
});

test('callbacks: keys typed in and made, events, and what is refused', async () => {
  const APP = '{ connectionApp { id callbackUrl secretNames hasCallbackToken hasCallbackAesKey } }';
  const typed = {
    token: secret.plant('callback token', 'CallbackTokenCanary20'),
    aesKey: secret.plant('callback AES key', 'CanaryAesKeyCanaryAesKeyCanaryAesKeyCanaryA'),
  };
  const made = await ask(
    `mutation ($input: CreateConnectionAppInput!) { createConnectionApp(input: $input) ${APP} }`,
    {
      connectionId,
      name: 'events',
      appKey: simulator.app.clientId,
      callbackToken: typed.token,
      callbackAesKey: typed.aesKey,
      eventSource: 'CALLBACK',
    },
    { token },
  );
  const { id, callbackUrl } = made.data.createConnectionApp.connectionApp;
  const { pathname } = new URL(callbackUrl);
  const url = `${address}${pathname}`;
  await simulator.events.subscribe(simulator.app.clientId, { url, ...typed });
  simulator.mutate.renameUser(simulator.people()[0]?.userid ?? '', '金丝雀');
  await simulator.events.idle();
  await until(async () => {
    const { data } = await ask('{ receivedEvents { nodes { id type } } }', {}, { token });
    return data.receivedEvents.nodes.length > 0;
  });
  // Whoever mistakes one box for another, and whoever tries.
  await send(`${pathname}?signature=${typed.token}&timestamp=1&nonce=${typed.aesKey}`, {
    method: 'POST',
    body: '{}',
  });
  await send(pathname, { method: 'POST', body: JSON.stringify({ encrypt: typed.aesKey }) });
  await send(`/callbacks/${secret.plant('key of an address', 'no-such-callback-canary')}`, {});
  const keys = await ask(
    `mutation ($input: GenerateCallbackKeysInput!) { generateCallbackKeys(input: $input) { token aesKey } }`,
    { id },
    { token, delivers: true },
  );
  secret.plant('callback token that was made', keys.data.generateCallbackKeys.token);
  secret.plant('callback AES key that was made', keys.data.generateCallbackKeys.aesKey);
  await ask(
    'mutation ($input: RegisterCallbackInput!) { registerCallback(input: $input) { connectionApp { id } } }',
    { id },
    { token },
  );
});

describe('nowhere', () => {
  test('signing keys are planted too, and thirty canaries at least', async () => {
    const keys = await database.look<{ kid: string; private_jwe: string }>(
      'select kid, private_jwe from muster.signing_key',
    );
    const secrets = createSecrets(parseMasterKeys(masterKey));
    for (const { kid, private_jwe: sealed } of keys) {
      const place = { tenantId: null, table: 'signing_key', rowId: kid, column: 'private_jwe' };
      secret.plant(`signing key ${kid}`, (JSON.parse(await secrets.open(sealed, place)) as { d: string }).d);
    }
    expect(secret.count).toBeGreaterThanOrEqual(30);
  });

  test('in the log', () => {
    // The hunt itself works, and there is something to hunt in.
    expect(log().includes('"answered"')).toBe(true);
    expect(secret.foundIn(`x${masterKey}x`)).toEqual(['master key']);
    expect(secret.foundIn(log())).toEqual([]);
    expect([...personal.foundIn(log()), ...names.foundIn(log())]).toEqual([]);
  });

  test('in an answer that is not meant to deliver it', () => {
    expect(answers.length).toBeGreaterThan(40);
    expect(secret.foundIn(answers.join('\n'))).toEqual([]);
  });

  test('in a dump of the database', async () => {
    const dump = await dumpOf(database);
    expect(dump.includes('13987654321')).toBe(true);
    expect(secret.foundIn(dump)).toEqual([]);
  });

  test('in the audit trail, people’s data neither', async () => {
    const rows = await database.look<{ row: string }>('select e::text as row from muster.audit_event e');
    const trail = rows.map(({ row }) => row).join('\n');
    expect(trail.includes('account.create')).toBe(true);
    expect(personal.foundIn(trail)).toEqual([]);
  });
});
