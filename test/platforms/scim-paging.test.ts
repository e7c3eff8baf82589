import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, FaultRule } from '../../simulators/scim/index.ts';
import { type ScimServer, startScimServer } from '../../simulators/scim/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { type Taken, take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { scimConnection } from './support/scim.ts';

let server: ScimServer;
const services = createPlatformServices({ clock: hastyClock() });
const source = createPlatforms(services).get('scim')?.directorySource;
beforeAll(async () => {
  server = await startScimServer({ company: { seed: 5, people: 45, orgUnits: 12 } });
});
afterAll(async () => {
  await services.http.close();
  await server.close();
});

const pull = async (settings: Readonly<Record<string, string>> = {}): Promise<Taken> => {
  if (source === undefined) throw new TypeError('no source');
  try {
    return await take(source, scimConnection(server, { settings: { pageSize: '10', ...settings } }));
  } finally {
    server.world.faults.clear();
    server.set({ paging: 'honest', maxPage: 200, userGroups: true });
  }
};

const expectTruth = (taken: Taken): void => {
  expect(taken.statement).toMatchObject({ complete: true, gaps: [] });
  expect([...taken.accounts.keys()].sort()).toEqual([...server.world.users.keys()].sort());
  expect([...taken.units.keys()].sort()).toEqual([...server.world.groups.keys()].sort());
  for (const [id, account] of taken.accounts)
    expect(account.memberships.map((one) => one.orgUnitExternalId).sort()).toEqual(
      server.world
        .groupsOf(id)
        .map((group) => group.id)
        .sort(),
    );
};

const once = (fault: Fault, rule: Omit<FaultRule, 'fault'> = {}): void =>
  server.world.faults.add({ path: '/Users', nth: 2, fault, ...rule });

describe('a list that is read by position (RFC 7644 §3.4.2.4)', () => {
  it('is complete when pages are as asked for, larger, smaller or tiny', async () => {
    expectTruth(await pull());
    server.set({ paging: 'ignoresCount' });
    expectTruth(await pull());
    for (const maxPage of [7, 3, 1]) {
      server.set({ maxPage });
      expectTruth(await pull());
    }
    server.set({ userGroups: false });
    expectTruth(await pull({ pageSize: '1000' }));
  });

  it.each<[string, () => void]>([
    ['a row that is lost once, in the middle', () => once({ kind: 'loseRow', row: 4 })],
    ['a row that is lost once, at the end', () => once({ kind: 'loseRow', row: 10 })],
    ['a row that is lost once with its count', () => once({ kind: 'loseRow', row: 4, total: true })],
    ['an empty page', () => once({ kind: 'emptyPage' })],
    ['a total that is too small on one page', () => once({ kind: 'total', total: 12 })],
    ['a total that is too large on one page', () => once({ kind: 'total', total: 99 }, { nth: 5 })],
    ['units that are lost once', () => once({ kind: 'loseRow', row: 2 }, { path: '/Groups', nth: 1 })],
  ])('mends %s', async (_, lie) => {
    lie();
    expectTruth(await pull());
  });

  it.each<[string, () => void]>([
    ['always the first page', () => server.set({ paging: 'ignoresStart' })],
    ['a row of every page', () => once({ kind: 'loseRow', row: 3 }, { nth: 1, times: null })],
    ['nothing behind the first page', () => once({ kind: 'emptyPage' }, { times: null })],
    ['an ever larger total', () => once({ kind: 'total', total: 99 }, { nth: 1, times: null })],
    [
      'a part of the people, counted short',
      () => once({ kind: 'total', total: 20 }, { nth: 1, times: null }),
    ],
    [
      'a part of the units',
      () => once({ kind: 'total', total: 5 }, { path: '/Groups', nth: 1, times: null }),
    ],
  ])('never calls it complete when it brings %s', async (_, lie) => {
    lie();
    const outcome = await pull().then(
      ({ statement, accounts, units }) => ({
        complete: statement.complete,
        everybody: accounts.size === server.world.users.size && units.size === server.world.groups.size,
        codes: statement.gaps.map(({ code }) => code),
      }),
      () => ({ complete: false, everybody: false, codes: ['stopped'] }),
    );
    expect(outcome.complete).toBe(false);
    expect(outcome.codes.length).toBeGreaterThan(0);
  });

  it('loses nobody while people come and go (each page, in turn)', async () => {
    const { world } = server;
    for (let at = 2; at <= 6; at += 1) {
      const gone = [...world.users.keys()][0] ?? '';
      const removed = world.users.get(gone);
      let seen = 0;
      const ledger = world.ledger.length;
      const watch = setInterval(() => {
        const pages = world.ledger.slice(ledger).filter(({ path }) => path === '/Users').length;
        if (pages >= at && seen === 0) {
          seen = pages;
          world.removeUser(gone);
        }
      }, 1);
      const taken = await pull();
      clearInterval(watch);
      expect(taken.statement.complete).toBe(true);
      for (const id of world.users.keys()) expect(taken.accounts.has(id)).toBe(true);
      if (removed !== undefined) world.keep('User', removed);
    }
  });

  it('puts a unit whose parent cannot be found at the top, and says so when the parent exists', async () => {
    const { world } = server;
    const child = [...world.groups.values()].find((group) => world.parentOf(group) !== null);
    const parent = child && world.parentOf(child);
    const at = [...world.groups.keys()].indexOf(parent ?? '');
    // Hidden from every list, and from its count, yet there.
    world.faults.add({ path: '/Groups', fault: { kind: 'loseRow', row: at, total: true }, times: null });
    const taken = await pull({ pageSize: '100' });
    expect(taken.statement.complete).toBe(false);
    expect(taken.units.get(child?.id ?? '')?.parentExternalId).toBeNull();
  });

  it('opens a circle of units, and says so', async () => {
    const { world } = server;
    const [root] = world.groups.values();
    const child = [...world.groups.values()].find((group) => world.parentOf(group) === root?.id);
    if (root === undefined || child === undefined) throw new TypeError('no tree');
    const parentKey = 'urn:ietf:params:scim:schemas:extension:unit:2.0:Group';
    world.keep('Group', { ...root, [parentKey]: { parent: child.id } });
    const taken = await pull();
    expect(taken.units.size).toBe(world.groups.size);
    expect(taken.statement.gaps.map(({ code }) => code)).toEqual(['ORG_UNIT_FETCH_FAILED']);
    world.keep('Group', { ...root, [parentKey]: undefined });
    expectTruth(await pull());
  });

  it('reads the tree from paths in names', async () => {
    await using flat = await startScimServer();
    for (const [id, displayName] of [
      ['3', '公司/研发/测试'],
      ['1', '公司'],
      ['2', '公司/研发'],
      ['4', '外部/甲'],
    ] as const)
      flat.world.keep('Group', { id, displayName });
    if (source === undefined) throw new TypeError('no source');
    const taken = await take(source, scimConnection(flat, { settings: { parentAttribute: 'none' } }));
    const tree = [...taken.units.values()].map((one) => [one.externalId, one.parentExternalId, one.name]);
    expect(tree.sort()).toEqual([
      ['1', null, '公司'],
      ['2', '1', '研发'],
      ['3', '2', '测试'],
      ['4', null, '外部/甲'],
    ]);
    expect(taken.statement.complete).toBe(true);
    const one = { kind: 'orgUnit', externalId: '3' } as const;
    const connection = scimConnection(flat, { settings: { parentAttribute: 'none' } });
    expect(await source.one(connection, one, new AbortController().signal)).toMatchObject({
      name: '测试',
      parentExternalId: '2',
    });
  });
});
