import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionAppId } from '../../src/domain/index.ts';
import { updateConnectionApp } from '../../src/flows/connection/connection-app.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import type { ConnectionAppRow } from '../../src/store/queries/connections.ts';
import { connectTo, createWorld } from '../import/support.ts';
import type { TestDatabase } from '../support/index.ts';
import {
  AES_KEY,
  addApp,
  type CallbackReply,
  type CallbackServer,
  openCallbackServer,
  post,
  type Sealing,
  seal,
  told,
} from './callback-support.ts';
import { type EventWorld, openEventWorld } from './support.ts';

let world: EventWorld;
let database: TestDatabase;
let server: CallbackServer;
let app: ConnectionAppRow;
let url: string;
let corpId: string;

beforeAll(async () => {
  world = await openEventWorld({ people: 5, orgUnits: 2 });
  ({ database } = world);
  server = await openCallbackServer(world.context, { bodyTimeoutMs: 300 });
  app = await addApp(world.context, world.connection.id);
  url = `${server.address}/callbacks/${app.callbackKey}`;
  corpId = world.simulator.describe().corpId;
});

/** Everything that a request might have left behind. */
const traces = async (): Promise<Record<string, number>> => {
  const [row] = await database.look<Record<string, number>>(
    `select (select count(*)::int from muster.received_event) as events,
       (select count(*)::int from muster.change_hint) as hints,
       (select count(*)::int from muster.audit_event) as audit,
       (select count(*)::int from graphile_worker._private_jobs) as jobs`,
  );
  return row ?? {};
};

const event = (fields: object = { UserId: ['a'] }, id: string = randomUUID()) =>
  told('user_modify_org', fields, { corpId, id });
const send = (message: object | string, sealing: Partial<Sealing> = {}): Promise<CallbackReply> =>
  post(url, seal(message, { corpId, ...sealing }));

/** What a refusal says, without what tells one request from another. */
const shapeOf = ({ status, text }: CallbackReply): { status: number; error: object } => {
  const { requestId: _id, ...error } = JSON.parse(text).error;
  return { status, error };
};

let refusal: ReturnType<typeof shapeOf>;
let before: Record<string, number>;
beforeEach(async () => {
  refusal = shapeOf(await post(`${server.address}/callbacks/${'0'.repeat(32)}`, { query: '', body: '' }));
  before = await traces();
});

const expectRefused = async (reply: CallbackReply): Promise<void> => {
  expect(reply.status).toBe(403);
  expect(shapeOf(reply)).toEqual(refusal);
  expect(await traces()).toEqual(before);
};

describe('a request that is not in order is refused in the same words and without effect (S9)', () => {
  test('the words name the code and nothing of the reason', () => {
    expect(refusal).toMatchObject({ status: 403, error: { code: 'CALLBACK_REFUSED', details: {} } });
  });

  test.each<[string, () => Promise<CallbackReply>]>([
    [
      'an unknown key',
      () => post(`${server.address}/callbacks/${'A'.repeat(32)}`, seal(event(), { corpId })),
    ],
    ['a malformed key', () => post(`${server.address}/callbacks/..%2f..%2fetc`, seal(event(), { corpId }))],
    [
      'a key that is far too long',
      () => post(`${server.address}/callbacks/${'A'.repeat(5_000)}`, seal(event(), { corpId })),
    ],
    [
      'a bad signature',
      () => post(url, { ...seal(event(), { corpId }), query: '?msg_signature=x&timestamp=1&nonce=2' }),
    ],
    ['another token', () => send(event(), { token: 'anotherToken' })],
    ['another AES key', () => send(event(), { aesKey: AES_KEY.replace('a', 'b') })],
    ['another company in the plain text', () => send(event(), { corpId: 'dingsomebodyelse' })],
    ['an event of another company', () => send({ ...event(), CorpId: 'dingsomebodyelse' })],
    ['a time stamp of ten minutes ago', () => send(event(), { timestamp: String(Date.now() - 600_000) })],
    ['a time stamp of the future', () => send(event(), { timestamp: String(Date.now() + 600_000) })],
    ['no query at all', () => post(url, { ...seal(event(), { corpId }), query: '' })],
    [
      'a parameter twice',
      () => {
        const request = seal(event(), { corpId });
        return post(url, { ...request, query: `${request.query}&nonce=again` });
      },
    ],
    [
      'a parameter that cannot be decoded',
      () => {
        const request = seal(event(), { corpId });
        return post(url, { ...request, query: `${request.query}&x=%E0%A4%A` });
      },
    ],
    [
      'a query that is too long',
      () => {
        const request = seal(event(), { corpId });
        return post(url, { ...request, query: `${request.query}&x=${'y'.repeat(9_000)}` });
      },
    ],
    [
      'a ciphertext that was tampered with',
      () => {
        const request = seal(event(), { corpId });
        return post(url, { ...request, body: request.body.replace(/"encrypt":"./, '"encrypt":"/') });
      },
    ],
    ['no body', () => post(url, { ...seal(event(), { corpId }), body: '' })],
    ['a body that is not JSON', () => post(url, { ...seal(event(), { corpId }), body: '<xml/>' })],
    ['a body of another shape', () => post(url, { ...seal(event(), { corpId }), body: '[]' })],
    [
      'a body with a foreign prototype',
      () => post(url, { ...seal(event(), { corpId }), body: '{"__proto__":{"encrypt":"x"}}' }),
    ],
    ['a message that is not JSON', () => send('success')],
    ['a message without an event', () => send({ CorpId: corpId })],
    [
      'a body above 256 kB',
      () => post(url, { ...seal(event(), { corpId }), body: `{"encrypt":"${'A'.repeat(300_000)}"}` }),
    ],
    [
      'a GET without an echo',
      async () => {
        const answer = await fetch(`${url}${seal(event(), { corpId }).query}`);
        return { status: answer.status, text: await answer.text() };
      },
    ],
    ...(['PUT', 'PATCH', 'DELETE'] as const).map((method): [string, () => Promise<CallbackReply>] => [
      `the method ${method}`,
      async () => {
        const request = seal(event(), { corpId });
        const answer = await fetch(`${url}${request.query}`, { method, body: request.body });
        return { status: answer.status, text: await answer.text() };
      },
    ]),
  ])('%s', async (_what, make) => {
    await expectRefused(await make());
  });

  test('a disabled connection', async () => {
    await updateConnection(world.context, { id: world.connection.id, enabled: false });
    before = await traces();
    await expectRefused(await send(event()));
    await updateConnection(world.context, { id: world.connection.id, enabled: true });
  });

  test('an app whose events come from nowhere', async () => {
    await updateConnectionApp(world.context, { id: app.id, eventSource: 'OFF' });
    before = await traces();
    await expectRefused(await send(event()));
    await updateConnectionApp(world.context, { id: app.id, eventSource: 'CALLBACK' });
  });

  test('an app of another tenant, with its keys', async () => {
    const other = await createWorld(database);
    const theirs = await connectTo(other, world.simulator, { pullRules: { events: 'COMMIT' } });
    const theirApp = await addApp(other.context, theirs.id);
    before = await traces();
    // What is sent to the one address is of no use at the other: they are told apart by their keys.
    await updateConnectionApp(other.context, {
      id: theirApp.id as ConnectionAppId,
      callbackToken: 'theirToken',
    });
    before = await traces();
    await expectRefused(
      await post(`${server.address}/callbacks/${theirApp.callbackKey}`, seal(event(), { corpId })),
    );
    const answer = await post(
      `${server.address}/callbacks/${theirApp.callbackKey}`,
      seal(event(), { corpId, token: 'theirToken' }),
    );
    expect(answer.status).toBe(200);
    const rows = await database.look<{ tenant_id: string }>(
      'select tenant_id from muster.received_event order by id desc limit 1',
    );
    expect(rows).toEqual([{ tenant_id: other.tenantId }]);
  });

  test('a body that does not arrive ends the connection', async () => {
    const { port } = new URL(server.address);
    const request = seal(event(), { corpId });
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /callbacks/${app.callbackKey}${request.query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${request.body.length}\r\n\r\n${request.body.slice(0, 20)}`,
    );
    socket.resume();
    await once(socket, 'close');
    expect(await traces()).toEqual(before);
  });
});

describe('a request that is in order', () => {
  test('is stored, answered, and counted', async () => {
    const received = server.counts.received ?? 0;
    const reply = await send(event());
    expect(reply.status).toBe(200);
    expect(await traces()).toMatchObject({ events: (before['events'] ?? 0) + 1 });
    expect(server.counts.received).toBe(received + 1);
  });

  test('may be of any content type, or of none', async () => {
    for (const headers of [{ 'content-type': 'text/xml' }, { 'content-type': 'x' }, {}]) {
      const reply = await post(url, seal(event(), { corpId }), headers as Record<string, string>);
      expect(reply.status).toBe(200);
    }
  });

  test('keeps a plus that is a plus', async () => {
    // A nonce with a plus is signed as such; read as a blank, the signature would not hold.
    expect((await send(event(), { nonce: 'a+b+c' })).status).toBe(200);
  });

  test('is known when it is delivered again, and when it is replayed in its window', async () => {
    const message = event();
    const request = seal(message, { corpId });
    expect((await post(url, request)).status).toBe(200);
    const stored = await traces();
    const duplicates = server.counts.duplicate ?? 0;
    // The very same request, and the same event sealed anew as a platform does that tries again.
    expect((await post(url, request)).status).toBe(200);
    expect((await send(message)).status).toBe(200);
    expect(await traces()).toMatchObject({ events: stored['events'], hints: stored['hints'] });
    expect(server.counts.duplicate).toBe(duplicates + 2);
  });

  test('is known for a day, and longer', async () => {
    const message = event();
    await send(message);
    await database.look(
      "update muster.received_event set received_at = received_at - interval '24 hours', state = 'DONE', outcome = 'UNCHANGED'",
    );
    const stored = await traces();
    expect((await send(message)).status).toBe(200);
    expect(await traces()).toMatchObject({ events: stored['events'], hints: stored['hints'] });
  });

  test('is kept and left alone when it is of no concern, or events are not followed', async () => {
    await send(told('bpms_instance_change', {}, { corpId }));
    await updateConnection(world.context, { id: world.connection.id, pullRules: { events: 'OFF' } });
    await send(event({ UserId: ['z'] }));
    await updateConnection(world.context, { id: world.connection.id, pullRules: { events: 'COMMIT' } });
    const rows = await database.look(
      'select state, outcome, outcome_code from muster.received_event order by id desc limit 2',
    );
    expect(rows).toEqual([
      { state: 'DONE', outcome: 'IGNORED', outcome_code: 'EVENTS_OFF' },
      { state: 'DONE', outcome: 'IGNORED', outcome_code: null },
    ]);
    expect(await database.look("select from muster.change_hint where external_id = 'z'")).toHaveLength(0);
  });

  test('is asked for again when it cannot be stored', async () => {
    await database.look('alter table muster.received_event rename to gone_for_a_while');
    const failed = server.counts.failed ?? 0;
    const message = event();
    const reply = await send(message);
    await database.look('alter table muster.gone_for_a_while rename to received_event');
    expect(reply.status).toBeGreaterThanOrEqual(500);
    expect(server.counts.failed).toBe(failed + 1);
    expect((await send(message)).status).toBe(200);
    expect(await traces()).toMatchObject({ events: (before['events'] ?? 0) + 1 });
  });

  test('many at once are all stored, and the answers come quickly', async () => {
    const messages = Array.from({ length: 200 }, (_, at) => event({ UserId: [`burst-${at % 20}`] }));
    const replies = await Promise.all(messages.map((message) => send(message)));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(await traces()).toMatchObject({
      events: (before['events'] ?? 0) + 200,
      hints: (before['hints'] ?? 0) + 20,
    });
  });
});

test('nothing secret is in what is stored or told', async () => {
  const rows = await database.look<{ line: string }>(
    `select to_jsonb(e)::text as line from muster.received_event e
     union all select to_jsonb(a)::text from muster.audit_event a
     union all select to_jsonb(f)::text from muster.event_feed f
     union all select to_jsonb(a)::text from muster.connection_app a`,
  );
  for (const { line } of rows) {
    expect(line).not.toContain(AES_KEY);
    expect(line).not.toContain('hTq7sVn2LkX4');
  }
});
