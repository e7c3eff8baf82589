import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { newId } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { ChangeFeed, FeedApp } from '../../src/ports/change-feed.ts';
import type { PlatformNetwork } from '../../src/ports/platform-network.ts';
import { type CallbackEndpoint, openCallbackEndpoint } from './support/callback-endpoint.ts';
import { connectionTo } from './support/dingtalk.ts';
import { DINGTALK, NOW, sealedPost } from './support/sealed-requests.ts';

const services = createPlatformServices();
const platform = createPlatforms(services).get('dingtalk');
const feed = platform?.changeFeed as ChangeFeed;
const network = platform?.network as PlatformNetwork;
afterAll(() => services.http.close());

const signal = new AbortController().signal;

/** Hints of an event with that plain text. */
const hintsOf = (message: unknown): readonly unknown[] => {
  const request = sealedPost(DINGTALK, { message: JSON.stringify(message) });
  return feed.receive(DINGTALK.app, request, NOW).events.flatMap(({ hints }) => hints);
};
const account = (externalId: string) => ({ kind: 'ACCOUNT', externalId });
const unit = (externalId: string) => ({ kind: 'ORG_UNIT', externalId });
const COMPANY = { kind: 'COMPANY', externalId: '' };

describe('an event of DingTalk', () => {
  const CorpId = 'dingcorp0001';

  test('names its objects in the old spelling and in the new one (row O2-28)', () => {
    expect(
      hintsOf({ EventType: 'user_add_org', TimeStamp: '1547556867286', CorpId, UserId: ['010001'] }),
    ).toEqual([account('010001')]);
    expect(
      hintsOf({ EventType: 'org_dept_create', TimeStamp: '1547556867286', CorpId, DeptId: [97_393_188] }),
    ).toEqual([unit('97393188')]);
    expect(hintsOf({ eventType: 'user_leave_org', corpId: CorpId, eventId: 'e', userId: ['u1'] })).toEqual([
      account('u1'),
    ]);
  });

  test('may name several objects, one of them twice', () => {
    expect(hintsOf({ EventType: 'user_modify_org', CorpId, userId: ['u1', 'u2', 'u1'] })).toEqual([
      account('u1'),
      account('u2'),
    ]);
    expect(hintsOf({ EventType: 'org_dept_remove', CorpId, deptId: [1, '2'] })).toEqual([
      unit('1'),
      unit('2'),
    ]);
  });

  test('keeps a number that is no safe integer as it is', () => {
    const message = `{"EventType":"org_dept_modify","CorpId":"${CorpId}","DeptId":[176275808490200512]}`;
    const { events } = feed.receive(DINGTALK.app, sealedPost(DINGTALK, { message }), NOW);
    expect(events[0]?.hints).toEqual([unit('176275808490200512')]);
  });

  test.each(['user_active_org', 'org_admin_add', 'org_admin_remove'])('%s is about people', (EventType) => {
    expect(hintsOf({ EventType, CorpId, userId: ['u1'] })).toEqual([account('u1')]);
  });

  test('passes over departments of home-school contacts, which are not read', () => {
    expect(hintsOf({ EventType: 'org_dept_modify', CorpId, deptId: [-7, -1] })).toEqual([]);
    expect(hintsOf({ EventType: 'org_dept_modify', CorpId, deptId: [-7, 12] })).toEqual([unit('12')]);
  });

  test.each([
    ['the company itself changes', { EventType: 'org_change', CorpId }],
    ['the company is dissolved', { EventType: 'org_remove', CorpId }],
    ['its contents were left out', { EventType: 'user_add_org', CorpId }],
    ['its list is empty', { EventType: 'org_dept_create', CorpId, deptId: [] }],
    ['its ids are none', { EventType: 'user_add_org', CorpId, userId: [null, {}, ''] }],
  ])('is about everything when %s', (_, message) => {
    expect(hintsOf(message)).toEqual([COMPANY]);
  });

  test.each(['label_user_change', 'label_conf_add', 'calendar_event_change', 'constructor', 'toString'])(
    '%s is answered and otherwise ignored',
    (EventType) => {
      expect(hintsOf({ EventType, CorpId, userIdList: ['u1'], userId: ['u1'] })).toEqual([]);
    },
  );

  test('is known by the id that the platform gave it, whatever else differs', () => {
    const keyOf = (message: unknown) =>
      feed.receive(DINGTALK.app, sealedPost(DINGTALK, { message: JSON.stringify(message) }), NOW).events[0]
        ?.dedupeKey;
    const event = { EventType: 'user_add_org', CorpId, eventId: 'one', userId: ['u1'] };
    expect(keyOf({ ...event, timeStamp: '1' })).toBe(keyOf({ ...event, timeStamp: '2' }));
    expect(keyOf(event)).not.toBe(keyOf({ ...event, eventId: 'two' }));
    const classic = { EventType: 'user_add_org', TimeStamp: '1547556867286', CorpId, UserId: ['u1'] };
    expect(keyOf(classic)).toBe(keyOf(classic));
    expect(keyOf(classic)).not.toBe(keyOf({ ...classic, TimeStamp: '1547556867287' }));
  });

  test('may be sealed for the app or for the company', () => {
    for (const owner of ['dingclient0001', 'dingcorp0001'])
      expect(feed.receive(DINGTALK.app, sealedPost(DINGTALK, { owner }), NOW).events).toHaveLength(1);
  });

  test('is sealed for the app of that name where the app has a key of its own', () => {
    const app = { ...DINGTALK.app, appKey: 'dingclient0002' };
    const receive = (owner: string) => feed.receive(app, sealedPost(DINGTALK, { owner }), NOW).events.length;
    expect(receive('dingclient0002')).toBe(1);
    expect(() => receive('dingclient0001')).toThrow();
  });
});

describe('DingTalk', () => {
  let simulator: DingTalkSimulator;
  let endpoint: CallbackEndpoint;
  let app: FeedApp;

  beforeAll(async () => {
    simulator = await startDingTalkSimulator({ company: { seed: 5, people: 10, orgUnits: 3 } });
    const connection = connectionTo(simulator);
    app = {
      connection,
      app: {
        id: newId<'ConnectionApp'>(),
        connectionId: connection.id,
        name: '门户',
        agentId: '1',
        homeAddress: null,
      },
      appKey: null,
      token: 'registered01',
      aesKey: DINGTALK.app.aesKey,
    };
    endpoint = await openCallbackEndpoint(feed, () => app);
  });
  afterAll(async () => {
    await endpoint.close();
    await simulator.close();
  });
  const addressOf = ({ token, aesKey }: FeedApp) => ({ url: endpoint.url, token, aesKey });
  beforeEach(() => {
    endpoint.events.length = 0;
  });
  afterEach(() => {
    endpoint.fail(false);
    simulator.events.unsubscribe(simulator.app.clientId);
    simulator.set({ eventForm: 'current', failedListPage: 200, signatureNames: 'both' });
    simulator.changeApp(simulator.app.clientId, { ipList: [] });
  });

  test.each(['classic', 'current'] as const)('pushes in the %s form', async (eventForm) => {
    simulator.set({ eventForm });
    await feed.registration?.register(app, addressOf(app), signal);
    const id = simulator.mutate.addUser({ name: '新人', mobile: `138000000${eventForm.length}1` });
    await simulator.events.idle();
    expect(endpoint.events.map(({ type, hints }) => [type, hints])).toEqual([
      ['user_add_org', [account(id)]],
    ]);
  });

  test.each(['msg_signature', 'signature'] as const)('may name its signature %s', async (signatureNames) => {
    simulator.set({ signatureNames });
    await feed.registration?.register(app, addressOf(app), signal);
    expect(await feed.registration?.registered(app, signal)).toMatchObject({ url: endpoint.url });
  });

  test('registers for another app of the company with its own credentials', async () => {
    const other = simulator.addApp({ clientId: 'dingother01', clientSecret: 'OtherSecret01' });
    const own = { ...app, appKey: other.clientId, appSecret: other.clientSecret };
    app = own;
    await feed.registration?.register(own, addressOf(own), signal);
    expect(simulator.events.target(other.clientId)?.url).toBe(endpoint.url);
    expect(simulator.events.target(simulator.app.clientId)).toBeUndefined();
    await feed.registration?.remove(own, signal);
    await expect(
      feed.registration?.register({ ...own, appSecret: null }, addressOf(own), signal),
    ).rejects.toMatchObject({
      code: 'CALLBACK_NOT_CONFIGURED',
      details: { name: '门户', field: 'appSecret' },
    });
    app = { ...own, appKey: null };
  });

  test('gives its failed pushes in portions, each of them once', async () => {
    simulator.set({ failedListPage: 2 });
    await feed.registration?.register(app, addressOf(app), signal);
    endpoint.fail(true);
    const ids = ['138111100001', '138111100002', '138111100003'].map((mobile) =>
      simulator.mutate.addUser({ name: '新人', mobile: mobile.slice(1) }),
    );
    for (const ms of [10_000, 30_000, 300_000]) {
      await simulator.events.idle();
      simulator.clock.advance(ms);
    }
    await simulator.events.idle();
    const portions = [];
    for (let more = true; more; ) {
      const portion = await feed.failedEvents?.(app.connection, signal);
      if (portion === undefined) throw new TypeError('no failed list');
      portions.push(portion.events);
      more = portion.more;
    }
    expect(portions.map((events) => events.length)).toEqual([2, 1]);
    expect(portions.flat().flatMap(({ hints }) => hints)).toEqual(ids.map(account));
    expect(portions.flat().map(({ type }) => type)).toEqual(['user_add_org', 'user_add_org', 'user_add_org']);
    expect(portions.flat().every(({ occurredAt }) => occurredAt !== null)).toBe(true);
  });

  test('tells which hosts have to be reached, and where callbacks come from (rows W-DD-02, 11)', async () => {
    const settings = { apiBase: 'https://oapi.dingtalk.com', newApiBase: 'https://api.dingtalk.com' };
    expect(network.hosts(connectionTo(simulator, { settings }))).toEqual([
      'oapi.dingtalk.com',
      'api.dingtalk.com',
      'wss-open-connection.dingtalk.com',
      'wss-open-connection-union.dingtalk.com',
    ]);
    expect(network.hosts(connectionTo(simulator))).toEqual(['127.0.0.1']);
    expect(await network.callbackAddresses?.(app.connection, signal)).toContain('203.119.0.0/16');
  });

  test('tells our address where it refuses it, and not where it lets us in', async () => {
    expect(await network.egressAddress?.(app.connection, signal)).toBeNull();
    simulator.changeApp(simulator.app.clientId, { ipList: ['198.51.100.1'] });
    expect(await network.egressAddress?.(app.connection, signal)).toBe('127.0.0.1');
  });
});
