import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { RemoteAccountValue } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import { take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';

const services = createPlatformServices({ clock: hastyClock() });
const source = createPlatforms(services).get('dingtalk')?.directorySource as DirectorySource;
const never = new AbortController().signal;

describe('reading a DingTalk company', () => {
  let simulator: DingTalkSimulator;
  let lab = 0;
  let group = 0;
  let sales = 0;

  beforeAll(async () => {
    const company = { seed: 21, people: 60, orgUnits: 6 };
    simulator = await startDingTalkSimulator({ company, settings: { qpsPerApp: null }, separateHosts: true });
    lab = simulator.mutate.addDepartment({ name: '研发 部\u3000', parentId: 1 });
    group = simulator.mutate.addDepartment({ name: '平台组', parentId: lab });
    sales = simulator.mutate.addDepartment({ name: '销售部', parentId: 1 });
    simulator.mutate.addUser({
      userid: 'zhangsan',
      name: '\u3000张三\u00a0 ',
      mobile: ' 138 0000 0001 ',
      email: ' zhang@personal.example ',
      orgEmail: 'zhang@corp.example',
      jobNumber: '007 ',
      title: '',
      memberships: [
        { deptId: 1, order: 176275808490200512n, leader: false },
        { deptId: lab, order: 5n, leader: true },
        { deptId: sales, order: 9n, leader: false },
      ],
    });
    simulator.mutate.addUser({
      userid: 'hk',
      name: '陈大文',
      mobile: '91234567',
      stateCode: '852',
      email: null,
      deptIds: [group],
    });
  });
  afterAll(async () => {
    await services.http.close();
    await simulator.close();
  });

  const person = async (id: string, options: Parameters<typeof connectionTo>[1] = {}) => {
    const { accounts } = await take(source, connectionTo(simulator, options));
    return accounts.get(id) as RemoteAccountValue;
  };

  it('trims every text and keeps what was empty apart from what was not told', async () => {
    const zhang = await person('zhangsan');
    expect(zhang).toMatchObject({
      name: '张三',
      mobile: '13800000001',
      email: 'zhang@personal.example',
      jobNumber: '007',
    });
    expect(zhang.title).toBeNull();
    expect(zhang.managerExternalId).toBeUndefined();
    expect((await person('hk')).email).toBeNull();
    const { units } = await take(source, connectionTo(simulator));
    expect(units.get(String(lab))?.name).toBe('研发 部');
  });

  it('turns the order of people round without losing a digit, and merges all departments', async () => {
    expect((await person('zhangsan')).memberships).toEqual([
      { orgUnitExternalId: '1', leader: false, order: '-176275808490200512' },
      { orgUnitExternalId: String(lab), leader: true, order: '-5' },
      { orgUnitExternalId: String(sales), leader: false, order: '-9' },
    ]);
  });

  it('writes numbers from outside the mainland with their country', async () => {
    expect((await person('hk')).mobile).toBe('+85291234567');
  });

  it('names each id with its kind', async () => {
    const { ids } = await person('zhangsan');
    expect(ids.map((id) => id.kind)).toEqual(['userid', 'unionid']);
    expect(ids[0]?.value).toBe('zhangsan');
  });

  it('takes the mailbox that the connection chose, and delivers both (row ID-08)', async () => {
    const zhang = await person('zhangsan', { pullRules: { emailField: 'company' } });
    expect(zhang.email).toBe('zhang@corp.example');
    expect(zhang.attributes).toMatchObject({
      personalEmail: 'zhang@personal.example',
      companyEmail: 'zhang@corp.example',
    });
  });

  it('leaves absent what the app may not see', async () => {
    simulator.changeApp(simulator.app.clientId, { mobileField: false, personalFields: false });
    const zhang = await person('zhangsan');
    simulator.changeApp(simulator.app.clientId, { mobileField: true, personalFields: true });
    expect(zhang.mobile).toBeUndefined();
    expect(zhang.email).toBeUndefined();
    expect(zhang.name).toBe('张三');
    expect(zhang.attributes).not.toHaveProperty('remark');
  });

  it('gives one person all that the call for one tells', async () => {
    const zhang = await source.one(
      connectionTo(simulator),
      { kind: 'account', externalId: 'zhangsan' },
      never,
    );
    expect(zhang).toMatchObject({
      memberships: (await person('zhangsan')).memberships,
      mobile: '13800000001',
    });
  });

  it('starts from several departments, one of them below another', async () => {
    const startOrgUnitExternalIds = [String(group), ` ${lab}\u3000`, String(sales)];
    const taken = await take(source, connectionTo(simulator, { pullRules: { startOrgUnitExternalIds } }));
    expect([...taken.units.keys()].sort()).toEqual([group, lab, sales].map(String).sort());
    expect(taken.units.get(String(group))?.parentExternalId).toBe(String(lab));
    expect(taken.units.get(String(lab))?.parentExternalId).toBeNull();
    expect(taken.statement.gaps.map((gap) => gap.code)).toEqual(['START_UNITS_ONLY']);
    // The root is out of the picture, and so is the membership there.
    const units = taken.accounts.get('zhangsan')?.memberships.map((one) => one.orgUnitExternalId);
    expect(units).toEqual([lab, sales].map(String));
  });

  it('treats the root as a start as the whole company', async () => {
    const { statement } = await take(
      source,
      connectionTo(simulator, { pullRules: { startOrgUnitExternalIds: ['1'] } }),
    );
    expect(statement).toMatchObject({ complete: true, visibleRange: { wholeCompany: true } });
  });

  it('says which start department does not exist, and stops when none does', async () => {
    const rules = (ids: string[]) => connectionTo(simulator, { pullRules: { startOrgUnitExternalIds: ids } });
    const { statement } = await take(source, rules([String(lab), '888888888']));
    expect(statement.gaps).toContainEqual(
      expect.objectContaining({ code: 'ORG_UNIT_FETCH_FAILED', where: '888888888' }),
    );
    await expect(take(source, rules(['888888888']))).rejects.toMatchObject({
      code: 'PLATFORM_ORG_UNIT_UNKNOWN',
    });
  });

  it('starts from departments and single people of a narrowed range', async () => {
    simulator.changeApp(simulator.app.clientId, {
      range: { depts: [lab, group], users: ['zhangsan', 'hk'] },
    });
    const taken = await take(source, connectionTo(simulator));
    simulator.changeApp(simulator.app.clientId, { range: { depts: [sales], users: ['hk'] } });
    const other = await take(source, connectionTo(simulator));
    simulator.changeApp(simulator.app.clientId, { range: { depts: [1], users: [] } });
    expect([...taken.units.keys()].sort()).toEqual([group, lab].map(String).sort());
    expect(taken.accounts.has('hk')).toBe(true);
    expect(other.accounts.get('hk')).toMatchObject({ memberships: [] });
    expect(other.statement.visibleRange).toMatchObject({
      wholeCompany: false,
      orgUnitExternalIds: [String(sales)],
      accountExternalIds: ['hk'],
    });
    expect(other.statement.visibleRange.digest).not.toBe(taken.statement.visibleRange.digest);
  });

  it('passes over the departments of parents', async () => {
    simulator.set({ education: true });
    const { units, statement } = await take(source, connectionTo(simulator));
    simulator.set({ education: false });
    expect([...units.keys()].filter((id) => id.startsWith('-'))).toEqual([]);
    expect(statement.complete).toBe(true);
  });

  it('does not believe a listing that the head count contradicts', async () => {
    simulator.set({ countOffset: 1 });
    const { statement } = await take(source, connectionTo(simulator));
    simulator.set({ countOffset: 0 });
    expect(statement).toMatchObject({ complete: false, platformAccountCount: statement.accounts + 1 });
    expect(statement.gaps.map((gap) => gap.code)).toEqual(['COUNT_MISMATCH']);
  });

  it('reads empty departments that an earlier fetch had and a short listing hides', async () => {
    const hidden = simulator.mutate.addDepartment({ name: '空部门', parentId: sales });
    const path = '/topapi/v2/department/listsub';
    simulator.faults.add({
      api: path,
      params: { dept_id: sales },
      fault: { kind: 'wrongType', path: 'result', value: [] },
    });
    const expected = { orgUnits: [String(hidden)], accounts: [] };
    const { statement } = await take(source, connectionTo(simulator), { request: { expected } });
    simulator.faults.clear();
    simulator.mutate.removeDepartment(hidden);
    expect(statement.gaps).toContainEqual(
      expect.objectContaining({ code: 'COUNT_MISMATCH', where: String(hidden) }),
    );
  });

  it.each(['legacy', 'new', 'unified'])('gets its token by the %s endpoint', async (tokenEndpoint) => {
    const { statement } = await take(source, connectionTo(simulator, { settings: { tokenEndpoint } }));
    expect(statement.complete).toBe(true);
  });

  it.each([
    ['40014', { expiredTokenCode: 40014 }],
    ['42001', { expiredTokenCode: 42001 }],
  ] as const)('goes on with a new token after %s', async (_, settings) => {
    simulator.set(settings);
    simulator.faults.add({ api: '/topapi/v2/user/list', nth: 3, fault: { kind: 'tokenExpired' } });
    const { statement } = await take(source, connectionTo(simulator));
    simulator.faults.clear();
    expect(statement.complete).toBe(true);
  });

  it('accepts credentials that were pasted with blanks', async () => {
    const connection = connectionTo(simulator, {
      settings: { clientId: ` ${simulator.app.clientId}\u3000`, corpId: `\u200b${simulator.corp.corpId}\n` },
      secrets: { clientSecret: `\u00a0${simulator.app.clientSecret} ` },
    });
    expect((await take(source, connection)).statement.complete).toBe(true);
  });

  it.each([
    ['clientSecret', { secrets: { clientSecret: '' } }],
    ['clientId', { settings: { clientId: 'ding abc' } }],
    ['callsPerSecond', { settings: { callsPerSecond: '0' } }],
    ['userPageSize', { settings: { userPageSize: '101' } }],
    ['tokenEndpoint', { settings: { tokenEndpoint: 'other' } }],
  ])('refuses a wrong %s before it calls', async (field, options) => {
    const before = simulator.ledger.summary().calls;
    await expect(take(source, connectionTo(simulator, options))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { field },
    });
    expect(simulator.ledger.summary().calls).toBe(before);
  });

  it('calls no private address without leave', async () => {
    const connection = { ...connectionTo(simulator), allowPrivateNetwork: false };
    const before = simulator.ledger.summary().calls;
    await expect(take(source, connection)).rejects.toMatchObject({ code: 'PLATFORM_ADDRESS_FORBIDDEN' });
    expect(simulator.ledger.summary().calls).toBe(before);
  });

  it.each(Array.from({ length: 8 }, (_, index) => index))(
    'finds everybody while people come, go and move during the fetch (%i)',
    async (shift) => {
      const generator = source.snapshot(
        connectionTo(simulator, { settings: { userPageSize: '5' } }),
        { scope: 'ALL' },
        never,
      );
      const taken = new Set<string>();
      let turn = shift;
      for (;;) {
        const step = await generator.next();
        if (step.done === true) {
          const now = simulator.people().map((one) => one.userid);
          const missed = now.filter((id) => !taken.has(id));
          expect({ missed: step.value.complete ? missed : [] }).toEqual({ missed: [] });
          return;
        }
        if (step.value.kind !== 'accounts') continue;
        for (const account of step.value.items) taken.add(account.externalId);
        turn += 1;
        const people = simulator.people().filter((one) => one.deptIds.length === 1);
        const somebody = people[(turn * 7) % people.length];
        if (somebody !== undefined && turn % 3 === 0) simulator.mutate.removeUser(somebody.userid);
        if (somebody !== undefined && turn % 3 === 1) simulator.mutate.moveUser(somebody.userid, [sales]);
        if (turn % 3 === 2)
          simulator.mutate.addUser({
            userid: `new${shift}x${turn}`,
            name: '新人',
            mobile: `1770${shift}0${String(turn).padStart(5, '0')}`,
            deptIds: [lab],
          });
      }
    },
  );

  it('is not deceived by a head count that somebody who left and somebody who moved keep equal', async () => {
    const generator = source.snapshot(
      connectionTo(simulator, { settings: { userPageSize: '5' } }),
      { scope: 'ALL' },
      never,
    );
    const taken = new Set<string>();
    let disturbed = false;
    for (;;) {
      const step = await generator.next();
      if (step.done === true) {
        const missed = simulator.people().filter(({ userid }) => !taken.has(userid));
        expect({ disturbed, missed: step.value.complete ? missed : [] }).toEqual({
          disturbed: true,
          missed: [],
        });
        return;
      }
      if (step.value.kind !== 'accounts') continue;
      for (const account of step.value.items) taken.add(account.externalId);
      const met = simulator.people().find(({ userid, deptIds }) => taken.has(userid) && deptIds.length === 1);
      if (disturbed || met === undefined) continue;
      disturbed = true;
      simulator.mutate.removeUser(met.userid);
      simulator.mutate.addUser({
        userid: 'behind',
        name: '新人',
        mobile: '17799990000',
        deptIds: met.deptIds,
      });
    }
  });
});
