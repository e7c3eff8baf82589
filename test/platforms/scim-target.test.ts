import { afterAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  type ScimServer,
  type ScimSettings,
  startScimServer,
} from '../../simulators/scim/index.ts';
import { newId, type TargetOperation, type TargetResult } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { startScimTarget } from '../contract/scim-target-stand-in.ts';
import { scenesOf, TargetLab } from '../contract/target-scenes.ts';
import { hastyClock } from './support/clocks.ts';
import { scimConnection } from './support/scim.ts';

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
});
const newTarget = () => {
  const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 5_000 });
  opened.push(services.http);
  const target = createPlatforms(services).get('scim')?.directoryTarget;
  if (target === undefined) throw new TypeError('no target');
  return target;
};

/** A service with two groups and the adapter's way to it. */
const open = async (settings: Partial<ScimSettings> = {}, own: Readonly<Record<string, string>> = {}) => {
  const server = await startScimServer({ settings });
  const target = newTarget();
  const connection = scimConnection(server, { settings: own });
  for (const id of ['g1', 'g2']) server.world.keep('Group', { id, displayName: id });
  const apply = (operation: TargetOperation, afterUnknownOutcome = false): Promise<TargetResult> =>
    target.apply(connection, operation, { signal: NEVER, afterUnknownOutcome, urgent: false });
  return { server, target, connection, apply, [Symbol.asyncDispose]: () => server.close() };
};
const NEVER = new AbortController().signal;
const place = (orgUnitExternalId: string) => ({ orgUnitExternalId, primary: false });
const creation = (
  userName: string,
  more: Partial<Extract<TargetOperation, { kind: 'CREATE_ACCOUNT' }>> = {},
) =>
  ({
    kind: 'CREATE_ACCOUNT',
    accountId: newId<'Account'>(),
    externalId: null,
    values: { userName, name: '某人', email: `${newId()}@example.cn` },
    memberships: [place('g1')],
    ...more,
  }) as const satisfies TargetOperation;

const writes = (server: ScimServer) =>
  server.world.ledger.filter(({ method, path }) => method !== 'GET' && path !== '/token');
const named = (server: ScimServer, userName: string) =>
  [...server.world.users.values()].filter((user) => user['userName'] === userName);

const HOSTILE = [
  'a" or userName pr or "',
  'back\\slash\\"',
  "o'neil",
  '张三 and title pr',
  'x\u2028y',
  'ü%22)',
];

describe('look-ups', () => {
  it.each(HOSTILE)('quote %j as JSON does, and find that person alone', async (userName) => {
    await using scene = await open();
    const { server, apply } = scene;
    await apply(creation('bystander'));
    const operation = creation(userName);
    // The service does not keep our id, so that the name alone can tell.
    server.set({ ignoresExternalId: true });
    server.world.faults.add({ method: 'POST', path: '/Users', fault: { kind: 'resetAfter' } });
    await expect(apply(operation)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    const found = await apply(operation, true);
    expect(found).toMatchObject({ outcome: 'ALREADY', externalId: named(server, userName)[0]?.id });
    expect(server.world.users.size).toBe(2);
    const filters = server.world.ledger.flatMap(({ query }) => query['filter'] ?? []);
    expect(filters).toContain(`userName eq ${JSON.stringify(userName)}`);
  });

  it('take nobody who merely bears the name, and nobody else’s', async () => {
    await using scene = await open();
    const { server, apply } = scene;
    server.world.keep('User', { id: 'other', userName: 'taken', displayName: '他人' });
    await expect(apply(creation('taken'))).rejects.toMatchObject({
      code: 'PLATFORM_VALUE_TAKEN',
      details: { field: 'userName' },
    });
    await expect(apply(creation('taken'), true)).rejects.toMatchObject({ code: 'PLATFORM_VALUE_TAKEN' });
    expect(server.world.groupsOf('other')).toEqual([]);
  });

  it.each(['refused', 'ignored'] as const)('walk the list where filters are %s', async (filter) => {
    await using scene = await open({ filter, maxPage: 3 }, { pageSize: '3' });
    const { server, apply } = scene;
    for (let number = 0; number < 8; number += 1) await apply(creation(`p${number}`));
    const operation = creation('late');
    server.world.faults.add({ method: 'POST', path: '/Users', fault: { kind: 'resetAfter' } });
    await apply(operation).catch(() => undefined);
    expect(await apply(operation, true)).toMatchObject({ outcome: 'ALREADY' });
    expect(named(server, 'late')).toHaveLength(1);
  });

  it('keep a second group of one name from being made, whoever forgot the first', async () => {
    await using scene = await open({ ignoresExternalId: true });
    const { server, apply } = scene;
    const operation = {
      kind: 'CREATE_ORG_UNIT',
      orgUnitId: newId(),
      parentExternalId: 'g1',
      name: '研发',
    } as const;
    server.world.faults.add({ method: 'POST', fault: { kind: 'resetAfter' } });
    await apply(operation).catch(() => undefined);
    expect(await apply(operation, true)).toMatchObject({ outcome: 'ALREADY' });
    // The same name below another unit is another one.
    expect(await apply({ ...operation, orgUnitId: newId(), parentExternalId: 'g2' }, true)).toMatchObject({
      outcome: 'DONE',
    });
  });
});

describe('writing', () => {
  it('adds and removes single members, and never writes a list of them', async () => {
    await using scene = await open();
    const { server, apply } = scene;
    server.world.keep('User', { id: 'foreign', userName: 'foreign' });
    server.world.join('g1', 'foreign');
    const { externalId } = await apply(creation('a'));
    const move = { kind: 'MOVE_ACCOUNT', externalId: externalId ?? '', values: {} } as const;
    await apply({ ...move, memberships: [place('g2')], membershipsBefore: [place('g1')] });
    const bodies = JSON.stringify(writes(server).map(({ body }) => body));
    expect(bodies).not.toContain('foreign');
    expect(server.world.groupsOf('foreign').map(({ id }) => id)).toEqual(['g1']);
    expect(server.world.groupsOf(externalId ?? '').map(({ id }) => id)).toEqual(['g2']);
  });

  it('keeps what it does not know when a service takes whole resources alone', async () => {
    await using scene = await open({ patch: false });
    const { server, apply } = scene;
    const foreign = {
      nickName: '绰号',
      emails: [{ value: 'h@x.cn', type: 'home' }],
      [ENTERPRISE]: { costCenter: 'c' },
    };
    server.world.keep('User', { id: 'u', userName: 'u', ...foreign });
    await apply({ kind: 'UPDATE_ACCOUNT', externalId: 'u', values: { email: 'w@x.cn', jobNumber: '7' } });
    expect(server.world.users.get('u')).toMatchObject({
      nickName: '绰号',
      emails: [
        { value: 'h@x.cn', type: 'home' },
        { value: 'w@x.cn', type: 'work' },
      ],
      [ENTERPRISE]: { costCenter: 'c', employeeNumber: '7' },
    });
    expect(
      await apply({ kind: 'UPDATE_ACCOUNT', externalId: 'u', values: { jobNumber: '7' } }),
    ).toMatchObject({
      outcome: 'ALREADY',
    });
  });

  it('loses no member although many enter a group at once without PATCH and ETags', async () => {
    await using scene = await open({ patch: false });
    const { server, apply } = scene;
    const people = Array.from({ length: 12 }, (_, number) => creation(`p${number}`));
    await Promise.all(people.map((operation) => apply(operation)));
    expect(server.world.membersOf(server.world.groups.get('g1') ?? never())).toHaveLength(12);
  });

  it('reads anew when somebody else was faster (RFC 7644 §3.14), and gives up in the end', async () => {
    await using scene = await open({ patch: false, etag: true });
    const { server, apply } = scene;
    server.world.keep('User', { id: 'u', userName: 'u', title: '旧' });
    const rename = { kind: 'UPDATE_ACCOUNT', externalId: 'u', values: { title: '新' } } as const;
    server.world.faults.add({ method: 'PUT', fault: { kind: 'status', status: 412 } });
    expect(await apply(rename)).toMatchObject({ outcome: 'DONE', calls: expect.any(Number) });
    expect(writes(server).map(({ ifMatch }) => ifMatch)).toEqual([expect.any(String), expect.any(String)]);
    server.world.faults.add({ method: 'PUT', fault: { kind: 'status', status: 412 }, times: null });
    const again = { ...rename, values: { title: '又' } };
    await expect(apply(again)).rejects.toMatchObject({ code: 'PLATFORM_BUSY' });
    expect(server.world.users.get('u')?.['title']).toBe('新');
  });

  it('names the version where a service wants to be told (428)', async () => {
    await using scene = await open({ etag: true });
    const { server, apply } = scene;
    server.world.keep('User', { id: 'u', userName: 'u' });
    server.world.faults.add({ method: 'PATCH', fault: { kind: 'status', status: 428 } });
    await apply({ kind: 'UPDATE_ACCOUNT', externalId: 'u', values: { title: '新' } });
    expect(writes(server).map(({ ifMatch }) => ifMatch)).toEqual([undefined, expect.stringContaining('W/')]);
  });

  it.each([true, false])('waits as long as Retry-After says (as a date: %s)', async (asDate) => {
    await using scene = await open();
    const { server, apply } = scene;
    server.world.keep('User', { id: 'u', userName: 'u' });
    server.world.faults.add({ method: 'DELETE', fault: { kind: 'throttle', seconds: 40, asDate } });
    expect(await apply({ kind: 'DELETE_ACCOUNT', externalId: 'u' })).toMatchObject({ outcome: 'DONE' });
    expect(writes(server).map(({ status }) => status)).toEqual([429, 204]);
    // Longer than anybody should wait on the spot: the flow comes back at that time.
    server.world.faults.add({ method: 'DELETE', fault: { kind: 'throttle', seconds: 400, asDate } });
    const error = await apply({ kind: 'DELETE_ACCOUNT', externalId: 'u' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PLATFORM_THROTTLED', retryAt: expect.any(Number) });
  });

  it('tells when a service does not keep that a leaver is disabled', async () => {
    await using scene = await open({ ignoresActive: true });
    const { server, apply } = scene;
    server.world.keep('User', { id: 'u', userName: 'u', active: true });
    await expect(apply({ kind: 'DISABLE_ACCOUNT', externalId: 'u' })).rejects.toMatchObject({
      code: 'PLATFORM_FIELD_INVALID',
      details: { field: 'active', object: 'u' },
    });
  });

  it.each(['email', 'mobile', 'title', 'jobNumber', 'familyName', 'givenName', 'department', 'name'])(
    'sets, changes and empties %s, whatever was there (goal S18)',
    async (field) => {
      for (const settings of [{}, { patch: false }, { quiet: true }]) {
        await using scene = await open(settings);
        const { server, apply, target, connection } = scene;
        server.world.keep('User', { id: 'u', userName: 'u', nickName: '绰号' });
        const clearable = target
          .capabilities(connection)
          .fields.find(({ name }) => name === field)?.clearable;
        for (const value of ['一', '二', ...(clearable === true ? [null, null] : []), '三']) {
          await apply({ kind: 'UPDATE_ACCOUNT', externalId: 'u', values: { [field]: value } });
          const held = JSON.stringify(server.world.users.get('u'));
          for (const text of ['一', '二', '三']) expect(held.includes(text)).toBe(text === value);
          expect(held).toContain('绰号');
        }
      }
    },
  );

  it('renames and moves a unit that is called by its path, with everything below it, also after an interruption', async () => {
    await using scene = await open({ maxPage: 2 }, { parentAttribute: 'none' });
    const { server, apply } = scene;
    const names = () => [...server.world.groups.values()].map((group) => String(group['displayName'])).sort();
    for (const [id, displayName] of [
      ['a', '公司'],
      ['b', '公司/研发'],
      ['c', '公司/研发/测试'],
      ['d', '公司/研发部'],
      ['e', '外部'],
    ] as const)
      server.world.keep('Group', { id, displayName });
    const { externalId } = await apply({
      kind: 'CREATE_ORG_UNIT',
      orgUnitId: newId(),
      parentExternalId: 'c',
      name: '一组',
    });
    expect(server.world.groups.get(externalId ?? '')?.['displayName']).toBe('公司/研发/测试/一组');
    const rename = { kind: 'UPDATE_ORG_UNIT', externalId: 'b', name: '技术' } as const;
    server.world.faults.add({ method: 'PATCH', nth: 2, fault: { kind: 'resetBefore' } });
    await expect(apply(rename)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    expect(await apply(rename, true)).toMatchObject({ outcome: 'DONE', externalId: 'b' });
    expect(names()).toEqual(
      [
        'g1',
        'g2',
        '公司',
        '公司/技术',
        '公司/技术/测试',
        '公司/技术/测试/一组',
        '公司/研发部',
        '外部',
      ].sort(),
    );
    await apply({ kind: 'MOVE_ORG_UNIT', externalId: 'b', parentExternalId: 'e', name: '研究' });
    expect(names()).toContain('外部/研究/测试/一组');
    await apply({ kind: 'MOVE_ORG_UNIT', externalId: 'b', parentExternalId: null });
    expect(names()).toContain('研究/测试');
    expect(await apply({ kind: 'MOVE_ORG_UNIT', externalId: 'b', parentExternalId: null })).toMatchObject({
      outcome: 'ALREADY',
    });
  });

  it('says that a name must not have the separator of paths in it, before anything is saved', () => {
    const blank = { url: 'https://scim.example.com/v2', tokenUrl: '' };
    const { secrets: _, ...connection } = scimConnection(blank, { settings: { parentAttribute: 'none' } });
    const { orgUnitName, rootExternalId } = newTarget().capabilities({ ...connection, settings: {} });
    expect(rootExternalId).toBeNull();
    const legal = new RegExp(`^(?:${orgUnitName.pattern?.source})$`, 'u');
    expect(['研发', '研/发', '/'].map((name) => legal.test(name))).toEqual([true, false, false]);
  });
});

describe('a service that takes whole resources alone', () => {
  it('is written in every way of the contract', async () => {
    const standIn = await startScimTarget({ patch: false });
    opened.push(standIn);
    const lab = new TargetLab(newTarget(), standIn);
    for (const maker of scenesOf(lab.capabilities)) {
      const { operation, expects, touches } = await maker.make(lab);
      const foreign = (await lab.held()).accounts.get(touches ?? '')?.foreign;
      const result = await lab.apply(operation);
      const again = await lab.apply(operation, { afterUnknownOutcome: true });
      expect([maker.name, again.externalId]).toEqual([maker.name, result.externalId]);
      const held = await lab.held();
      const id = result.externalId ?? '';
      expects(held.orgUnits.get(id) ?? held.accounts.get(id), result);
      if (held.accounts.has(id) && foreign !== undefined)
        expect(held.accounts.get(id)?.foreign).toBe(foreign);
    }
  });
});

const never = (): never => {
  throw new TypeError('it is not there');
};
