import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, settled, startCaller } from './dingtalk-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await startCaller();
});
afterEach(() => caller.sim.close());

async function call(path: string, body: object) {
  return (await caller.top(`/topapi/v2/${path}`, body)).body;
}

async function code(path: string, body: object): Promise<number> {
  return (await call(path, body)).errcode;
}

describe('departments', () => {
  async function create(name: string, parentId = 1): Promise<number> {
    return (await call('department/create', { name, parent_id: parentId })).result.dept_id;
  }

  test('are created, updated in what is sent, and deleted', async () => {
    const reply = await caller.top('/topapi/v2/department/create', {
      name: '新部门',
      parent_id: 1,
      source_identifier: 'k1',
    });
    expect(settled(reply)).toEqual({ errcode: 0, errmsg: 'ok', result: { dept_id: expect.any(Number) } });
    const id = reply.body.result.dept_id;
    expect(
      settled(
        await caller.top('/topapi/v2/department/update', { dept_id: id, name: '改名', hide_dept: true }),
      ),
    ).toEqual({
      errcode: 0,
      errmsg: 'ok',
    });
    const { result } = await call('department/get', { dept_id: id });
    expect(result).toMatchObject({
      name: '改名',
      parent_id: 1,
      source_identifier: 'k1',
      hide_dept: true,
      order: id,
    });
    expect(await code('department/delete', { dept_id: id })).toBe(0);
    expect(await code('department/get', { dept_id: id })).toBe(60003);
  });

  test('refuse bad names, doubles, unknown parents, cycles, the root, and 21 levels', async () => {
    const first = await create('甲');
    const second = await create('乙', first);
    for (const name of ['a-b', 'a,b', '甲，乙', 'x'.repeat(65)]) {
      expect(await code('department/create', { name, parent_id: 1 })).toBe(60001);
    }
    expect(await code('department/create', { name: '甲', parent_id: 1 })).toBe(60021);
    caller.sim.set({ duplicateDepartmentCode: 60008 });
    expect(await code('department/create', { name: '甲', parent_id: 1 })).toBe(60008);
    expect(await code('department/create', { name: '丙', parent_id: 4711 })).toBe(60004);
    expect(await code('department/update', { dept_id: first, parent_id: second })).toBe(60010);
    expect(await code('department/update', { dept_id: 1, name: '根' })).toBe(60018);
    expect(await code('department/delete', { dept_id: 1 })).toBe(60007);
    let deepest = second;
    for (let level = 3; level <= 20; level++) deepest = await create(`层${level}`, deepest);
    expect(await code('department/create', { name: '层21', parent_id: deepest })).toBe(60002);
  });

  test('with members anywhere below are not deleted; empty ones below go along, or refuse', async () => {
    const parent = await create('上级');
    const child = await create('下级', parent);
    const userid = caller.sim.mutate.addUser({ name: '某人', deptIds: [child] });
    expect(await code('department/delete', { dept_id: parent })).toBe(60005);
    caller.sim.mutate.moveUser(userid, [1]);
    caller.sim.set({ deleteCascades: false });
    expect(await code('department/delete', { dept_id: parent })).toBe(60006);
    caller.sim.set({ deleteCascades: true });
    expect(await code('department/delete', { dept_id: parent })).toBe(0);
    expect(await code('department/get', { dept_id: child })).toBe(60003);
  });

  test('take only members as managers, and lose them by force only', async () => {
    const id = await create('有主管');
    const userid = caller.sim.mutate.addUser({ name: '主管', deptIds: [id] });
    expect(await code('department/update', { dept_id: id, dept_manager_userid_list: 'manager1000' })).toBe(
      60121,
    );
    await call('department/update', { dept_id: id, dept_manager_userid_list: userid });
    expect((await call('user/get', { userid })).result.leader_in_dept).toEqual([
      { dept_id: id, leader: true },
    ]);
    await call('department/update', { dept_id: id, force_update_fields: 'dept_manager_userid_list' });
    expect((await call('department/get', { dept_id: id })).result.dept_manager_userid_list).toEqual([]);
  });
});

describe('people', () => {
  const good = { name: '新人', mobile: '13900001111', dept_id_list: '1' };

  test('are created inactive and answered with unionId, their big orders kept to the digit', async () => {
    const dept = caller.sim.company.units[1]?.id;
    const order = '176275808490200513';
    const url = `${caller.sim.url}/topapi/v2/user/create?access_token=${caller.token}`;
    const body = `{"userid":"zs001","name":"张三","mobile":"13900001111","dept_id_list":"1,${dept}","dept_order_list":[{"dept_id":1,"order":${order}}]}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await response.json()).toMatchObject({
      errcode: 0,
      result: { userid: 'zs001', unionId: expect.any(String) },
    });
    const got = await caller.top('/topapi/v2/user/get', { userid: 'zs001' });
    expect(got.text).toContain(`{"dept_id":1,"order":${order}}`);
    expect(got.body.result).toMatchObject({
      active: false,
      dept_id_list: [1, dept],
      state_code: '86',
      mobile: '13900001111',
    });
  });

  test('are refused when taken, illegal or out of place', async () => {
    const person = caller.sim.company.people[10];
    expect(await code('user/create', { ...good, userid: person?.id })).toBe(60102);
    expect(await code('user/create', { ...good, mobile: person?.mobile })).toBe(60104);
    expect(await call('user/create', { ...good, mobile: '1390000111' })).toMatchObject({
      errcode: 60103,
      errmsg: '手机号码不合法，如果是国际号码，请使用+xx-xxxxxx的格式',
    });
    expect(await code('user/create', { ...good, email: person?.email })).toBe(60106);
    expect(await code('user/create', { ...good, email: 'nonsense' })).toBe(60105);
    expect(await code('user/create', { ...good, dept_id_list: '1,4711' })).toBe(60003);
    expect(await code('user/create', { ...good, dept_id_list: 'x' })).toBe(40066);
    expect(await code('user/create', { ...good, manager_userid: 'nobody' })).toBe(60128);
    expect(await code('user/create', { ...good, name: '长'.repeat(81) })).toBe(60112);
    expect(await code('user/create', { name: '无号', dept_id_list: '1' })).toBe(60118);
    expect(await code('user/create', { name: '无号', dept_id_list: '1', email: 'a@b.cn' })).toBe(40035);
    expect(await code('user/create', { ...good, mobile: '+852-61234567' })).toBe(0);
  });

  test('whose phone is protected are invited, not created', async () => {
    caller.sim.mutate.protectMobile(good.mobile);
    expect(await call('user/create', { ...good, userid: 'inv1' })).toMatchObject({
      errcode: 40103,
      errmsg: '已发出邀请，对方同意后即可加入组织',
    });
    expect(await code('user/get', { userid: 'inv1' })).toBe(60121);
  });

  test('deleted are gone at once, leave a record, and are invited when re-added the same day', async () => {
    await call('user/create', { ...good, userid: 'del1' });
    expect(await code('user/delete', { userid: 'del1' })).toBe(0);
    expect(await code('user/get', { userid: 'del1' })).toBe(60121);
    expect(await code('user/delete', { userid: 'del1' })).toBe(60121);
    const since = new Date(Date.now() - 86_400_000).toISOString();
    const records = await caller.fresh(`/v1.0/contact/empLeaveRecords?startTime=${since}`);
    expect(records.body.records).toMatchObject([{ userId: 'del1', leaveReason: 'oapi' }]);
    expect(await code('user/create', { ...good, userid: 'del1' })).toBe(40103);
  });

  test('are updated in what is sent; departments are replaced, custom fields too unless appended', async () => {
    const [, first, second] = caller.sim.company.units.map(({ id }) => id);
    await call('user/create', {
      ...good,
      userid: 'up1',
      dept_id_list: `1,${first}`,
      extension: { 爱好: '旅游' },
    });
    await call('user/update', {
      userid: 'up1',
      title: '经理',
      extension: { 车牌: 'A1' },
      ext_attrs_update_mode: 1,
    });
    const got = (await call('user/get', { userid: 'up1' })).result;
    expect(got).toMatchObject({ name: '新人', title: '经理', dept_id_list: [1, first] });
    expect(JSON.parse(got.extension)).toEqual({ 爱好: '旅游', 车牌: 'A1' });
    await call('user/update', {
      userid: 'up1',
      dept_id_list: String(second),
      extension: { 车牌: 'A2' },
      manager_userid: 'manager1000',
    });
    const moved = (await call('user/get', { userid: 'up1' })).result;
    expect(moved).toMatchObject({
      dept_id_list: [second],
      extension: '{"车牌":"A2"}',
      manager_userid: 'manager1000',
    });
    await call('user/update', { userid: 'up1', force_update_fields: 'manager_userid' });
    expect((await call('user/get', { userid: 'up1' })).result).not.toHaveProperty('manager_userid');
    caller.sim.set({ membershipsReplaced: false });
    await call('user/update', { userid: 'up1', dept_id_list: '1' });
    expect((await call('user/get', { userid: 'up1' })).result.dept_id_list).toEqual([second, 1]);
  });

  test('writing needs its permission point and stays within the range', async () => {
    const { sim } = caller;
    const inside = sim.company.units[1]?.id ?? 0;
    sim.changeApp(sim.app.clientId, { range: { depts: [inside], users: [] } });
    expect(await code('user/create', good)).toBe(50004);
    expect(await code('department/create', { name: '外', parent_id: 1 })).toBe(50004);
    expect(await code('user/delete', { userid: 'manager1000' })).toBe(50002);
    sim.revoke(sim.app.clientId, 'qyapi_manage_addresslist');
    expect((await call('user/create', good)).sub_code).toBe('60011');
  });
});
