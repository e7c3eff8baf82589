import { afterAll, describe, expect, it } from 'vitest';
import {
  BEFORE_RESTRICTIONS,
  type Member,
  memberOf,
  NO_LIMITS,
  startWeComSimulator,
  type WeComSimulator,
} from '../../simulators/wecom/index.ts';
import { AppError, newId, type OpenConnection, type TargetOperation } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { hastyClock } from './support/clocks.ts';
import { wecomConnection } from './support/wecom.ts';

const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 1_000 });
afterAll(() => services.http.close());
const target = createPlatforms(services).get('wecom')?.directoryTarget;
if (target === undefined) throw new TypeError('wecom has no DirectoryTarget');

const start = (options: Parameters<typeof startWeComSimulator>[0] = {}) =>
  startWeComSimulator({
    company: { seed: 3, people: 20, orgUnits: 6 },
    settings: NO_LIMITS,
    apps: [{ createdAt: BEFORE_RESTRICTIONS }],
    ...options,
  });
const { signal } = new AbortController();
const apply = (connection: OpenConnection, operation: TargetOperation, afterUnknownOutcome = false) =>
  target.apply({ ...connection, mode: 'READ_WRITE' }, operation, {
    signal,
    afterUnknownOutcome,
    urgent: false,
  });
const place = (id: number, more: object = {}) => ({ orgUnitExternalId: String(id), primary: false, ...more });
const contactsOnly = (simulator: WeComSimulator) =>
  wecomConnection(simulator, { secrets: { appSecret: '' } });
const member = (simulator: WeComSimulator, userid: string): Member => {
  const found = memberOf(simulator.corp, userid);
  if (found === undefined) throw new TypeError(`no member ${userid}`);
  return found;
};
const units = (simulator: WeComSimulator, ...names: readonly string[]) =>
  names.map((name) => simulator.mutate.addDepartment({ name, parentId: 1 })) as [number, number, number];
const creation = (values: Record<string, string> = {}): TargetOperation => ({
  kind: 'CREATE_ACCOUNT',
  accountId: newId<'Account'>(),
  externalId: 'new.person',
  values: { name: '新人', mobile: '13900000001', ...values },
  memberships: [place(1, { primary: true })],
});
const codeOf = async (applying: Promise<unknown>): Promise<string> => {
  const error = await applying.then(
    () => 'applied',
    (reason: unknown) => reason,
  );
  return error instanceof AppError ? error.code : String(error);
};

describe('contacts sync that may write and not read (48009)', () => {
  const unitNamed = (name: string): TargetOperation & { kind: 'CREATE_ORG_UNIT' } => ({
    kind: 'CREATE_ORG_UNIT',
    orgUnitId: newId<'OrgUnit'>(),
    parentExternalId: '1',
    name,
  });
  const lose = (simulator: WeComSimulator, kind: 'resetAfter' | 'resetBefore') =>
    void simulator.faults.add({ writes: true, fault: { kind } });

  it.each(['resetAfter', 'resetBefore'] as const)(
    'finds a unit again after %s by an id of ours',
    async (kind) => {
      await using simulator = await start();
      const connection = contactsOnly(simulator);
      const operation = unitNamed('新部门');
      lose(simulator, kind);
      expect(await codeOf(apply(connection, operation))).toBe('PLATFORM_UNREACHABLE');
      const result = await apply(connection, operation, true);
      expect(result.outcome).toBe(kind === 'resetAfter' ? 'ALREADY' : 'DONE');
      const made = simulator.departments().filter(({ name }) => name === '新部门');
      expect(made.map(({ id }) => String(id))).toEqual([result.externalId]);
    },
  );

  it('tells a name that is taken from an id that is, and takes another id for the latter', async () => {
    await using simulator = await start();
    const connection = contactsOnly(simulator);
    const operation = unitNamed('新部门');
    const { externalId } = await apply(connection, operation);
    // Somebody else has a department under that very id, elsewhere and by another name.
    simulator.mutate.removeDepartment(Number(externalId));
    const [elsewhere] = units(simulator, '别处');
    simulator.mutate.addDepartment({ id: Number(externalId), name: '占号', parentId: elsewhere });
    const second = await apply(connection, operation);
    expect(second.externalId).not.toBe(externalId);
    expect(await codeOf(apply(connection, unitNamed('新部门')))).toBe('PLATFORM_ORG_UNIT_NAME_TAKEN');
  });

  it.each(['resetAfter', 'resetBefore'] as const)('makes a person once after %s', async (kind) => {
    await using simulator = await start();
    const connection = contactsOnly(simulator);
    const operation = creation();
    lose(simulator, kind);
    expect(await codeOf(apply(connection, operation))).toBe('PLATFORM_UNREACHABLE');
    expect((await apply(connection, operation, true)).externalId).toBe('new.person');
    expect(simulator.people().filter(({ userid }) => userid === 'new.person').length).toBe(1);
  });

  it('updates, moves and removes without reading', async () => {
    await using simulator = await start();
    const connection = contactsOnly(simulator);
    const [a, b] = units(simulator, '甲', '乙');
    simulator.mutate.addUser({
      userid: 'p1',
      name: '一',
      places: [{ departmentId: a, order: 9, leader: true }],
    });
    await apply(connection, { kind: 'UPDATE_ACCOUNT', externalId: 'p1', values: { title: '经理' } });
    await apply(connection, {
      kind: 'MOVE_ACCOUNT',
      externalId: 'p1',
      values: {},
      memberships: [place(a, { primary: true }), place(b)],
    });
    // Of places that nobody knows anything of the platform keeps lead and position.
    expect(member(simulator, 'p1')).toMatchObject({
      position: '经理',
      memberships: [{ order: 9, leader: true }, { order: 0 }],
    });
    await apply(connection, { kind: 'MOVE_ORG_UNIT', externalId: String(b), parentExternalId: String(a) });
    expect(simulator.corp.departments.get(b)?.parentId).toBe(a);
    await apply(connection, { kind: 'DELETE_ACCOUNT', externalId: 'p1' });
    await apply(connection, { kind: 'DELETE_ORG_UNIT', externalId: String(b) });
    const reads = ['user/get', 'user/list', 'department/get', 'department/list'];
    for (const path of reads) expect(simulator.ledger.count(`/cgi-bin/${path}`)).toBe(0);
  });
});

describe('limits of WeCom', () => {
  it('keeps to both windows without being refused, whichever secret calls', async () => {
    await using simulator = await start({
      settings: { ...NO_LIMITS, corpLimits: [{ calls: 12, windowMs: 1_000 }] },
    });
    const paced = createPlatformServices({ totalTimeoutMs: 5_000 });
    const pacedTarget = createPlatforms(paced).get('wecom')?.directoryTarget;
    const connection = wecomConnection(simulator, { settings: { callsPerSecond: '12' } });
    const [somebody] = simulator.people();
    const one = (at: number) =>
      pacedTarget?.apply(
        { ...connection, mode: 'READ_WRITE' },
        { kind: 'UPDATE_ACCOUNT', externalId: somebody?.userid ?? '', values: { title: `职务${at}` } },
        { signal, afterUnknownOutcome: false, urgent: false },
      );
    await Promise.all(Array.from({ length: 40 }, (_, at) => one(at)));
    await paced.http.close();
    expect(simulator.ledger.summary().throttled).toBe(0);
    expect(simulator.ledger.count('/cgi-bin/user/update')).toBe(40);
  });

  it('drift: departments of a person, length and characters of names are settings or the newest page’s', async () => {
    await using simulator = await start();
    const of = (settings: Record<string, string>) =>
      target.capabilities(wecomConnection(simulator, { settings }));
    expect(of({})).toMatchObject({ maxMemberships: 100, orgUnitName: { maxLength: 64 }, maxDepth: 14 });
    expect(of({ maxDepartments: '20', departmentNameLength: '32' })).toMatchObject({
      maxMemberships: 20,
      orgUnitName: { maxLength: 32 },
    });
    const legal = new RegExp(`^(?:${of({}).orgUnitName.pattern?.source})$`, 'u');
    for (const name of ['研发部', 'R&D (北京)', 'a/b']) expect(name).toMatch(legal);
    for (const character of '\\:*?"<>|｜') expect(`研${character}发`).not.toMatch(legal);
    const ids = new RegExp(`^(?:${of({}).accountIds.rule.pattern?.source})$`, 'u');
    for (const id of ['zhangsan', '1', 'A.b-c_d@e']) expect(id).toMatch(ids);
    for (const id of ['_a', '.a', '张三', 'a b', '']) expect(id).not.toMatch(ids);
  });
});
