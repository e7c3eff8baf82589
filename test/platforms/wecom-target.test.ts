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

describe('people at WeCom', () => {
  it.each([
    ['no', 0],
    ['yes', 1],
  ])('W-WX-21: the platform’s invitation goes out as the switch says: %s', async (invite, sent) => {
    await using simulator = await start();
    await apply(wecomConnection(simulator, { settings: { invite } }), creation());
    expect(simulator.invitations.length).toBe(sent);
  });

  it('are made under Muster’s own id where none was chosen, once', async () => {
    await using simulator = await start();
    const connection = wecomConnection(simulator);
    const operation = { ...creation(), externalId: null } as TargetOperation & { accountId: string };
    expect((await apply(connection, operation)).externalId).toBe(operation.accountId);
    expect(await apply(connection, operation, true)).toMatchObject({ outcome: 'ALREADY' });
    expect(simulator.people().length).toBe(21);
  });

  it('userids are the same whatever their case; somebody else’s is refused, also after an unknown outcome', async () => {
    await using simulator = await start();
    simulator.mutate.addUser({ userid: 'New.Person', name: '他人', mobile: '13900000009' });
    const connection = wecomConnection(simulator);
    expect(await codeOf(apply(connection, creation()))).toBe('PLATFORM_ACCOUNT_ID_TAKEN');
    expect(await codeOf(apply(connection, creation(), true))).toBe('PLATFORM_ACCOUNT_ID_TAKEN');
    expect(member(simulator, 'new.person').name).toBe('他人');
  });

  it('W-WX-24: are disabled, enabled, and removed with one call each', async () => {
    await using simulator = await start();
    const connection = wecomConnection(simulator);
    await apply(connection, creation());
    const externalId = 'new.person';
    await apply(connection, { kind: 'DISABLE_ACCOUNT', externalId });
    expect(member(simulator, externalId).disabled).toBe(true);
    await apply(connection, { kind: 'ENABLE_ACCOUNT', externalId });
    expect(member(simulator, externalId).disabled).toBe(false);
    expect(await apply(connection, { kind: 'DELETE_ACCOUNT', externalId })).toMatchObject({ calls: 1 });
    expect(memberOf(simulator.corp, externalId)).toBeUndefined();
  });

  it('keep lead and place in units they stay in, and get the main department that was meant', async () => {
    await using simulator = await start();
    const [a, b, c] = units(simulator, '甲', '乙', '丙');
    simulator.mutate.addUser({
      userid: 'mover',
      name: '搬',
      places: [
        { departmentId: a, order: 5 },
        { departmentId: b, order: 7, leader: true },
      ],
    });
    const result = await apply(wecomConnection(simulator), {
      kind: 'MOVE_ACCOUNT',
      externalId: 'mover',
      values: {},
      memberships: [place(c, { primary: true }), place(b)],
      membershipsBefore: [
        place(a, { primary: true, order: String(2 ** 31 - 5), leader: false }),
        place(b, { order: String(2 ** 31 - 7), leader: true }),
      ],
    });
    expect(result.calls).toBeLessThanOrEqual(2);
    expect(member(simulator, 'mover')).toMatchObject({
      mainDepartment: c,
      memberships: [
        { departmentId: c, order: 0, leader: false },
        { departmentId: b, order: 7, leader: true },
      ],
    });
  });

  it('W-WX-25: the external profile is written with what others keep in it', async () => {
    await using simulator = await start({ settings: { ...NO_LIMITS, certifiedNames: ['示例'] } });
    const theirs = { type: 1, name: '主页', web: { url: 'https://a.cn', title: '主页' } };
    simulator.mutate.addUser({
      userid: 'seller',
      name: '销售',
      attributes: new Map([['班次', { type: 0, value: '夜' }]]),
      externalProfile: { external_corp_name: '示例', external_attr: [theirs] },
    });
    const settings = { extraFields: 'seat=工位', externalFields: 'grade=职级' };
    await apply(wecomConnection(simulator, { settings }), {
      kind: 'UPDATE_ACCOUNT',
      externalId: 'seller',
      values: { grade: 'P7', seat: 'A-1', externalPosition: '顾问' },
    });
    expect(member(simulator, 'seller')).toMatchObject({
      externalPosition: '顾问',
      externalProfile: {
        external_corp_name: '示例',
        external_attr: [theirs, { type: 0, name: '职级', text: { value: 'P7' } }],
      },
    });
    expect([...member(simulator, 'seller').attributes.keys()].sort()).toEqual(['工位', '班次'].sort());
  });

  it('tells a manager who is not there from a person who is not', async () => {
    await using simulator = await start();
    const connection = wecomConnection(simulator);
    const [somebody] = simulator.people();
    const externalId = somebody?.userid ?? '';
    const set = (of: string, managerExternalId: string) =>
      codeOf(apply(connection, { kind: 'SET_MANAGER', externalId: of, managerExternalId }));
    expect(await set(externalId, 'nobody')).toBe('PLATFORM_MANAGER_UNKNOWN');
    expect(await set('nobody', externalId)).toBe('PLATFORM_ACCOUNT_UNKNOWN');
  });
});

describe('a number that the person has made his own (field-notes “success was shown”)', () => {
  const change = (mobile: string): TargetOperation => ({
    kind: 'UPDATE_ACCOUNT',
    externalId: 'owner',
    values: { mobile, title: '经理' },
  });
  const people = (simulator: WeComSimulator) =>
    simulator.mutate.addUser({ userid: 'owner', name: '主', mobile: '13900000001' });

  it('is not said to be written when it was passed over', async () => {
    await using simulator = await start();
    people(simulator);
    simulator.mutate.activate('owner');
    expect(await codeOf(apply(wecomConnection(simulator), change('13900000002')))).toBe(
      'PLATFORM_MOBILE_LOCKED',
    );
    expect(member(simulator, 'owner').mobile).toBe('13900000001');
  });

  it('is believed of somebody who has not activated, and was looked at', async () => {
    await using simulator = await start();
    people(simulator);
    const result = await apply(wecomConnection(simulator), change('+86-13900000002'));
    expect(result).toMatchObject({ outcome: 'DONE', calls: 4 });
    expect(result).not.toHaveProperty('unconfirmed');
  });

  it.each([
    ['the app may not see it', (simulator: WeComSimulator) => wecomConnection(simulator)],
    ['there is no app', contactsOnly],
  ])('is nobody’s knowledge where %s', async (_what, connectionOf) => {
    await using simulator = await start({ apps: [{}] });
    people(simulator);
    for (const activated of [false, true]) {
      if (activated) simulator.mutate.activate('owner');
      const result = await apply(connectionOf(simulator), change(`1390000001${Number(activated)}`));
      expect(result).toMatchObject({ outcome: 'DONE', unconfirmed: ['mobile'] });
    }
    expect(member(simulator, 'owner')).toMatchObject({ mobile: '13900000010', position: '经理' });
  });

  it('is never asked about where nothing of it is written', async () => {
    await using simulator = await start();
    people(simulator);
    await apply(wecomConnection(simulator), { ...change(''), values: { title: '经理' } } as TargetOperation);
    expect(simulator.ledger.count('/cgi-bin/user/get')).toBe(0);
  });
});

describe('leaders of departments at WeCom', () => {
  const leadersOf = (simulator: WeComSimulator, unit: number): string[] =>
    simulator
      .people()
      .map(({ userid }) => member(simulator, userid))
      .filter(({ memberships }) => memberships.some((one) => one.departmentId === unit && one.leader))
      .map(({ userid }) => userid)
      .sort();
  const lead = (unit: number, ...leaderExternalIds: readonly string[]) =>
    ({ kind: 'SET_LEADERS', externalId: String(unit), leaderExternalIds }) as const;

  it('are set by one call for everybody whose lead begins or ends, and for nobody else', async () => {
    await using simulator = await start();
    const [a, b] = units(simulator, '甲', '乙');
    for (const userid of ['p1', 'p2', 'p3'])
      simulator.mutate.addUser({ userid, name: userid, deptIds: [a, b] });
    const connection = wecomConnection(simulator);
    await apply(connection, lead(a, 'p1', 'p2'));
    const before = simulator.ledger.count('/cgi-bin/user/update');
    await apply(connection, lead(a, 'p2', 'p3'));
    expect(simulator.ledger.count('/cgi-bin/user/update') - before).toBe(2);
    expect(leadersOf(simulator, a)).toEqual(['p2', 'p3']);
    expect(leadersOf(simulator, b)).toEqual([]);
  });

  it('of several units at once lose no lead of a person whom they share', async () => {
    await using simulator = await start({ settings: { ...NO_LIMITS, latencyMs: 5, latencyJitterMs: 10 } });
    const ids = Array.from({ length: 6 }, (_, at) =>
      simulator.mutate.addDepartment({ name: `部${at}`, parentId: 1 }),
    );
    simulator.mutate.addUser({ userid: 'boss', name: '主管', deptIds: ids });
    const connection = wecomConnection(simulator);
    await Promise.all(ids.map((id) => apply(connection, lead(id, 'boss'))));
    expect(member(simulator, 'boss').memberships.map(({ leader }) => leader)).toEqual(ids.map(() => true));
  });

  it('who are not in the department are refused before anybody’s lead is touched', async () => {
    await using simulator = await start();
    const [a] = units(simulator, '甲');
    simulator.mutate.addUser({ userid: 'p1', name: '一', deptIds: [a] });
    simulator.mutate.addUser({ userid: 'p2', name: '二', deptIds: [1] });
    const connection = wecomConnection(simulator);
    await apply(connection, lead(a, 'p1'));
    expect(await codeOf(apply(connection, lead(a, 'p2')))).toBe('PLATFORM_GROUP_OWNER_INVALID');
    expect(leadersOf(simulator, a)).toEqual(['p1']);
  });

  it('are set by what Muster knows where the platform does not show how people sit', async () => {
    await using simulator = await start();
    const [a, b] = units(simulator, '甲', '乙');
    for (const userid of ['p1', 'p2']) simulator.mutate.addUser({ userid, name: userid, deptIds: [a, b] });
    simulator.mutate.setLeader('p1', a, true);
    const seats = (leads: boolean) => [
      place(a, { primary: true, leader: leads }),
      place(b, { leader: false }),
    ];
    const people = [
      { externalId: 'p1', memberships: seats(true) },
      { externalId: 'p2', memberships: seats(false) },
    ];
    const connection = contactsOnly(simulator);
    await apply(connection, { ...lead(a, 'p2'), people });
    expect(leadersOf(simulator, a)).toEqual(['p2']);
    expect(await codeOf(apply(connection, lead(a, 'p1')))).toBe('PLATFORM_DETAILS_WITHHELD');
  });
});
