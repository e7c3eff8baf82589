import { afterAll, describe, expect, it } from 'vitest';
import {
  BEFORE_RESTRICTIONS,
  NO_LIMITS,
  type SimulatorOptions,
  startWeComSimulator,
  type WeComSimulator,
} from '../../simulators/wecom/index.ts';
import type { OpenConnection, RemoteAccountValue } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { wecomConnection } from './support/wecom.ts';

const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 2_000 });
afterAll(() => services.http.close());
const source = createPlatforms(services).get('wecom')?.directorySource;
if (source === undefined) throw new TypeError('wecom has no DirectorySource');
const NEVER = new AbortController().signal;

const start = (options: SimulatorOptions = {}) =>
  startWeComSimulator({ company: { seed: 3, people: 60, orgUnits: 8 }, settings: NO_LIMITS, ...options });
const open = { apps: [{ createdAt: BEFORE_RESTRICTIONS }] };

const person = async (simulator: WeComSimulator, connection: OpenConnection, externalId: string) => {
  const found = await source.one(connection, { kind: 'account', externalId }, NEVER);
  if (found === null || !('memberships' in found))
    throw new TypeError(`no ${externalId} at ${simulator.url}`);
  return found;
};

/** By contacts sync alone. */
const contactsOnly = (simulator: WeComSimulator): OpenConnection =>
  wecomConnection(simulator, { secrets: { appSecret: '' } });

describe('what WeCom hides (O2-21…23)', () => {
  it('is unknown, never empty and never a made-up number, in the listing and of one person alike', async () => {
    await using simulator = await start();
    const connection = wecomConnection(simulator);
    const { accounts, statement } = await take(source, connection);
    expect(statement.complete).toBe(true);
    const check = (account: RemoteAccountValue): void => {
      expect([account.mobile, account.email]).toEqual([undefined, undefined]);
      for (const name of ['gender', 'avatar', 'personalEmail', 'companyEmail', 'address'])
        expect(account.attributes).not.toHaveProperty(name);
      expect(account.name).toEqual(expect.any(String));
      // Shown, and not filled in: known to be empty.
      expect(account.attributes['alias']).toBeNull();
    };
    for (const account of accounts.values()) check(account);
    const [externalId = ''] = accounts.keys();
    check(await person(simulator, connection, externalId));
  });

  it('is told apart from what is shown and empty by each answer alone', async () => {
    await using simulator = await start(open);
    const userid = simulator.mutate.addUser({ userid: 'bare', name: '空', email: 'bare@example.cn' });
    const bare = await person(simulator, wecomConnection(simulator), userid);
    expect(bare).toMatchObject({ mobile: null, email: 'bare@example.cn', title: null });
    expect(bare.attributes).toMatchObject({ address: null, telephone: null, alias: null });
    // "0" is said of a gender that nobody has told as well.
    expect(bare.attributes).not.toHaveProperty('gender');
  });

  it('ID-08: the mail is the own one or that of the company, as the pull rules say', async () => {
    await using simulator = await start({ ...open, settings: { ...NO_LIMITS, corpMailDomain: 'corp.cn' } });
    simulator.mutate.addUser({ userid: 'two', name: '二', email: 'two@own.cn', bizMail: 'two@corp.cn' });
    const read = (emailField: 'personal' | 'company') =>
      person(simulator, wecomConnection(simulator, { pullRules: { emailField } }), 'two');
    expect(await read('personal')).toMatchObject({
      email: 'two@own.cn',
      attributes: { companyEmail: 'two@corp.cn' },
    });
    expect(await read('company')).toMatchObject({
      email: 'two@corp.cn',
      attributes: { personalEmail: 'two@own.cn' },
    });
  });
});

describe('where people sit (O2-25)', () => {
  it('is read with lead and position, and with the main department, which comes first', async () => {
    await using simulator = await start(open);
    const [a, b] = simulator.departments().filter(({ parentId }) => parentId !== null);
    const ids = [a?.id ?? 0, b?.id ?? 0] as const;
    const userid = simulator.mutate.addUser({
      userid: 'several',
      name: '多',
      places: [
        { departmentId: ids[0], order: 4_294_967_295 },
        { departmentId: ids[1], order: 0, leader: true },
      ],
    });
    simulator.mutate.setMainDepartment(userid, ids[1]);
    const read = await person(simulator, wecomConnection(simulator), userid);
    expect(read.memberships).toEqual([
      // The largest there comes first here, and both ends of the range lie on the two sides of 0.
      { orgUnitExternalId: String(ids[1]), leader: true, order: '2147483648', primary: true },
      { orgUnitExternalId: String(ids[0]), leader: false, order: '-2147483647' },
    ]);
    const { accounts } = await take(source, wecomConnection(simulator));
    const byUnit = (account: RemoteAccountValue | undefined) =>
      account?.memberships.toSorted((x, y) => x.orgUnitExternalId.localeCompare(y.orgUnitExternalId));
    expect(byUnit(accounts.get(userid))).toEqual(byUnit(read));
  });

  it('knows of a manager that there is none only where everybody is in sight', async () => {
    await using simulator = await start(open);
    const unit = simulator.departments().find(({ parentId }) => parentId !== null)?.id ?? 0;
    simulator.mutate.addUser({ userid: 'boss', name: '主管', deptIds: [1] });
    simulator.mutate.addUser({ userid: 'led', name: '下属', deptIds: [unit] });
    simulator.mutate.addUser({ userid: 'free', name: '无', deptIds: [unit] });
    simulator.mutate.setDirectLeader('led', ['boss']);
    const managers = async () => {
      const { accounts } = await take(source, wecomConnection(simulator));
      return ['led', 'free'].map((id) => accounts.get(id)?.managerExternalId);
    };
    expect(await managers()).toEqual(['boss', null]);
    simulator.changeApp(simulator.app.clientId, { range: { depts: [unit], users: [] } });
    expect(await managers()).toEqual([undefined, undefined]);
  });

  it('tells who may not be used, and who has made the account his own', async () => {
    await using simulator = await start(open);
    for (const userid of ['new', 'used', 'off']) simulator.mutate.addUser({ userid, name: userid });
    simulator.mutate.activate('used');
    simulator.mutate.disable('off');
    const read = async (userid: string) => {
      const { active, attributes } = await person(simulator, wecomConnection(simulator), userid);
      return [active, attributes['activated']];
    };
    expect(await read('new')).toEqual([true, false]);
    expect(await read('used')).toEqual([true, true]);
    expect(await read('off')).toEqual([false, undefined]);
  });

  it('O2-26, W-WX-25: custom and external fields fill attributes, by their own name or by ours', async () => {
    await using simulator = await start(open);
    const userid = simulator.mutate.addUser({
      userid: 'rich',
      name: '满',
      attributes: new Map([['工位', { type: 0, value: 'A-1' }]]),
      externalProfile: {
        external_corp_name: '示例',
        external_attr: [{ type: 0, name: '职级', text: { value: 'P7' } }],
      },
      externalPosition: '顾问',
    });
    const settings = { extraFields: 'seat=工位, shift=班次', externalFields: 'grade=职级，city=城市' };
    const read = await person(simulator, wecomConnection(simulator, { settings }), userid);
    expect(read.attributes).toMatchObject({
      工位: 'A-1',
      seat: 'A-1',
      shift: null,
      grade: 'P7',
      city: null,
      externalPosition: '顾问',
      externalCorpName: '示例',
    });
  });
});

describe('the visible range of the app (W-WX-17, O2-17)', () => {
  it('is what is pulled, with a root wherever the unit above is out of sight', async () => {
    await using simulator = await start(open);
    const [a, b, c] = ['甲', '乙', '丙'].map((name) =>
      simulator.mutate.addDepartment({ name, parentId: 1 }),
    ) as [number, number, number];
    const below = simulator.mutate.addDepartment({ name: '下', parentId: b });
    simulator.mutate.addUser({ userid: 'single', name: '单', deptIds: [c] });
    simulator.changeApp(simulator.app.clientId, { range: { depts: [a, b, below], users: ['single'] } });
    const { units, accounts, statement } = await take(source, wecomConnection(simulator));
    const roots = [...units.values()].filter(({ parentExternalId }) => parentExternalId === null);
    expect(roots.map(({ externalId }) => externalId).sort()).toEqual([String(a), String(b)].sort());
    expect(units.get(String(below))?.parentExternalId).toBe(String(b));
    expect(accounts.has('single')).toBe(true);
    expect(statement).toMatchObject({ complete: false, platformAccountCount: null });
    expect(statement.gaps.map(({ code }) => code)).toEqual(['RANGE_NARROWED']);
  });
});

describe('vouching for a pull', () => {
  it('reads a department that is too large to be listed one by one (45029)', async () => {
    await using simulator = await start(open);
    const crowd = simulator.mutate.addDepartment({ name: '大部门', parentId: 1 });
    for (let at = 0; at < 30; at += 1)
      simulator.mutate.addUser({ userid: `c${at}`, name: `众${at}`, deptIds: [crowd] });
    simulator.faults.add({
      api: '/cgi-bin/user/list',
      params: { department_id: crowd },
      times: null,
      fault: { kind: 'error', code: 45029 },
    });
    const { accounts, statement } = await take(source, wecomConnection(simulator));
    expect(statement).toMatchObject({ complete: true, accounts: simulator.people().length });
    expect(accounts.get('c29')).toMatchObject({ name: '众29', title: null });
  });

  it('needs no head count: without the contacts secret there is none, and the pull is complete', async () => {
    await using simulator = await start(open);
    const connection = wecomConnection(simulator, { secrets: { contactsSecret: '' } });
    const { statement, accounts } = await take(source, connection);
    expect(statement).toMatchObject({ complete: true, gaps: [], platformAccountCount: null });
    expect(accounts.size).toBe(simulator.people().length);
    expect(simulator.ledger.count('/cgi-bin/user/list_id')).toBe(0);
  });

  it('asks for those who were there before, and takes nobody for a leaver who is', async () => {
    await using simulator = await start({ ...open, company: { seed: 3, people: 300, orgUnits: 30 } });
    const connection = wecomConnection(simulator, { secrets: { contactsSecret: '' } });
    const everybody = simulator.people().map(({ userid }) => userid);
    const single = simulator.people().filter(({ deptIds }) => deptIds.length === 1);
    const crowds = Map.groupBy(single, ({ deptIds }) => deptIds[0] ?? 0);
    const [crowded] = [...crowds].toSorted(([, x], [, y]) => y.length - x.length)[0] ?? [0];
    simulator.faults.add({
      api: '/cgi-bin/user/list',
      params: { department_id: crowded },
      fault: { kind: 'shortPage', rows: 1, lose: true },
    });
    const expected = { orgUnits: [], accounts: everybody };
    const { statement, accounts } = await take(source, connection, { request: { expected } });
    expect(accounts.size).toBeLessThan(everybody.length);
    expect(statement.complete).toBe(false);
  });

  it.each([
    [
      'is wrong',
      (simulator: WeComSimulator) => void simulator.changeApp('contacts', { clientSecret: 'another' }),
    ],
    [
      'is not let in from here',
      (simulator: WeComSimulator) => void simulator.changeApp('contacts', { ipList: ['203.0.113.1'] }),
    ],
  ])('goes without the list of everybody where the contacts secret %s', async (_what, breakIt) => {
    await using simulator = await start(open);
    const connection = wecomConnection(simulator);
    breakIt(simulator);
    const { statement, accounts } = await take(source, connection);
    expect(statement).toMatchObject({ complete: true, platformAccountCount: null });
    expect(accounts.size).toBe(simulator.people().length);
  });

  it('P14: makes one call for the tree, one for each department and a handful besides', async () => {
    await using simulator = await start({ ...open, company: { seed: 3, people: 500, orgUnits: 200 } });
    const { statement } = await take(source, wecomConnection(simulator));
    const departments = simulator.departments().length;
    expect(simulator.ledger.count('/cgi-bin/user/list')).toBe(departments);
    expect(simulator.ledger.count('/cgi-bin/user/get')).toBe(0);
    // Two tokens, the tree before and after, the root itself, everybody's ids.
    expect(statement.calls).toBe(departments + 6);
  });
});

describe('contacts sync that may write and not read (48009)', () => {
  it('brings everybody with id and departments alone, and claims to know nothing else', async () => {
    await using simulator = await start();
    const { units, accounts, statement } = await take(source, contactsOnly(simulator));
    expect(statement).toMatchObject({
      complete: true,
      gaps: [],
      platformAccountCount: simulator.people().length,
      visibleRange: { wholeCompany: true },
    });
    expect(units.size).toBe(simulator.departments().length);
    for (const unit of units.values()) expect(unit).not.toHaveProperty('name');
    for (const { userid, deptIds } of simulator.people()) {
      const account = accounts.get(userid);
      expect(account?.memberships.map((one) => one.orgUnitExternalId).sort()).toEqual(
        deptIds.map(String).sort(),
      );
      for (const place of account?.memberships ?? []) {
        expect(place).not.toHaveProperty('leader');
        expect(place).not.toHaveProperty('order');
      }
      expect([account?.name, account?.mobile, account?.active, account?.managerExternalId]).toEqual(
        Array(4).fill(undefined),
      );
      expect(account?.attributes).toEqual({});
    }
    // One call was refused; everything else came from the two lists.
    expect(simulator.ledger.count('/cgi-bin/user/list')).toBe(0);
    expect(statement.calls).toBeLessThanOrEqual(8);
  });

  it('reads one person and one unit the same way, and knows who is not there', async () => {
    await using simulator = await start();
    const connection = contactsOnly(simulator);
    const [somebody] = simulator.people();
    const read = await person(simulator, connection, somebody?.userid ?? '');
    expect(read.memberships.map((one) => one.orgUnitExternalId)).toEqual(somebody?.deptIds.map(String));
    const gone = { kind: 'account', externalId: 'nobody' } as const;
    expect(await source.one(connection, gone, NEVER)).toBeNull();
    const unit = simulator.departments().at(-1);
    const what = { kind: 'orgUnit', externalId: String(unit?.id) } as const;
    expect(await source.one(connection, what, NEVER)).toMatchObject({
      externalId: String(unit?.id),
      parentExternalId: String(unit?.parentId),
    });
    expect(await source.one(connection, { ...what, externalId: '999999' }, NEVER)).toBeNull();
  });

  it('reads details from an address that was in use before', async () => {
    await using simulator = await start({ contacts: { oldIps: ['127.0.0.1'] } });
    const { accounts, units } = await take(source, contactsOnly(simulator));
    expect([...units.values()].every(({ name }) => name !== undefined)).toBe(true);
    expect([...accounts.values()].every(({ name }) => typeof name === 'string')).toBe(true);
  });
});
