import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError, type ChangeEvent, type ChangeHint } from '../../src/domain/index.ts';
import type { CallbackAddress, ChangeFeed, FeedApp } from '../../src/ports/change-feed.ts';
import { type CallbackEndpoint, openCallbackEndpoint } from '../platforms/support/callback-endpoint.ts';

/** What a platform's stand-in lends to the suite; written once per platform. */
export interface FeedStandIn {
  /** The app that hears of changes, with the keys that both sides know. */
  app(): FeedApp;
  /** Has the platform push to that address; rejects when the platform does not accept it. */
  subscribe(address: CallbackAddress): Promise<void>;
  unsubscribe(): void;
  /** Changes by the platform's own administrator. */
  readonly edits: {
    addOrgUnit(): string;
    renameOrgUnit(id: string): void;
    moveOrgUnit(id: string): void;
    removeOrgUnit(id: string): void;
    hire(): string;
    change(accountId: string): void;
    move(accountId: string): void;
    dismiss(accountId: string): void;
  };
  /** Something that is no change of the directory. */
  raiseForeign(): void;
  /** The next event is sent twice. */
  doubleNext(): void;
  /** Everything that is on its way has arrived, or was given up. */
  settled(): Promise<void>;
  /** Time passes until no push is repeated any more, and failed ones can be read. */
  passRepetitions(): Promise<void>;
  /** Connections of a stream that stand. */
  streams?(): number;
  close(): Promise<void>;
}

export interface FeedSetting {
  readonly feed: ChangeFeed;
  readonly standIn: FeedStandIn;
}

const objectsOf = (events: readonly ChangeEvent[]): string[] =>
  [
    ...new Set(events.flatMap(({ hints }) => hints).map(({ kind, externalId }) => `${kind} ${externalId}`)),
  ].sort();

const named = (kind: ChangeHint['kind'], id: string): string[] => [`${kind} ${id}`];

const newSignal = (): AbortSignal => new AbortController().signal;

/** All that whoever sent a request learns of its refusal. */
const REFUSED = {
  code: 'CALLBACK_REFUSED',
  message: 'The request was refused',
  details: {},
  httpStatus: 403,
};

const refusalOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof AppError)) return error;
    const { code, message, details, row } = error;
    return { code, message, details, httpStatus: row.httpStatus };
  }
};

/** Resolves when the condition holds; the test's own time-out is the limit. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Every change by the platform's administrator, and the object that it has to name. */
const EDITS: readonly (readonly [string, (edits: FeedStandIn['edits']) => readonly string[]])[] = [
  ['a unit that is added', (edits) => named('ORG_UNIT', edits.addOrgUnit())],
  ['a person who is added', (edits) => named('ACCOUNT', edits.hire())],
];

/** The same for what is done to an object that is there. */
const LATER_EDITS: readonly (readonly [
  string,
  ChangeHint['kind'],
  (edits: FeedStandIn['edits'], id: string) => void,
])[] = [
  ['a unit that is renamed', 'ORG_UNIT', (edits, id) => edits.renameOrgUnit(id)],
  ['a unit that is moved', 'ORG_UNIT', (edits, id) => edits.moveOrgUnit(id)],
  ['a unit that is removed', 'ORG_UNIT', (edits, id) => edits.removeOrgUnit(id)],
  ['a person who is changed', 'ACCOUNT', (edits, id) => edits.change(id)],
  ['a person who moves', 'ACCOUNT', (edits, id) => edits.move(id)],
  ['a person who leaves', 'ACCOUNT', (edits, id) => edits.dismiss(id)],
];

const made = (edits: FeedStandIn['edits'], kind: ChangeHint['kind']): string =>
  kind === 'ORG_UNIT' ? edits.addOrgUnit() : edits.hire();

interface Scene extends FeedSetting {
  readonly endpoint: CallbackEndpoint;
  readonly address: CallbackAddress;
}

/** What every platform with a change feed does, seen from the platform's side by a change and from ours by its hints. */
export const changeFeedContract = (
  name: string,
  offers: Pick<ChangeFeed, 'registration' | 'failedEvents' | 'stream'>,
  open: () => Promise<FeedSetting>,
): void => {
  describe(`${name}: change feed`, () => {
    let scene: Scene;
    beforeAll(async () => {
      const setting = await open();
      const endpoint = await openCallbackEndpoint(setting.feed, setting.standIn.app);
      const { token, aesKey } = setting.standIn.app();
      scene = { ...setting, endpoint, address: { url: endpoint.url, token, aesKey } };
    });
    afterAll(async () => {
      await scene.endpoint.close();
      await scene.standIn.close();
    });
    const sceneNow = (): Scene => scene;
    describe('by callback', () => byCallback(sceneNow));
    if (offers.registration !== undefined) describe('by registration', () => byRegistration(sceneNow));
    if (offers.failedEvents !== undefined) describe('by the failed list', () => byFailedList(sceneNow));
    if (offers.stream !== undefined) describe('by stream', () => byStream(sceneNow));
  });
};

const byCallback = (sceneNow: () => Scene): void => {
  beforeEach(async () => {
    const { standIn, endpoint, address } = sceneNow();
    endpoint.fail(false);
    standIn.unsubscribe();
    await standIn.subscribe(address);
    endpoint.events.length = 0;
    endpoint.requests.length = 0;
  });

  const afterwards = async (): Promise<readonly ChangeEvent[]> => {
    await sceneNow().standIn.settled();
    return sceneNow().endpoint.events.splice(0);
  };

  test('verifies an address that has the keys, without an event', async () => {
    const { standIn, endpoint, address } = sceneNow();
    standIn.unsubscribe();
    await standIn.subscribe(address);
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.events).toEqual([]);
  });

  test.each([
    ['token', (address: CallbackAddress) => ({ ...address, token: `${address.token.slice(0, -1)}x` })],
    ['AES key', (address: CallbackAddress) => ({ ...address, aesKey: address.aesKey.replace(/^./, 'x') })],
  ])('does not verify one with another %s', async (_, change) => {
    const { standIn, endpoint, address } = sceneNow();
    standIn.unsubscribe();
    await expect(standIn.subscribe(change(address))).rejects.toThrow();
    expect(endpoint.events).toEqual([]);
  });

  test.each(EDITS)('hints at %s', async (_, edit) => {
    const expected = edit(sceneNow().standIn.edits);
    const objects = objectsOf(await afterwards());
    expect(objects).toEqual(expected);
  });

  test.each(LATER_EDITS)('hints at %s', async (_, kind, edit) => {
    const { edits } = sceneNow().standIn;
    const id = made(edits, kind);
    await afterwards();
    edit(edits, id);
    expect(objectsOf(await afterwards())).toContain(`${kind} ${id}`);
  });

  test('knows an event that comes again by its key, and no two events by the same', async () => {
    const { standIn } = sceneNow();
    standIn.doubleNext();
    const first = standIn.edits.hire();
    const doubled = await afterwards();
    expect(doubled).toHaveLength(2);
    expect(objectsOf(doubled)).toEqual(named('ACCOUNT', first));
    expect(new Set(doubled.map(({ dedupeKey }) => dedupeKey)).size).toBe(1);
    standIn.edits.change(first);
    standIn.edits.hire();
    const others = await afterwards();
    const keys = [...doubled, ...others].map(({ dedupeKey }) => dedupeKey);
    expect(new Set(keys).size).toBe(1 + others.length);
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(200);
  });

  test('tells when an event happened, and its type', async () => {
    const before = Date.now() - 1000;
    sceneNow().standIn.edits.hire();
    const events = await afterwards();
    expect(events.length).toBeGreaterThan(0);
    for (const { occurredAt, type } of events) {
      expect(occurredAt?.getTime()).toBeGreaterThanOrEqual(before);
      expect(occurredAt?.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
      expect(type).not.toBe('');
    }
  });

  test('answers what is no concern of the directory, and takes no hint from it (row O2-28)', async () => {
    sceneNow().standIn.raiseForeign();
    const events = await afterwards();
    expect(events).toHaveLength(1);
    expect(events.flatMap(({ hints }) => hints)).toEqual([]);
  });

  test('refuses the same requests with other keys, each in the same words', async () => {
    const { standIn, endpoint, feed } = sceneNow();
    standIn.edits.hire();
    await afterwards();
    const app = standIn.app();
    const others = [
      { ...app, token: 'anotherToken1' },
      { ...app, aesKey: app.aesKey.replace(/^./, 'x') },
    ];
    const [request] = endpoint.requests.slice(-1);
    if (request === undefined) throw new TypeError('nothing came');
    for (const other of others)
      expect(refusalOf(() => feed.receive(other, request, new Date()))).toEqual(REFUSED);
  });
};

const byRegistration = (sceneNow: () => Scene): void => {
  const registration = (): NonNullable<ChangeFeed['registration']> => {
    const found = sceneNow().feed.registration;
    if (found === undefined) throw new TypeError('no registration');
    return found;
  };

  beforeEach(() => {
    sceneNow().endpoint.fail(false);
    sceneNow().standIn.unsubscribe();
  });

  test('registers an address, tells it, replaces it and takes it away', async () => {
    const { standIn, address, endpoint } = sceneNow();
    const app = standIn.app();
    expect(await registration().registered(app, newSignal())).toBeNull();
    await registration().register(app, address, newSignal());
    expect(await registration().registered(app, newSignal())).toMatchObject({ url: address.url });
    const other = { ...address, url: `${address.url}?other=1` };
    await registration().register(app, other, newSignal());
    expect(await registration().registered(app, newSignal())).toMatchObject({ url: other.url });
    endpoint.events.length = 0;
    const id = standIn.edits.hire();
    await standIn.settled();
    expect(objectsOf(endpoint.events)).toEqual(named('ACCOUNT', id));
    await registration().remove(app, newSignal());
    expect(await registration().registered(app, newSignal())).toBeNull();
    await registration().remove(app, newSignal());
  });

  test.each([
    ['answers with an error', 500, ''],
    ['answers with something else', 200, 'success'],
    ['answers with JSON of its own', 200, '{"errcode":0}'],
    ['sends elsewhere', 302, ''],
  ])('tells that the platform does not take an address that %s', async (_, status, body) => {
    const { standIn, address, endpoint } = sceneNow();
    endpoint.answer(status, body);
    await expect(registration().register(standIn.app(), address, newSignal())).rejects.toMatchObject({
      code: 'CALLBACK_REGISTRATION_REFUSED',
      details: { url: address.url },
    });
    expect(await registration().registered(standIn.app(), newSignal())).toBeNull();
  });
};

const byFailedList = (sceneNow: () => Scene): void => {
  test('brings pushes that have failed, once', async () => {
    const { standIn, address, endpoint, feed } = sceneNow();
    const { connection } = standIn.app();
    endpoint.fail(false);
    standIn.unsubscribe();
    await standIn.subscribe(address);
    endpoint.fail(true);
    const unit = standIn.edits.addOrgUnit();
    const person = standIn.edits.hire();
    await standIn.passRepetitions();
    const first = await feed.failedEvents?.(connection, newSignal());
    expect(objectsOf(first?.events ?? [])).toEqual([...named('ACCOUNT', person), ...named('ORG_UNIT', unit)]);
    expect(first?.more).toBe(false);
    const again = await feed.failedEvents?.(connection, newSignal());
    expect(again).toEqual({ events: [], more: false });
    endpoint.fail(false);
  });
};

const byStream = (sceneNow: () => Scene): void => {
  test('hands over events, acknowledges them, and hears again of those that were not taken', async () => {
    const { standIn, feed } = sceneNow();
    standIn.unsubscribe();
    const stop = new AbortController();
    const taken: ChangeEvent[] = [];
    const states: string[] = [];
    let refusals = 1;
    const listener = {
      async onEvent(event: ChangeEvent) {
        taken.push(event);
        if (refusals > 0) {
          refusals -= 1;
          throw new Error('not now');
        }
      },
      onState: (state: string) => void states.push(state),
    };
    const { token: _token, aesKey: _aesKey, ...app } = standIn.app();
    const streaming = feed.stream?.(app, listener, stop.signal);
    await until(() => standIn.streams?.() === 1);
    const person = standIn.edits.hire();
    await until(() => taken.length === 1);
    await standIn.passRepetitions();
    await until(() => taken.length === 2);
    const unit = standIn.edits.addOrgUnit();
    await until(() => taken.length === 3);
    await standIn.settled();
    stop.abort();
    await streaming;
    await until(() => standIn.streams?.() === 0);
    expect(taken.map((event) => objectsOf([event]))).toEqual([
      named('ACCOUNT', person),
      named('ACCOUNT', person),
      named('ORG_UNIT', unit),
    ]);
    expect(taken[0]?.dedupeKey).toBe(taken[1]?.dedupeKey);
    expect(states).toEqual(['CONNECTED']);
  });
};
