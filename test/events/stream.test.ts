import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Streams, startStreams } from '../../jobs/streams.ts';
import type { TaskDeps } from '../../jobs/task.ts';
import type { ConnectionAppId, ConnectionId } from '../../src/domain/index.ts';
import { createConnectionApp, updateConnectionApp } from '../../src/flows/connection/connection-app.ts';
import { createConnection, updateConnection } from '../../src/flows/connection/save-connection.ts';
import { fetchFailedEvents } from '../../src/flows/events/fetch-failed-events.ts';
import { contextOf, createWorld, type ImportContext } from '../import/support.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { changeEvent, type StreamPlatform, streamPlatform } from './stream-platform.ts';

let database: TestDatabase;
let context: ImportContext;
let platform: StreamPlatform;
let connectionId: ConnectionId;
let appId: ConnectionAppId;
const keepers: Streams[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  platform = streamPlatform();
  const world = await createWorld(database);
  const platforms = new Map([['streaming', platform.platform]]);
  context = contextOf(database, world.tenantId, { platforms });
  const connection = await createConnection(context, {
    platform: 'streaming',
    name: '长连接',
    enabled: true,
  });
  connectionId = connection.id;
  const app = await createConnectionApp(context, { connectionId, name: '通讯录', eventSource: 'STREAM' });
  appId = app.id;
});

afterEach(async () => {
  await Promise.all(keepers.splice(0).map((keeper) => keeper.stop()));
  await database.look("update muster.connection_app set event_source = 'OFF'");
});

const keep = (more: { leaseMs?: number; pauseMs?: number } = {}): Streams => {
  const deps: TaskDeps = { ...context, platforms: async () => context.platforms };
  const keeper = startStreams(deps, { leaseMs: 600, lookMs: 50, ...more });
  keepers.push(keeper);
  return keeper;
};

const feed = async () =>
  (
    await database.look<{ holder: string | null; stream_state: string; last_error_code: string | null }>(
      'select holder, stream_state, last_error_code from muster.event_feed where app_id = $1',
      [appId],
    )
  )[0];

const events = () =>
  database.look<{ transport: string }>(
    'select transport from muster.received_event where connection_id = $1',
    [connectionId],
  );

const alive = () => platform.opened.filter(({ ended }) => !ended);

describe('a long connection', () => {
  test('is held by one of several processes', async () => {
    const [a, b, c] = [keep(), keep(), keep()];
    await until(async () => (await feed())?.stream_state === 'CONNECTED');
    const holder = (await feed())?.holder;
    expect([a.holder, b.holder, c.holder]).toContain(holder);
    // Several leases long nobody else takes it.
    const since = Date.now();
    await until(async () => Date.now() - since > 1_500);
    expect(platform.opened).toHaveLength(1);
    expect((await feed())?.holder).toBe(holder);
  });

  test('is taken over when its holder gives it back', async () => {
    const first = keep();
    await until(async () => platform.opened.length === 1);
    const second = keep();
    await first.stop();
    await until(async () => (await feed())?.holder === second.holder);
    await until(async () => alive().length === 1);
    expect(platform.opened).toHaveLength(2);
  });

  test('is taken over when its holder is dead', async () => {
    await database.look(
      `update muster.event_feed set holder = 'dead', lease_until = clock_timestamp() + interval '400 milliseconds'
       where app_id = $1`,
      [appId],
    );
    const keeper = keep();
    expect(platform.opened).toHaveLength(0);
    await until(async () => (await feed())?.holder === keeper.holder);
    await until(async () => alive().length === 1);
  });

  test('is left by a holder whose lease somebody else has taken', async () => {
    keep();
    await until(async () => alive().length === 1);
    await database.look(
      `update muster.event_feed set holder = 'another', lease_until = clock_timestamp() + interval '1 hour'
       where app_id = $1`,
      [appId],
    );
    await until(async () => alive().length === 0);
    expect((await feed())?.holder).toBe('another');
  });

  test('has its events stored before they are acknowledged', async () => {
    keep();
    await until(async () => alive().length === 1);
    const event = changeEvent({ kind: 'ACCOUNT', externalId: 'a' });
    await platform.opened[0]?.send(event);
    expect(await events()).toEqual([{ transport: 'STREAM' }]);
    await platform.opened[0]?.send(event);
    expect(await events()).toHaveLength(1);
  });

  test('is opened anew when the app or the connection changes, and not at all when it is disabled', async () => {
    keep();
    await until(async () => alive().length === 1);
    await updateConnectionApp(context, { id: appId, appKey: 'another key' });
    await until(async () => platform.opened.length === 2 && alive().length === 1);
    await updateConnection(context, { id: connectionId, enabled: false });
    await until(async () => alive().length === 0);
    await updateConnection(context, { id: connectionId, enabled: true });
    await until(async () => alive().length === 1);
    await updateConnectionApp(context, { id: appId, eventSource: 'OFF' });
    await until(async () => alive().length === 0);
  });

  test('that somebody has to mend says why, and is tried again', async () => {
    platform.refuse('PLATFORM_CREDENTIALS_INVALID');
    keep({ pauseMs: 300 });
    await until(async () => (await feed())?.stream_state === 'FAILED');
    expect((await feed())?.last_error_code).toBe('PLATFORM_CREDENTIALS_INVALID');
    platform.refuse(null);
    await until(async () => (await feed())?.stream_state === 'CONNECTED');
  });
});

test('the list of failed pushes is worked off portion by portion', async () => {
  const person = (externalId: string) => changeEvent({ kind: 'ACCOUNT', externalId });
  platform.failed.push([person('a'), person('b')], [person('c')], [person('d')]);
  const count = await fetchFailedEvents(context, { connectionId }, new AbortController().signal);
  expect(count).toBe(4);
  expect(await events()).toEqual(Array.from({ length: 4 }, () => ({ transport: 'FAILED_LIST' })));
  expect(await fetchFailedEvents(context, { connectionId }, new AbortController().signal)).toBe(0);
});
