import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, request, startCaller } from './dingtalk-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({ company: { seed: 21, people: 1200, messy: true } });
});
afterAll(() => caller.sim.close());

const LIST = '/topapi/v2/user/list';

function rows(path: string, body: object) {
  return caller.top(path, body).then((reply) => reply.body.result);
}

describe('departments', () => {
  test('listsub gives the direct children in order, without a dept_id those of the root', async () => {
    const root = await rows('/topapi/v2/department/listsub', {});
    const expected = caller.sim.company.units.filter((unit) => unit.parentId === 1);
    expect(root.map((row: { dept_id: number }) => row.dept_id)).toEqual(expected.map(({ id }) => id));
    expect(root[0]).toEqual({
      dept_id: expected[0]?.id,
      name: expected[0]?.name,
      parent_id: 1,
      create_dept_group: false,
      auto_add_user: false,
    });
    expect(await rows('/topapi/v2/department/listsubid', { dept_id: 1 })).toEqual({
      dept_id_list: expected.map(({ id }) => id),
    });
  });

  test('the root has no parent_id; others do; an empty department answers an empty list', async () => {
    const root = await rows('/topapi/v2/department/get', { dept_id: 1 });
    expect(root).not.toHaveProperty('parent_id');
    expect(root).toMatchObject({ dept_id: 1, name: '海川科技有限公司', member_count: 1200 });
    const leaf = caller.sim.company.units.find(
      (unit) => !caller.sim.company.units.some((other) => other.parentId === unit.id),
    );
    const found = await rows('/topapi/v2/department/get', { dept_id: leaf?.id });
    expect(found).toMatchObject({
      parent_id: leaf?.parentId,
      name: leaf?.name,
      dept_permits: [],
      outer_permit_users: [],
    });
    expect(typeof found.extention).toBe('string');
    expect(found).not.toHaveProperty('extension');
    expect(await rows('/topapi/v2/department/listsub', { dept_id: leaf?.id })).toEqual([]);
  });

  test('chains of parents start with the department and end with 1', async () => {
    const deep = caller.sim.company.units[9];
    const chain = (await rows('/topapi/v2/department/listparentbydept', { dept_id: deep?.id }))
      .parent_id_list;
    expect(chain).toHaveLength(10);
    expect([chain[0], chain.at(-1)]).toEqual([deep?.id, 1]);
    const boss = caller.sim.company.people[0];
    expect(await rows('/topapi/v2/department/listparentbyuser', { userid: boss?.id })).toEqual({
      parent_list: [{ parent_dept_id_list: [1] }],
    });
    const lost = await caller.top('/topapi/v2/department/listparentbyuser', { userid: 'nobody' });
    expect(lost.body.errcode).toBe(33012);
  });

  test('search finds by a part of the name', async () => {
    const units = caller.sim.company.units.filter((unit) => unit.name.includes('研发'));
    const reply = await caller.fresh('/v1.0/contact/departments/search', {
      queryWord: '研发',
      offset: 0,
      size: 2,
    });
    expect(reply.body).toEqual({
      hasMore: units.length > 2,
      totalCount: units.length,
      list: units.slice(0, 2).map(({ id }) => id),
    });
  });

  test('education corps show departments that cannot be read', async () => {
    caller.sim.set({ education: true });
    const ids = (await rows('/topapi/v2/department/listsub', {})).map(
      (row: { dept_id: number }) => row.dept_id,
    );
    expect(ids.slice(-2)).toEqual([-7, -1]);
    const reply = await caller.top('/topapi/v2/department/get', { dept_id: -7 });
    expect(reply.body).toMatchObject({ errcode: 40009, errmsg: '不合法的部门id' });
    expect((await caller.top(LIST, { dept_id: -7, cursor: 0, size: 10 })).body.errcode).toBe(60003);
    caller.sim.set({ education: false });
  });
});

describe('lists of people', () => {
  test('pages go by offset, next_cursor is there only while there is more', async () => {
    const { id, people } = caller.sim.company.truth.largestUnit;
    const seen: string[] = [];
    const cursors: unknown[] = [];
    for (let cursor: number | undefined = 0; cursor !== undefined; ) {
      const page = await rows(LIST, { dept_id: id, cursor, size: 100 });
      seen.push(...page.list.map((row: { userid: string }) => row.userid));
      cursors.push(page.next_cursor);
      expect(page.has_more).toBe('next_cursor' in page);
      cursor = page.next_cursor;
    }
    expect(cursors).toEqual([100, 200, 300, undefined]);
    expect(new Set(seen).size).toBe(people);
    expect((await rows('/topapi/user/listid', { dept_id: id })).userid_list).toEqual(seen);
    expect((await rows('/topapi/user/listsimple', { dept_id: id, cursor: 300, size: 100 })).list[0]).toEqual({
      userid: seen[300],
      name: caller.sim.company.people.find((person) => person.id === seen[300])?.name,
    });
  });

  test('everybody of the company is found by walking all departments, some more than once', async () => {
    const found: string[] = [];
    const walk = async (deptId: number): Promise<void> => {
      found.push(...(await rows('/topapi/user/listid', { dept_id: deptId })).userid_list);
      for (const child of await rows('/topapi/v2/department/listsub', { dept_id: deptId }))
        await walk(child.dept_id);
    };
    await walk(1);
    expect(found).toHaveLength(caller.sim.company.truth.memberships);
    expect(new Set(found).size).toBe(1200);
  });

  test('orders are printed digit by digit, beyond what JSON.parse keeps, and decide the sequence', async () => {
    const { text } = await caller.top(LIST, { dept_id: 1, cursor: 0, size: 100 });
    const orders = [...text.matchAll(/"dept_order":(\d+)/g)].map(([, digits = '']) => BigInt(digits));
    expect(orders[0]).toBe(176275808490200512n);
    expect(orders).toEqual([...orders].sort((a, b) => (a > b ? -1 : 1)));
    expect(orders.some((order) => BigInt(Number(order)) !== order)).toBe(true);
  });

  test('dept_order and leader are those of the listed department', async () => {
    const person = caller.sim.company.people.find(
      ({ memberships }) =>
        memberships.length > 1 && new Set(memberships.map(({ leader }) => leader)).size === 2,
    );
    for (const { unitId, leader } of person?.memberships ?? []) {
      const { list } = await rows(LIST, { dept_id: unitId, cursor: 0, size: 100 });
      const row = list.find((entry: { userid: string }) => entry.userid === person?.id);
      expect(row.leader).toBe(leader);
      expect(row.dept_id_list).toEqual(person?.memberships.map((entry) => entry.unitId));
    }
  });

  test('bad paging, order and departments have their own codes', async () => {
    const code = async (body: object): Promise<number> => (await caller.top(LIST, body)).body.errcode;
    const good = { dept_id: 1, cursor: 0, size: 100 };
    expect(await code({ ...good, size: 101 })).toBe(40069);
    expect(await code({ ...good, size: 0 })).toBe(40069);
    expect(await code({ ...good, cursor: -1 })).toBe(40068);
    expect(await code({ ...good, cursor: 'x' })).toBe(400002);
    expect(await code({ cursor: 0, size: 10 })).toBe(40035);
    expect(await code({ ...good, order_field: 'by_name' })).toBe(400002);
    expect(await code({ ...good, dept_id: 4711 })).toBe(60003);
    caller.sim.set({ oversizePageCode: 40035, unknownDepartmentCode: 60019 });
    expect(await code({ ...good, size: 101 })).toBe(40035);
    expect(await code({ ...good, dept_id: 4711 })).toBe(60019);
    caller.sim.set({ oversizePageCode: 40069, unknownDepartmentCode: 60003 });
  });

  test('other orders sort by entry', async () => {
    const { list } = await rows('/topapi/user/listsimple', {
      dept_id: 1,
      cursor: 0,
      size: 100,
      order_field: 'entry_asc',
    });
    const entered = new Map(caller.sim.company.people.map((person) => [person.id, person.createdAt]));
    const times = list.map((row: { userid: string }) => entered.get(row.userid));
    expect(times).toEqual([...times].sort((a: number, b: number) => a - b));
  });

  test('search by a part of the name or the whole of it', async () => {
    const name = caller.sim.company.people[0]?.name ?? '';
    const whole = { queryWord: name, offset: 0, size: 10, fullMatchField: 1 };
    const reply = await caller.fresh('/v1.0/contact/users/search', whole);
    expect(reply.body.list).toContain(caller.sim.company.people[0]?.id);
    const missing = await caller.fresh('/v1.0/contact/users/search', { offset: 0 });
    expect([missing.status, missing.body.code]).toEqual([400, 'MissingqueryWord']);
  });
});

describe('one person', () => {
  test('get tells everything with real types, extension as JSON text', async () => {
    const person = caller.sim.company.people.find(
      ({ custom, managerId, hiredDate }) => custom && managerId && hiredDate,
    );
    const result = await rows('/topapi/v2/user/get', { userid: person?.id });
    expect(result).toMatchObject({
      userid: person?.id,
      name: person?.name,
      state_code: '86',
      mobile: person?.mobile,
      manager_userid: person?.managerId,
      hired_date: person?.hiredDate,
      admin: false,
      exclusive_account: false,
      union_emp_ext: {},
    });
    expect(JSON.parse(result.extension)).toEqual(person?.custom);
    expect(result.create_time).toBe(new Date(person?.createdAt ?? 0).toISOString());
    expect(result).not.toHaveProperty('role_list');
    const boss = await rows('/topapi/v2/user/get', { userid: caller.sim.company.people[0]?.id });
    expect(boss.role_list).toEqual([{ group_name: '默认', id: 4065312371, name: '主管理员' }]);
    expect(boss).not.toHaveProperty('manager_userid');
  });

  test('leader_in_dept does not keep the order of dept_id_list', async () => {
    const person = caller.sim.company.people.find(({ memberships }) => memberships.length > 1);
    const result = await rows('/topapi/v2/user/get', { userid: person?.id });
    const leaders = result.leader_in_dept.map((entry: { dept_id: number }) => entry.dept_id);
    expect(leaders).not.toEqual(result.dept_id_list);
    expect([...leaders].sort()).toEqual([...result.dept_id_list].sort());
  });

  test('what is empty is empty text, what is not kept is absent', async () => {
    const { nullFields, absentFields, noMobile } = caller.sim.company.truth.ids;
    const empty = await rows('/topapi/v2/user/get', { userid: nullFields[0] });
    expect(empty).toMatchObject({ email: '', job_number: '', title: '', work_place: '', telephone: '' });
    const absent = await rows('/topapi/v2/user/get', { userid: absentFields[0] });
    for (const key of ['email', 'job_number', 'title', 'work_place', 'hired_date'])
      expect(absent).not.toHaveProperty(key);
    const mobiles = await Promise.all(noMobile.map((userid) => rows('/topapi/v2/user/get', { userid })));
    expect(new Set(mobiles.map((row) => row.mobile))).toEqual(new Set(['', undefined]));
    expect(JSON.stringify([empty, absent, mobiles])).not.toContain('null');
  });

  test('without the field permissions the fields are absent', async () => {
    const app = caller.sim.addApp({ mobileField: false, personalFields: false });
    const reply = await request(
      `${caller.sim.url}/gettoken?appkey=${app.clientId}&appsecret=${app.clientSecret}`,
    );
    const blind = await caller.top(LIST, { dept_id: 1, cursor: 0, size: 100 }, reply.body.access_token);
    for (const key of ['mobile', 'state_code', 'email', 'org_email', 'work_place', 'remark', 'extension']) {
      expect(blind.text).not.toContain(`"${key}":`);
    }
    expect(blind.body.result.list[0]).toHaveProperty('telephone');
  });

  test('look-ups by mobile and unionid', async () => {
    const person = caller.sim.company.people[20];
    const { unionid } = await rows('/topapi/v2/user/get', { userid: person?.id });
    expect(await rows('/topapi/user/getbyunionid', { unionid })).toEqual({
      contact_type: 0,
      userid: person?.id,
    });
    expect(await rows('/topapi/v2/user/getbymobile', { mobile: person?.mobile })).toEqual({
      userid: person?.id,
    });
    const code = async (path: string, body: object): Promise<number> =>
      (await caller.top(path, body)).body.errcode;
    expect(await code('/topapi/v2/user/getbymobile', { mobile: '19900000000' })).toBe(60121);
    expect(await code('/topapi/v2/user/getbymobile', { mobile: 'abc' })).toBe(40104);
    expect(await code('/topapi/user/getbyunionid', { unionid: 'nobody' })).toBe(60121);
  });

  test('count, administrators, active people and authorised fields', async () => {
    const active = caller.sim.company.people.filter((person) => person.active).length;
    expect(await rows('/topapi/user/count', { only_active: true })).toEqual({ count: active });
    expect((await caller.top('/topapi/user/count', {})).body.errcode).toBe(400002);
    const admins = await rows('/topapi/user/listadmin', {});
    expect(admins.map((row: { sys_level: number }) => row.sys_level)).toEqual([1, 2, 2, 2]);
    const asleep = await rows('/topapi/inactive/user/v2/get', {
      is_active: false,
      offset: 0,
      size: 100,
      query_date: '20261120',
    });
    expect(asleep.list).toHaveLength(1200 - active);
    const scopes = await caller.get('/auth/scopes', { access_token: caller.token });
    expect(scopes.body).toMatchObject({
      errcode: 0,
      condition_field: [],
      auth_org_scopes: { authed_dept: [1], authed_user: [] },
    });
    expect(scopes.body.auth_user_field).toContain('mobile');
  });
});

describe('changes on the platform', () => {
  test('a person who moves to the front between pages shifts the rows', async () => {
    const { id } = caller.sim.company.truth.largestUnit;
    const first = await rows(LIST, { dept_id: id, cursor: 0, size: 100 });
    const added = caller.sim.mutate.addUser({
      name: '插队者',
      memberships: [{ deptId: id, order: 999999999999999999n }],
    });
    const second = await rows(LIST, { dept_id: id, cursor: 100, size: 100 });
    expect(second.list[0].userid).toBe(first.list[99].userid);
    caller.sim.mutate.removeUser(added);
    const again = await rows(LIST, { dept_id: id, cursor: 100, size: 100 });
    expect(again.list[0].userid).not.toBe(first.list[99].userid);
  });

  test('departments and people can be added, renamed, moved and removed', async () => {
    const { mutate } = caller.sim;
    const dept = mutate.addDepartment({ name: '临时部', parentId: 1 });
    const userid = mutate.addUser({ name: '临时工', mobile: '13000000001', deptIds: [dept, 1] });
    expect(await rows('/topapi/v2/user/getbymobile', { mobile: '13000000001' })).toEqual({ userid });
    mutate.renameDepartment(dept, '常设部');
    mutate.moveDepartment(dept, caller.sim.company.units[1]?.id ?? 0);
    expect(await rows('/topapi/v2/department/get', { dept_id: dept })).toMatchObject({
      name: '常设部',
      parent_id: caller.sim.company.units[1]?.id,
    });
    expect(() => mutate.moveDepartment(caller.sim.company.units[1]?.id ?? 0, dept)).toThrow(TypeError);
    mutate.renameUser(userid, '正式工');
    mutate.setLeader(userid, dept, true);
    expect((await rows(LIST, { dept_id: dept, cursor: 0, size: 10 })).list).toMatchObject([
      { name: '正式工', leader: true },
    ]);
    mutate.removeDepartment(dept);
    expect((await caller.top(LIST, { dept_id: dept, cursor: 0, size: 10 })).body.errcode).toBe(60003);
    expect((await rows('/topapi/v2/user/get', { userid })).dept_id_list).toEqual([1]);
    mutate.removeUser(userid);
  });

  test('a person who moves leaves the one list and enters the other; a page that just fits has no next', async () => {
    const { mutate } = caller.sim;
    const [from, to] = [1, 2].map((n) => mutate.addDepartment({ name: `往来${n}部`, parentId: 1 }));
    const [first, second] = ['甲', '乙'].map((name) => mutate.addUser({ name, deptIds: [from ?? 0] }));
    const listed = (dept_id: number | undefined, size = 2) =>
      rows('/topapi/user/listsimple', { dept_id, cursor: 0, size });
    expect(await listed(from)).toMatchObject({
      has_more: false,
      list: [{ userid: first }, { userid: second }],
    });
    expect(await listed(from)).not.toHaveProperty('next_cursor');
    expect(await listed(from, 1)).toMatchObject({ has_more: true, next_cursor: 1 });
    expect((await listed(to)).list).toEqual([]);
    mutate.moveUser(first ?? '', [to ?? 0]);
    expect((await listed(from)).list).toEqual([{ userid: second, name: '乙' }]);
    expect((await listed(to)).list).toEqual([{ userid: first, name: '甲' }]);
    for (const userid of [first, second]) mutate.removeUser(userid ?? '');
  });

  test('leavers show in the leave records and in SmartHR', async () => {
    const userid = caller.sim.mutate.addUser({ name: '将离者', mobile: '13000000002', deptIds: [1] });
    caller.sim.mutate.removeUser(userid, 'leave');
    expect((await caller.top('/topapi/v2/user/get', { userid })).body.errcode).toBe(60121);
    const since = new Date(Date.now() - 86_400_000).toISOString();
    const { body } = await caller.fresh(
      `/v1.0/contact/empLeaveRecords?startTime=${since}&nextToken=0&maxResults=50`,
    );
    expect(body.records.at(-1)).toEqual({
      userId: userid,
      name: '将离者',
      stateCode: '86',
      mobile: '13000000002',
      leaveTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      leaveReason: 'leave',
    });
    const gone = await caller.fresh('/v1.0/hrm/employees/dismissions?nextToken=0&maxResults=50');
    expect(gone.body.userIdList).toContain(userid);
    const infos = await caller.fresh(
      `/v1.0/hrm/employees/dimissionInfos?userIdList=${encodeURIComponent(JSON.stringify([userid]))}`,
    );
    expect(infos.body.result).toMatchObject([
      { userId: userid, mainDeptId: 1, deptList: [{ dept_id: 1, dept_path: '海川科技有限公司' }] },
    ]);
    caller.sim.set({ hrmOpen: false });
    const closed = await caller.fresh('/v1.0/hrm/employees/dismissions');
    expect([closed.status, closed.body.code]).toEqual([400, 'corpNotOpenHrm']);
    caller.sim.set({ hrmOpen: true });
  });

  test('with a visibility delay a change shows later in lists, a removal at once in get', async () => {
    const { sim } = caller;
    sim.clock.freeze();
    sim.set({ visibilityDelayMs: [3000, 3000] });
    const userid = sim.company.people[30]?.id ?? '';
    const dept = sim.company.people[30]?.memberships[0]?.unitId;
    sim.mutate.removeUser(userid);
    expect((await caller.top('/topapi/v2/user/get', { userid })).body.errcode).toBe(60121);
    expect((await rows('/topapi/user/listid', { dept_id: dept })).userid_list).toContain(userid);
    sim.clock.advance(3000);
    expect((await rows('/topapi/user/listid', { dept_id: dept })).userid_list).not.toContain(userid);
    sim.set({ visibilityDelayMs: [0, 0] });
  });
});
