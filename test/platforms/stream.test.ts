import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { type ChangeEvent, newId } from '../../src/domain/index.ts';
import { systemClock } from '../../src/platforms/kit/clock.ts';
import { createPlatformServices, type PlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { FeedApp } from '../../src/ports/change-feed.ts';
import { connectionTo } from './support/dingtalk.ts';

/** Resolves when the condition holds; the test's own time-out is the limit. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

interface Stream {
  readonly events: ChangeEvent[];
  readonly states: string[];
  /** Settles when the stream does. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

let simulator: DingTalkSimulator;
let services: PlatformServices;
let pauses: number[];
const streams: Stream[] = [];

beforeEach(async () => {
  simulator = await startDingTalkSimulator({ company: { seed: 5, people: 10, orgUnits: 3 } });
  pauses = [];
  // Real time, but pauses are over at once and noted.
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    pauses.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  services = createPlatformServices({ clock: { ...systemClock, sleep }, random: () => 0.5, idleMs: 50 });
});
afterEach(async () => {
  await Promise.all(streams.splice(0).map((stream) => stream.stop()));
  await services.http.close();
  await simulator.close();
});

const appOf = (
  settings: Record<string, string> = {},
  secrets: Record<string, string> = {},
): Omit<FeedApp, 'token' | 'aesKey'> => {
  const connection = connectionTo(simulator, { settings, secrets });
  return {
    connection,
    app: {
      id: newId<'ConnectionApp'>(),
      connectionId: connection.id,
      name: 'events',
      agentId: null,
      homeAddress: null,
    },
    appKey: null,
  };
};

const open = (
  app = appOf(),
  onEvent: (event: ChangeEvent) => Promise<void> = async () => undefined,
  signal?: AbortSignal,
): Stream => {
  const feed = createPlatforms(services).get('dingtalk')?.changeFeed;
  if (feed?.stream === undefined) throw new TypeError('no stream');
  const stop = new AbortController();
  const events: ChangeEvent[] = [];
  const states: string[] = [];
  const listener = {
    onEvent: (event: ChangeEvent) => {
      events.push(event);
      return onEvent(event);
    },
    onState: (state: string, detail: string) => void states.push(`${state} ${detail}`),
  };
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const ended = feed.stream(app, listener, both);
  const stream = {
    events,
    states,
    ended,
    async stop() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
  streams.push(stream);
  return stream;
};

const standing = (): number => simulator.events.streams.connections();
const hire = (): string => simulator.mutate.addUser({ name: '新人' });
const peopleIn = (stream: Stream): string[] =>
  stream.events.flatMap(({ hints }) => hints.map(({ externalId }) => externalId));

describe('a stream', () => {
  test('answers pings with the very text that it was sent', async () => {
    open();
    await until(() => standing() === 1);
    const [opaque] = await simulator.events.streams.ping();
    expect(opaque).toMatch(/^\{"opaque":"[0-9a-f-]{36}"\}$/);
    expect(simulator.events.streams.answers.at(-1)).toMatchObject({ code: 200, message: 'OK' });
  });

  test('comes back after a connection that broke, and hears what happened meanwhile', async () => {
    const stream = open();
    await until(() => standing() === 1);
    simulator.events.streams.drop();
    await until(() => standing() === 0 || stream.states.length > 1);
    const id = hire();
    simulator.clock.advance(60_000);
    await until(() => standing() === 1);
    simulator.clock.advance(60_000);
    await until(() => peopleIn(stream).includes(id));
    expect(stream.states.map((state) => state.split(' ')[0])).toEqual(['CONNECTED', 'WAITING', 'CONNECTED']);
    expect(pauses).toEqual([1500]);
  });

  test('moves to another connection when one is called off, and loses nothing', async () => {
    const stream = open();
    await until(() => standing() === 1);
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      ids.push(hire());
      await simulator.events.streams.ping();
      simulator.events.streams.disconnect('connection is expired');
      await until(() => standing() === 1);
    }
    await until(() => new Set(peopleIn(stream)).size === ids.length);
    expect([...new Set(peopleIn(stream))].sort()).toEqual(ids.sort());
    expect(stream.states.every((state) => state.startsWith('CONNECTED'))).toBe(true);
    expect(pauses).toEqual([]);
  });

  test('finishes what it has begun over a connection that was called off', async () => {
    const gate = Promise.withResolvers<void>();
    const stream = open(appOf(), () => gate.promise);
    await until(() => standing() === 1);
    hire();
    await until(() => stream.events.length === 1);
    simulator.events.streams.disconnect();
    await until(() => standing() === 1);
    gate.resolve();
    await simulator.events.idle();
    expect(simulator.events.log().map(({ state, tries }) => [state, tries.length])).toEqual([
      ['delivered', 1],
    ]);
  });

  test('does not call back at once, but ever later, where it is sent away each time', async () => {
    const stop = new AbortController();
    const stream = open(appOf(), undefined, stop.signal);
    while (pauses.length < 8) {
      await until(() => standing() > 0 || pauses.length >= 8);
      simulator.events.streams.disconnect();
    }
    stop.abort();
    await stream.ended;
    expect(pauses.slice(0, 8)).toEqual([1500, 2500, 4500, 8500, 16_500, 32_500, 60_000, 60_000]);
  });

  test('waits and tries again while the platform is in trouble', async () => {
    simulator.faults.add({
      api: '/v1.0/gateway/connections/open',
      times: 12,
      fault: { kind: 'http', status: 503 },
    });
    const stream = open();
    await until(() => standing() === 1);
    expect(stream.states.at(-1)).toMatch(/^CONNECTED 127\.0\.0\.1:\d+$/);
    expect(stream.states.filter((state) => state.startsWith('WAITING')).length).toBeGreaterThan(0);
  });

  test.each([['credentials are refused', { clientSecret: 'wrong' }, 'PLATFORM_CREDENTIALS_INVALID']])(
    'ends when %s: people have to mend that',
    async (_, secrets, code) => {
      const stream = open(appOf({}, secrets));
      await expect(stream.ended).rejects.toMatchObject({ code });
      expect(stream.states).toEqual([]);
      expect(pauses).toEqual([]);
    },
  );

  test('asks for no token, and for a ticket for each connection', async () => {
    open();
    open();
    await until(() => standing() === 2);
    const apis = simulator.ledger.entries().map(({ api }) => api);
    expect(apis).toEqual(['/v1.0/gateway/connections/open', '/v1.0/gateway/connections/open']);
  });

  test('shares the load with other connections of the app: each event is heard once', async () => {
    const both = [open(), open()];
    await until(() => standing() === 2);
    const ids = Array.from({ length: 40 }, hire);
    await simulator.events.idle();
    expect(both.flatMap(peopleIn).sort()).toEqual(ids.sort());
    expect(both.every((stream) => stream.events.length > 0)).toBe(true);
  });

  test('acknowledges an event only when it was taken, and asks for it again when it was not', async () => {
    let refusals = 3;
    const stream = open(appOf(), async () => {
      refusals -= 1;
      if (refusals >= 0) throw new Error('the database is away');
    });
    await until(() => standing() === 1);
    const id = hire();
    for (let tries = 1; tries <= 3; tries += 1) {
      await simulator.events.idle();
      expect(simulator.events.log()[0]?.tries.map(({ outcome }) => outcome)).toEqual(
        Array(tries).fill('later'),
      );
      simulator.clock.advance(60_000);
    }
    await simulator.events.idle();
    expect(simulator.events.log()[0]).toMatchObject({ state: 'delivered' });
    expect(peopleIn(stream)).toEqual([id, id, id, id]);
    expect(new Set(stream.events.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
  });

  test('says that anything may have changed when events come without contents (20001)', async () => {
    simulator.set({ eventQuotaUsedUp: true });
    const stream = open();
    await until(() => standing() === 1);
    hire();
    await simulator.events.idle();
    expect(stream.events.map(({ type, hints }) => [type, hints])).toEqual([
      ['unknown', [{ kind: 'COMPANY', externalId: '' }]],
    ]);
  });

  test('hands over at most eight events at once, and all in the end', async () => {
    let atOnce = 0;
    let most = 0;
    const stream = open(appOf(), async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
    });
    await until(() => standing() === 1);
    const ids = Array.from({ length: 100 }, hire);
    await simulator.events.idle();
    expect(peopleIn(stream).sort()).toEqual(ids.sort());
    expect(most).toBeLessThanOrEqual(8);
  });

  test('ends when it is told to, after what it has begun', async () => {
    const gate = Promise.withResolvers<void>();
    const stop = new AbortController();
    const stream = open(appOf(), () => gate.promise, stop.signal);
    await until(() => standing() === 1);
    hire();
    await until(() => stream.events.length === 1);
    stop.abort();
    gate.resolve();
    await stream.ended;
    await until(() => standing() === 0);
    expect(simulator.events.log()[0]).toMatchObject({ state: 'delivered' });
  });

  test('connects to no address that the guard forbids', async () => {
    const app = appOf();
    const connection = { ...app.connection, allowPrivateNetwork: false };
    await expect(open({ ...app, connection }).ended).rejects.toMatchObject({
      code: 'PLATFORM_ADDRESS_FORBIDDEN',
    });
  });
});

describe('a socket', () => {
  let mute: Server | undefined;
  afterEach(async () => {
    await new Promise<void>((resolve) => (mute === undefined ? resolve() : mute.close(() => resolve())));
    mute = undefined;
  });
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const signal = new AbortController().signal;

  test('is given up when the other side is silent and does not answer', async () => {
    open();
    await until(() => standing() === 1);
    const { address, query } = await ticketOf();
    // A line through which nothing comes any more, although nobody has closed it.
    const front = await frontOf(new URL(address).port);
    mute = front.server;
    const socket = await services.sockets.open(
      { address: `ws://127.0.0.1:${portOf(front.server)}/connect`, query, allowPrivateNetwork: true },
      () => undefined,
      signal,
    );
    front.silence();
    expect(await socket.closed).toMatch(/^1006/);
  });

  test('stands through silence as long as the other side answers', async () => {
    const stream = open();
    await until(() => standing() === 1);
    await until(() => simulator.events.streams.heartbeats() >= 4);
    expect(stream.states).toHaveLength(1);
    expect(standing()).toBe(1);
  });

  test.each([
    ['a private address', 'wss://10.0.0.1/connect', false],
    ['plain text over the open net', 'ws://example.com/connect', false],
    ['another protocol', 'ftp://example.com/connect', true],
    ['the address of a cloud\u2019s own service', 'ws://169.254.169.254/connect', true],
    ['a query of its own', 'wss://example.com/connect?ticket=1', false],
  ])('is not opened to %s', async (_, address, allowPrivateNetwork) => {
    const request = { address, query: {}, allowPrivateNetwork };
    await expect(services.sockets.open(request, () => undefined, signal)).rejects.toMatchObject({
      code: 'PLATFORM_ADDRESS_FORBIDDEN',
    });
  });

  test('is not opened where nobody listens, or nobody speaks its protocol', async () => {
    const request = (address: string) => ({ address, query: {}, allowPrivateNetwork: true });
    const refusing = services.sockets.open(request('ws://127.0.0.1:1999/connect'), () => undefined, signal);
    await expect(refusing).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    const { host } = new URL(simulator.url);
    const stranger = services.sockets.open(request(`ws://${host}/connect`), () => undefined, signal);
    await expect(stranger).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
  });

  const ticketOf = async () => {
    const ticket = simulator.events.streams.ticket(simulator.app.clientId);
    const address = `${simulator.newUrl.replace(/^http/, 'ws')}/connect`;
    return { address, query: { ticket } };
  };

  test('takes a ticket once, and only for 90 seconds', async () => {
    const { address, query } = await ticketOf();
    const request = { address, query, allowPrivateNetwork: true };
    const first = await services.sockets.open(request, () => undefined, signal);
    await expect(services.sockets.open(request, () => undefined, signal)).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    });
    const late = { ...request, query: (await ticketOf()).query };
    simulator.clock.advance(90_001);
    await expect(services.sockets.open(late, () => undefined, signal)).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    });
    first.close();
    expect(await first.closed).toMatch(/^1005|^1000/);
  });
});

/** A way to the simulator that can be cut without either side noticing. */
const frontOf = async (port: string): Promise<{ server: Server; silence(): void }> => {
  const { connect } = await import('node:net');
  let silent = false;
  const server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    near.on('data', (data) => silent || far.write(data));
    far.on('data', (data) => silent || near.write(data));
    near.on('close', () => far.destroy());
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    silence() {
      silent = true;
    },
  };
};
