import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, request, startCaller } from './dingtalk-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await startCaller();
});
afterEach(() => caller.sim.close());

const call = async (path: string, body: object) => (await caller.top(`/topapi/v2/${path}`, body)).body;
const code = async (path: string, body: object): Promise<number> => (await call(path, body)).errcode;
const GOOD = { name: '新人', mobile: '13900001111', dept_id_list: '1' };

function control(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return request(`${caller.sim.url}/__control${path}`, init);
}

describe('the consent of people', () => {
  beforeEach(async () => {
    caller.sim.mutate.protectMobile(GOOD.mobile);
    const dept = String(caller.sim.company.units[1]?.id);
    expect(await code('user/create', { ...GOOD, userid: 'inv1', title: '工程师', dept_id_list: dept })).toBe(
      40103,
    );
  });

  test('is listed over HTTP while nobody has answered, once however often it is asked for', async () => {
    expect(await code('user/create', { ...GOOD, userid: 'inv2' })).toBe(40103);
    const { body } = await control('GET', '/invitations');
    expect(body).toMatchObject([{ mobile: GOOD.mobile, userid: 'inv2', name: '新人', deptIds: [1] }]);
    expect(await code('user/get', { userid: 'inv2' })).toBe(60121);
    expect(await code('user/getbymobile', { mobile: GOOD.mobile })).toBe(60121);
  });

  test('given, makes an active member with what was asked for', async () => {
    const { body } = await control('POST', '/invitations/accept', { mobile: GOOD.mobile });
    expect(body).toEqual({ userid: 'inv1' });
    const got = (await call('user/get', { userid: 'inv1' })).result;
    expect(got).toMatchObject({ name: '新人', title: '工程师', mobile: GOOD.mobile, active: true });
    expect(got.dept_id_list).toEqual([caller.sim.company.units[1]?.id]);
    expect((await control('GET', '/invitations')).body).toEqual([]);
    expect(await code('user/create', GOOD)).toBe(60104);
  });

  test('given, may bring a userid of the platform’s own', async () => {
    caller.sim.set({ invitedKeepsUserid: false });
    const { body } = await control('POST', '/invitations/accept', { mobile: GOOD.mobile });
    expect(body.userid).not.toBe('inv1');
    expect(await code('user/get', { userid: body.userid })).toBe(0);
  });

  test('refused, leaves nothing behind; nobody can answer twice', async () => {
    expect((await control('POST', '/invitations/decline', { mobile: GOOD.mobile })).status).toBe(200);
    expect((await control('GET', '/invitations')).body).toEqual([]);
    expect(await code('user/get', { userid: 'inv1' })).toBe(60121);
    expect((await control('POST', '/invitations/accept', { mobile: GOOD.mobile })).status).toBe(400);
    expect(await code('user/create', GOOD)).toBe(40103);
  });
});

describe('updates', () => {
  test('clear custom fields that are not sent again, unless they append', async () => {
    await call('user/create', { ...GOOD, userid: 'u1', extension: { 车牌: 'A1' } });
    const extension = async () => (await call('user/get', { userid: 'u1' })).result.extension;
    await call('user/update', { userid: 'u1', title: '甲', ext_attrs_update_mode: 1 });
    expect(await extension()).toBe('{"车牌":"A1"}');
    caller.sim.set({ extensionClearedWhenAbsent: false });
    await call('user/update', { userid: 'u1', title: '乙' });
    expect(await extension()).toBe('{"车牌":"A1"}');
    caller.sim.set({ extensionClearedWhenAbsent: true });
    await call('user/update', { userid: 'u1', title: '丙' });
    expect(await extension()).toBeUndefined();
  });

  test('empty a field with an empty text, or pass it over', async () => {
    await call('user/create', { ...GOOD, userid: 'u1', title: '经理', remark: '记' });
    await call('user/update', { userid: 'u1', title: '' });
    caller.sim.set({ emptyTextClears: false });
    await call('user/update', { userid: 'u1', remark: '' });
    expect((await call('user/get', { userid: 'u1' })).result).toMatchObject({ title: '', remark: '记' });
  });

  test.each([
    ['refusedWhenActive', 40022, 0],
    ['refused', 40022, 40022],
    ['ignored', 0, 0],
    ['allowed', 0, 0],
  ] as const)('of numbers are %s', async (mobileUpdate, active, inactive) => {
    caller.sim.set({ mobileUpdate });
    await call('user/create', { ...GOOD, userid: 'u1' });
    const person = caller.sim.company.people.find((one) => one.active);
    expect(await code('user/update', { userid: person?.id, mobile: '13900002222' })).toBe(active);
    expect(await code('user/update', { userid: 'u1', mobile: '13900003333' })).toBe(inactive);
    const { mobile } = (await call('user/get', { userid: 'u1' })).result;
    expect(mobile).toBe(inactive === 0 && mobileUpdate !== 'ignored' ? '13900003333' : GOOD.mobile);
    caller.sim.set({ mobileLockedCode: 41054, mobileUpdate: 'refused' });
    expect(await code('user/update', { userid: 'u1', mobile: '13900004444' })).toBe(41054);
  });

  test('to somebody else’s number are refused', async () => {
    caller.sim.set({ mobileUpdate: 'allowed', takenMobileCode: 60107 });
    await call('user/create', { ...GOOD, userid: 'u1' });
    const taken = caller.sim.company.people[3]?.mobile;
    expect(await code('user/update', { userid: 'u1', mobile: taken })).toBe(60107);
    expect(await code('user/update', { userid: 'u1', mobile: GOOD.mobile })).toBe(0);
  });

  test('of positions are refused while SmartHR manages them', async () => {
    await call('user/create', { ...GOOD, userid: 'u1', title: '经理' });
    caller.sim.set({ positionsManaged: true });
    const refused = await call('user/update', { userid: 'u1', title: '总监' });
    expect(refused.errcode).toBe(12150);
    expect(refused.errmsg).toMatch(/^修改失败，已开启智能人事职位管理/);
    expect(await code('user/update', { userid: 'u1', dept_id_list: '1' })).toBe(12150);
    expect(await code('user/update', { userid: 'u1', remark: '可' })).toBe(0);
  });

  test('that take somebody out of a department take the lead away', async () => {
    const dept = caller.sim.mutate.addDepartment({ name: '新部门', parentId: 1 });
    await call('user/create', { ...GOOD, userid: 'u1', dept_id_list: `1,${dept}` });
    await call('department/update', { dept_id: dept, dept_manager_userid_list: 'u1' });
    await call('user/update', { userid: 'u1', dept_id_list: '1' });
    expect((await call('department/get', { dept_id: dept })).result.dept_manager_userid_list).toEqual([]);
  });
});

describe('refusals', () => {
  test('of whoever has neither phone nor mail, by setting', async () => {
    const { mobile: _, ...bare } = GOOD;
    expect(await code('user/create', bare)).toBe(60118);
    caller.sim.set({ missingContactCode: 60113 });
    expect(await code('user/create', bare)).toBe(60113);
    expect(await code('user/create', { ...bare, email: 'a@b.cn' })).toBe(40035);
  });

  test('of plain numbers where the corp is registered abroad', async () => {
    caller.sim.set({ registeredAbroad: true });
    expect(await code('user/create', GOOD)).toBe(60103);
    expect(await code('user/create', { ...GOOD, mobile: '+86-13900001111' })).toBe(0);
  });

  test('by head-count caps, forbidden words and custom fields that do not exist', async () => {
    caller.sim.set({ customFields: ['车牌'] });
    expect(await code('user/create', { ...GOOD, extension: { 爱好: '无' } })).toBe(60122);
    caller.sim.set({ forbiddenWords: ['禁'] });
    expect(await code('user/create', { ...GOOD, name: '禁言' })).toBe(60022);
    expect(await code('department/create', { name: '严禁', parent_id: 1 })).toBe(60022);
    for (const cap of [-1, 40020, 40024] as const) {
      caller.sim.set({ headCap: { people: 60, code: cap } });
      expect(await code('user/create', GOOD)).toBe(cap);
    }
    caller.sim.set({ headCap: { people: 61, code: -1 } });
    expect(await code('user/create', GOOD)).toBe(0);
    expect(await code('department/create', { name: '序', parent_id: 1, order: -1 })).toBe(40011);
  });

  test('of the thousand-and-first child', async () => {
    for (let child = caller.sim.corp.departments.get(1)?.children.size ?? 0; child < 1000; child += 1)
      caller.sim.mutate.addDepartment({ name: `子${child}`, parentId: 1 });
    expect(await code('department/create', { name: '多', parent_id: 1 })).toBe(60110);
  });
});

describe('enterprise accounts', () => {
  const PATH = '/v1.0/contact/orgAccounts';
  const post = (action: string, userId: string) => caller.fresh(`${PATH}/${action}`, { userId });

  test('are switched off and on; ordinary ones and strangers are not', async () => {
    const { sim } = caller;
    sim.mutate.addUser({ userid: 'ex1', name: '专属', exclusive: true });
    const status = async () => (await caller.fresh(`${PATH}/status?userId=ex1`)).body;
    expect((await post('disable', 'ex1')).body).toEqual({ result: true });
    expect((await post('disable', 'ex1')).body).toEqual({ result: true });
    expect(await status()).toEqual({ result: false });
    expect(sim.corp.users.get('ex1')?.disabled).toBe(true);
    await post('enable', 'ex1');
    expect(await status()).toEqual({ result: true });
    expect((await post('signOut', 'ex1')).status).toBe(200);
    const ordinary = await post('disable', sim.company.people[0]?.id ?? '');
    expect([ordinary.status, ordinary.body.code]).toEqual([400, 'exclusive.account.only']);
    const nobody = await post('disable', 'nobody');
    expect([nobody.status, nobody.body.code]).toEqual([400, 'user.not.exist']);
    sim.revoke(sim.app.clientId, 'Contact.OrgAccountSecurity.ReadWrite');
    expect((await post('disable', 'ex1')).status).toBe(403);
  });
});

describe('faults of writing', () => {
  test('strike writing calls alone, or all others', async () => {
    await control('POST', '/faults', { writes: true, times: null, fault: { kind: 'http', status: 502 } });
    expect((await caller.top('/topapi/user/count', { only_active: false })).status).toBe(200);
    expect((await caller.top('/topapi/v2/user/create', GOOD)).status).toBe(502);
    await control('DELETE', '/faults');
    await control('POST', '/faults', { writes: false, times: null, fault: { kind: 'http', status: 502 } });
    expect((await caller.top('/topapi/user/count', { only_active: false })).status).toBe(502);
    expect(await code('user/create', GOOD)).toBe(0);
  });

  test.each([
    ['timeoutAfter', true],
    ['resetAfter', true],
    ['timeout', false],
    ['resetBefore', false],
  ] as const)('%s leaves it done: %s', async (kind, isDone) => {
    const { sim, token } = caller;
    sim.faults.add({ writes: true, fault: { kind } });
    const answer = fetch(`${sim.url}/topapi/v2/user/create?access_token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...GOOD, userid: 'u1' }),
      signal: AbortSignal.timeout(300),
    });
    await expect(answer).rejects.toThrow();
    expect(sim.corp.users.has('u1')).toBe(isDone);
    expect(sim.ledger.entries({ api: '/topapi/v2/user/create' })[0]?.outcome).toBe(`fault:${kind}`);
  });
});
