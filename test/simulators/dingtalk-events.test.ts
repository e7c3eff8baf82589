import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { decryptMessage, encryptMessage, signMessage } from '../../simulators/callback/index.ts';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';

const KEYS = { token: 'listener01', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' };

interface Listener {
  readonly url: string;
  /** Plain texts that have come, each as often as it came. */
  readonly heard: { readonly message: string; readonly owner: string; readonly query: URLSearchParams }[];
  /** How the next requests are answered; default: rightly. */
  answer: 'rightly' | 'unencrypted' | 'html' | number;
  close(): Promise<void>;
}

/** Somebody's server that speaks the crypto of the sheet, and shares no code with Muster. */
const listen = async (): Promise<Listener> => {
  const heard: Listener['heard'] = [];
  const listener: Pick<Listener, 'answer'> = { answer: 'rightly' };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const query = new URL(request.url ?? '', 'http://listener').searchParams;
    const { encrypt } = JSON.parse(Buffer.concat(chunks).toString()) as { encrypt: string };
    const { message, receiveId } = decryptMessage({ encodingAesKey: KEYS.aesKey }, encrypt);
    heard.push({ message, owner: receiveId, query });
    const { answer } = listener;
    if (typeof answer === 'number') return void response.writeHead(answer).end();
    if (answer === 'unencrypted') return void response.end('{"errcode":0}');
    if (answer === 'html') return void response.end('<html></html>');
    const sealed = encryptMessage({ encodingAesKey: KEYS.aesKey, receiveId }, 'success');
    const timeStamp = String(Date.now());
    const signature = signMessage({ token: KEYS.token, timestamp: timeStamp, nonce: 'n', encrypt: sealed });
    response.end(JSON.stringify({ msg_signature: signature, timeStamp, nonce: 'n', encrypt: sealed }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(listener, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
};

let sim: DingTalkSimulator;
let listener: Listener;
beforeEach(async () => {
  sim = await startDingTalkSimulator({ company: { seed: 2, people: 5, orgUnits: 3 } });
  listener = await listen();
});
afterEach(async () => {
  await listener.close();
  await sim.close();
});

const call = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const { clientId, clientSecret } = sim.app;
  const asked = await fetch(`${sim.url}/gettoken?appkey=${clientId}&appsecret=${clientSecret}`);
  const { access_token } = (await asked.json()) as { access_token: string };
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const answer = await fetch(
    `${sim.url}${path}?access_token=${access_token}`,
    body === undefined ? {} : init,
  );
  return (await answer.json()) as Record<string, unknown>;
};
const control = async (path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${sim.url}/__control${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
};

const address = () => ({ url: listener.url, ...KEYS });
const registration = (more: Readonly<Record<string, unknown>> = {}) => ({
  call_back_tag: ['user_add_org', 'user_modify_org', 'org_dept_create'],
  token: KEYS.token,
  aes_key: KEYS.aesKey,
  url: listener.url,
  ...more,
});
const types = (): string[] =>
  listener.heard.map(({ message }) => (JSON.parse(message) as { EventType: string }).EventType);
const hire = (): string => sim.mutate.addUser({ name: '新人' });
const outcomes = (): unknown[] =>
  sim.events.log().map(({ state, tries }) => [state, ...tries.map(({ outcome }) => outcome)]);

describe('pushes', () => {
  test('begin with a check of the address, sealed for the app', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    expect(listener.heard.map(({ message, owner }) => [message, owner])).toEqual([
      ['{"EventType":"check_url"}', sim.app.clientId],
    ]);
    const [first] = listener.heard;
    expect(first?.query.get('msg_signature')).toBe(first?.query.get('signature'));
    expect(first?.query.get('timestamp')).toMatch(/^\d{13}$/);
  });

  test('tell of every change in the console', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    const dept = sim.mutate.addDepartment({ name: '新部门', parentId: 1 });
    const person = hire();
    sim.mutate.renameDepartment(dept, '旧部门');
    sim.mutate.moveUser(person, [dept]);
    sim.mutate.removeUser(person);
    sim.mutate.removeDepartment(dept);
    await sim.events.idle();
    expect(types().slice(1).sort()).toEqual(
      [
        'org_dept_create',
        'user_add_org',
        'org_dept_modify',
        'user_modify_org',
        'user_leave_org',
        'org_dept_remove',
      ].sort(),
    );
    expect(listener.heard.filter(({ message }) => message.includes(person)).length).toBe(3);
  });

  test('tell of what the API did itself', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    const made = await call('/topapi/v2/department/create', { name: '接口部门', parent_id: 1 });
    const { dept_id } = made['result'] as { dept_id: number };
    await call('/topapi/v2/user/create', {
      userid: 'viaapi',
      name: '接口',
      mobile: '13900000001',
      dept_id_list: `${dept_id}`,
    });
    await call('/topapi/v2/user/update', { userid: 'viaapi', title: '经理' });
    await call('/topapi/v2/user/delete', { userid: 'viaapi' });
    await call('/topapi/v2/department/delete', { dept_id });
    await call('/topapi/v2/department/delete', { dept_id: 1 });
    await sim.events.idle();
    expect(types().slice(1).sort()).toEqual(
      ['org_dept_create', 'user_add_org', 'user_modify_org', 'user_leave_org', 'org_dept_remove'].sort(),
    );
  });

  test('are repeated after 10 and 30 seconds, then listed as failed 3 to 5 minutes later, until they are read', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    sim.clock.freeze();
    listener.answer = 500;
    const person = hire();
    await sim.events.idle();
    for (const [ms, tries] of [
      [9_999, 1],
      [1, 2],
      [29_999, 2],
      [1, 3],
      [3_600_000, 3],
    ] as const) {
      sim.clock.advance(ms);
      await sim.events.idle();
      expect([ms, sim.events.log()[0]?.tries.length]).toEqual([ms, tries]);
      if (tries === 3 && ms === 1) {
        expect(await call('/call_back/get_call_back_failed_result')).toMatchObject({
          errcode: 0,
          has_more: false,
          failed_list: [],
        });
        sim.clock.advance(179_999);
        expect(await call('/call_back/get_call_back_failed_result')).toMatchObject({ failed_list: [] });
      }
    }
    expect(outcomes()).toEqual([['failed', 'refused', 'refused', 'refused']]);
    expect(await call('/call_back/get_call_back_failed_result')).toMatchObject({
      has_more: false,
      failed_list: [
        { call_back_tag: 'user_add_org', user_add_org: { corpid: sim.corp.corpId, userid: [person] } },
      ],
    });
    expect(await call('/call_back/get_call_back_failed_result')).toMatchObject({ failed_list: [] });
  });

  test.each(['unencrypted', 'html', 302] as const)(
    'do not count as received when the answer is %s',
    async (answer) => {
      await sim.events.subscribe(sim.app.clientId, address());
      listener.answer = answer;
      hire();
      await sim.events.idle();
      expect(outcomes()).toEqual([['waiting', 'refused']]);
      listener.answer = 'rightly';
      sim.clock.advance(10_000);
      await sim.events.idle();
      expect(outcomes()).toEqual([['delivered', 'refused', 'accepted']]);
    },
  );

  test('can be lost, doubled, held, turned round and sent again', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    sim.events.next({ lose: true }, { copies: 3 });
    const [lost, tripled] = [hire(), hire()];
    await sim.events.idle();
    sim.events.hold();
    const held = [hire(), hire()];
    await sim.events.idle();
    expect(sim.events.log().map(({ state }) => state)).toEqual(['lost', 'delivered', 'held', 'held']);
    sim.events.release('reversed', 2);
    sim.events.redeliver(2);
    await sim.events.idle();
    const count = (id: string): number =>
      listener.heard.filter(({ message }) => message.includes(`"${id}"`)).length;
    expect([lost, tripled, ...held].map(count)).toEqual([0, 4, 2, 2]);
  });

  test('may be told before the change shows in reads', async () => {
    await sim.events.subscribe(sim.app.clientId, address());
    sim.set({ visibilityDelayMs: [5_000, 5_000] });
    const person = hire();
    await sim.events.idle();
    expect(types()).toContain('user_add_org');
    expect(await call('/topapi/v2/user/get', { userid: person })).toMatchObject({ errcode: 60121 });
  });
});

describe('the call to register', () => {
  test('checks the address while it waits, and seals for the company', async () => {
    expect(await call('/call_back/register_call_back', registration())).toEqual({ errcode: 0, errmsg: 'ok' });
    expect(listener.heard.map(({ message, owner }) => [message, owner])).toEqual([
      ['{"EventType":"check_url"}', sim.corp.corpId],
    ]);
    expect(await call('/call_back/get_call_back')).toMatchObject({
      errcode: 0,
      url: listener.url,
      token: KEYS.token,
    });
    sim.mutate.removeUser(hire());
    await sim.events.idle();
    expect(types()).toEqual(['check_url', 'user_add_org']);
  });

  test('knows one address of an app', async () => {
    expect(await call('/call_back/get_call_back')).toMatchObject({ errcode: 71007 });
    expect(await call('/call_back/update_call_back', registration())).toMatchObject({ errcode: 71007 });
    expect(await call('/call_back/delete_call_back')).toMatchObject({ errcode: 71007 });
    await call('/call_back/register_call_back', registration());
    expect(await call('/call_back/register_call_back', registration())).toMatchObject({ errcode: 71006 });
    expect(
      await call('/call_back/update_call_back', registration({ url: `${listener.url}?b=1` })),
    ).toMatchObject({ errcode: 0 });
    expect(await call('/call_back/get_call_back')).toMatchObject({ url: `${listener.url}?b=1` });
    expect(await call('/call_back/delete_call_back')).toMatchObject({ errcode: 0 });
    expect(await call('/call_back/get_call_back')).toMatchObject({ errcode: 71007 });
  });

  test.each([
    [71008, { call_back_tag: ['no_such_tag'] }],
    [71008, { call_back_tag: [] }],
    [71011, { url: 'ftp://example.com' }],
    [900004, { aes_key: 'tooshort' }],
    [40035, { token: 'abc' }],
    [71012, { url: 'http://127.0.0.1:9/hook' }],
  ])('answers %s to %j', async (errcode, more) => {
    expect(await call('/call_back/register_call_back', registration(more))).toMatchObject({ errcode });
  });

  test.each([
    [71009, 'unencrypted'],
    [71010, 'html'],
    [71012, 400],
    [71012, 302],
  ] as const)('answers %s to an address that answers %s', async (errcode, answer) => {
    listener.answer = answer;
    const refused = await call('/call_back/register_call_back', registration());
    expect(refused).toMatchObject({ errcode });
    if (typeof answer === 'number') expect(refused['errmsg']).toContain(`http statusCode is:${answer}`);
  });
});

describe('Stream', () => {
  const open = async (
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<{ status: number; body: { endpoint: string; ticket: string; code?: string } }> => {
    const { clientId, clientSecret } = sim.app;
    const subscriptions = [{ type: 'EVENT', topic: '*' }];
    const answer = await fetch(`${sim.newUrl}/v1.0/gateway/connections/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId, clientSecret, subscriptions, ...more }),
    });
    return { status: answer.status, body: (await answer.json()) as { endpoint: string; ticket: string } };
  };
  const connect = async (): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }> => {
    const { endpoint, ticket } = (await open()).body;
    const socket = new WebSocket(`${endpoint}?ticket=${ticket}`);
    const frames: Record<string, unknown>[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Record<string, unknown>));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, frames };
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('refuses wrong credentials with 401', async () => {
    expect(await open({ clientSecret: 'wrong' })).toMatchObject({
      status: 401,
      body: { code: 'authFailed' },
    });
  });

  test('sends frames as the protocol says, again when nobody answers, and gives up in the end', async () => {
    sim.set({ streamAttempts: 2 });
    const { socket, frames } = await connect();
    const person = hire();
    await until(() => frames.length === 1);
    expect(frames[0]).toMatchObject({
      specVersion: '1.0',
      type: 'EVENT',
      headers: {
        topic: '*',
        eventType: 'user_add_org',
        eventCorpId: sim.corp.corpId,
        contentType: 'application/json',
      },
    });
    expect(JSON.parse(String(frames[0]?.['data']))).toMatchObject({ userId: [person] });
    sim.clock.advance(60_000);
    await until(() => frames.length === 2);
    const ids = frames.map((frame) => frame['headers'] as { eventId: string; messageId: string });
    expect(new Set(ids.map(({ eventId }) => eventId)).size).toBe(1);
    expect(new Set(ids.map(({ messageId }) => messageId)).size).toBe(2);
    sim.clock.advance(60_000);
    await until(() => sim.events.log()[0]?.state === 'failed');
    socket.terminate();
  });

  test('ends a connection that it has called off after ten seconds of silence', async () => {
    const { socket, frames } = await connect();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    sim.events.streams.disconnect();
    await until(() => frames.length === 1);
    expect(frames[0]).toMatchObject({ type: 'SYSTEM', headers: { topic: 'disconnect' } });
    sim.clock.advance(10_000);
    await closed;
  });

  test('can be driven over HTTP', async () => {
    const { socket, frames } = await connect();
    expect((await control('/streams')).body).toEqual({ connections: 1 });
    expect((await control('/events', { type: 'user_modify_org', userIds: ['u1'] })).body).toEqual({ seq: 1 });
    await until(() => frames.length === 1);
    await control('/streams/drop', {});
    await until(() => socket.readyState === WebSocket.CLOSED);
    expect((await control('/subscriptions', { clientId: sim.app.clientId, ...address() })).status).toBe(200);
    await control('/events/next', { copies: 2 });
    await control('/events', { type: 'org_dept_modify', deptIds: [1] });
    listener.answer = 'unencrypted';
    expect((await control('/subscriptions', { clientId: sim.app.clientId, ...address() })).status).toBe(400);
    const { body } = await control('/events');
    expect(body).toMatchObject([{ transport: 'stream' }, { transport: 'http' }, { transport: 'stream' }]);
  });
});
