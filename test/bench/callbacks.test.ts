import { describe, expect, test } from 'vitest';
import { type CallbackTarget, eventKey, eventOf, sealEvent } from '../../bench/world/callbacks.ts';
import { PLATFORMS, STAND_INS } from '../../bench/world/stand-ins.ts';
import {
  type ChangeEvent,
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
} from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';

const BASE = 'http://127.0.0.1:9';
const TOLD = {
  corpId: 'corp-1',
  clientId: 'app-1',
  clientSecret: 'secret',
  agentId: 1_000_002,
  contactsSecret: 'secret-2',
  legacyUrl: BASE,
  newUrl: BASE,
  url: BASE,
};
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const platforms = createPlatforms(createPlatformServices());

describe.each(PLATFORMS)('callbacks of the benchmark: %s', (platform) => {
  const target: CallbackTarget = {
    platform,
    connectionId: newId(),
    path: '/callbacks/x',
    corpId: TOLD.corpId,
    token: 'hTq7sVn2LkX4',
    aesKey: 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY',
    people: ['li', 'wang', 'zhao'],
  };
  const connection: OpenConnection = {
    id: newId<'Connection'>(),
    tenantId: newId<'Tenant'>(),
    name: 'bench',
    enabled: true,
    mode: 'READ_ONLY',
    ...STAND_INS[platform].form(TOLD, 20),
    allowPrivateNetwork: true,
    pullRules: DEFAULT_PULL_RULES,
    pushRules: DEFAULT_PUSH_RULES,
    version: 1,
  };

  /** What the production's adapter makes of one delivery. */
  const received = (ordinal: number): ChangeEvent => {
    const sealed = sealEvent(eventOf(target, { ordinal, sinceMs: NOW }));
    const feed = platforms.get(platform)?.changeFeed;
    const query = Object.fromEntries(new URL(sealed.path, BASE).searchParams);
    const app = { id: newId<'ConnectionApp'>(), connectionId: connection.id, name: 'x' };
    const reception = feed?.receive(
      {
        connection,
        app: { ...app, agentId: null, homeAddress: null },
        appKey: null,
        token: target.token,
        aesKey: target.aesKey,
      },
      { method: 'POST', query, body: sealed.body },
      new Date(),
    );
    return reception?.events[0] ?? expect.fail('no event');
  };

  test('are read by its adapter, and found again by person and time', () => {
    for (const ordinal of [0, 4]) {
      const { userid, at } = eventOf(target, { ordinal, sinceMs: NOW });
      const { hints, occurredAt } = received(ordinal);
      expect(hints).toEqual([{ kind: 'ACCOUNT', externalId: userid }]);
      const key = eventKey('c', hints[0]?.externalId ?? '', occurredAt?.getTime() ?? 0);
      expect(key).toBe(eventKey('c', userid, at));
    }
  });

  test('are the same event in every delivery, and another each time that somebody changes', () => {
    const keys = [...Array(9).keys()].map((ordinal) => received(ordinal).dedupeKey);
    expect(new Set(keys).size).toBe(9);
    expect(received(4).dedupeKey).toBe(keys[4]);
  });
});
