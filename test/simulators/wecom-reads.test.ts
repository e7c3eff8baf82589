import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BEFORE_RESTRICTIONS, DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, startCaller, tokenOf, UNRESTRICTED } from './wecom-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({
    ...UNRESTRICTED,
    company: { seed: 9, people: 120, orgUnits: 12, messy: true },
  });
});
afterAll(() => caller.sim.close());
beforeEach(() => void caller.sim.set(DEFAULT_SETTINGS));

let number = 0;
const add = (input: object = {}): string =>
  caller.sim.mutate.addUser({
    name: '张三',
    userid: `r${++number}`,
    mobile: `136${String(number).padStart(8, '0')}`,
    ...input,
  });
const addDepartment = (parentId = 1, order = 0): number =>
  caller.sim.mutate.addDepartment({ name: `部门${++number}`, parentId, order });
const userids = (rows: { userid: string }[]): string[] => rows.map((row) => row.userid);

/** An app that sees this much, with all fields. */
async function appWith(range: { depts: number[]; users: string[] }): Promise<string> {
  const { clientId } = caller.sim.addApp({ range, createdAt: BEFORE_RESTRICTIONS });
  return tokenOf(caller.sim, clientId);
}

describe('lists of members', () => {
  test('everybody of the company is found by walking all departments, who is in several more than once (§11 row 5)', async () => {
    const { department } = (await caller.get('department/list')).body;
    const rows: string[] = [];
    for (const { id } of department) {
      const { userlist } = (await caller.get('user/list', { department_id: id })).body;
      for (const one of userlist) expect(one.department).toContain(id);
      rows.push(...userids(userlist));
    }
    const members = [...caller.sim.corp.members.values()];
    expect(new Set(rows)).toEqual(new Set(members.map((member) => member.userid)));
    expect(rows).toHaveLength(members.reduce((sum, member) => sum + member.memberships.length, 0));
    expect(rows.length).toBeGreaterThan(members.length);
  });

  test('larger order first, then whoever was created first (§11 row 3)', async () => {
    const id = addDepartment();
    const [a, b, c] = [
      add({ places: [{ departmentId: id, order: 1 }] }),
      add({ places: [{ departmentId: id, order: 9 }] }),
      add({ places: [{ departmentId: id, order: 1 }] }),
    ];
    for (const path of ['user/list', 'user/simplelist']) {
      expect(userids((await caller.get(path, { department_id: id })).body.userlist)).toEqual([b, a, c]);
    }
    const { userlist } = (await caller.get('user/simplelist', { department_id: id })).body;
    expect(userlist[0]).toEqual({ userid: b, name: '张三', department: [id] });
  });

  test('fetch_child is accepted and recurses, each member once', async () => {
    const id = addDepartment();
    const below = addDepartment(id);
    const [a, b] = [add({ deptIds: [id, below] }), add({ deptIds: [below] })];
    const { userlist } = (await caller.get('user/list', { department_id: id, fetch_child: 1 })).body;
    expect(userids(userlist)).toEqual([a, b]);
  });

  test('a list that is too big is 45029; unknown and missing departments are told', async () => {
    caller.sim.set({ maxListRows: 1 });
    const id = addDepartment();
    add({ deptIds: [id] });
    expect(await codeOf(caller.get('user/list', { department_id: id }))).toBe(0);
    add({ deptIds: [id] });
    expect((await caller.get('user/list', { department_id: id })).body).toMatchObject({
      errcode: 45029,
      userlist: [],
    });
    expect(await codeOf(caller.get('user/list', { department_id: 424_242 }))).toBe(60003);
    caller.sim.set({ unknownDepartmentCode: 60123 });
    expect(await codeOf(caller.get('user/list', { department_id: 424_242 }))).toBe(60123);
    expect(await codeOf(caller.get('user/list'))).toBe(40063);
    expect(await codeOf(caller.get('user/get'))).toBe(41009);
    expect(await codeOf(caller.get('user/get', { userid: 'a b' }))).toBe(40003);
  });
});

describe('list_id', () => {
  const page = async (body: object) => (await caller.post('user/list_id', body)).body;

  test('gives a row per member and department, in pages that end with an empty cursor', async () => {
    const rows: { userid: string; department: number }[] = [];
    let cursor = '';
    do {
      const { dept_user, next_cursor } = await page(cursor ? { cursor, limit: 17 } : { limit: 17 });
      expect(dept_user.length).toBeLessThanOrEqual(17);
      rows.push(...dept_user);
      cursor = next_cursor;
    } while (cursor !== '');
    const whole = await page({});
    expect(whole).toMatchObject({ errcode: 0, errmsg: 'ok', next_cursor: '' });
    expect(rows).toEqual(whole.dept_user);
    const expected = [...caller.sim.corp.members.values()].flatMap((member) =>
      member.memberships.map((entry) => ({ userid: member.userid, department: entry.departmentId })),
    );
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set(expected.map((row) => JSON.stringify(row))),
    );
    expect(rows).toHaveLength(expected.length);
  });

  test('nobody shifts when people come and go between two pages, and a renamed one keeps the place', async () => {
    const first = await page({ limit: 20 });
    const gone = add();
    const before = userids((await page({ cursor: first.next_cursor })).dept_user);
    caller.sim.mutate.removeUser(first.dept_user[0].userid);
    caller.sim.mutate.changeUserid(first.dept_user[1].userid, 'umbenannt');
    caller.sim.mutate.removeUser(gone);
    const late = add();
    const after = userids((await page({ cursor: first.next_cursor })).dept_user);
    expect(after).toEqual([...before.filter((userid) => userid !== gone), late]);
  });

  test.each([
    ['limit 0', { limit: 0 }],
    ['limit 10001', { limit: 10_001 }],
    ['a cursor of nowhere', { cursor: 'x' }],
  ])('%s is 40058', async (_what, body) => {
    expect(await page(body)).toMatchObject({ errcode: 40058, dept_user: [] });
  });
});

describe('look-ups', () => {
  test('by mobile and by mail; unknown ones and those out of range are 46004', async () => {
    const dept = addDepartment();
    const userid = add({
      mobile: '13600000009',
      email: 'look@example.com',
      bizMail: 'look@corp.cn',
      deptIds: [dept],
    });
    const mobile = (value: string, token?: string) => caller.post('user/getuserid', { mobile: value }, token);
    const email = (body: object, token?: string) => caller.post('user/get_userid_by_email', body, token);
    expect((await mobile('+86 13600000009'.replace(' ', ''))).body).toMatchObject({ errcode: 0, userid });
    expect((await email({ email: 'Look@Corp.cn' })).body.userid).toBe(userid);
    expect((await email({ email: 'look@example.com', email_type: 2 })).body.userid).toBe(userid);
    expect(await codeOf(email({ email: 'look@example.com' }))).toBe(46004);
    expect(await codeOf(email({ email: 'x@example.com', email_type: 3 }))).toBe(40058);
    expect(await codeOf(email({}))).toBe(40063);
    expect(await codeOf(mobile('13699999999'))).toBe(46004);
    expect(await codeOf(mobile('1'))).toBe(60103);
    const blind = await appWith({ depts: [addDepartment()], users: [] });
    expect(await codeOf(mobile('13600000009', blind))).toBe(46004);
    expect(await codeOf(email({ email: 'look@corp.cn' }, blind))).toBe(46004);
  });

  test('wrong look-ups by mobile beyond a fifth of the people block for the day', async () => {
    const small = await startCaller({ company: { seed: 3, people: 10 } });
    await using sim = small.sim;
    let token = small.contactsToken;
    const look = (mobile: string) => codeOf(small.post('user/getuserid', { mobile }, token));
    const known = [...sim.corp.members.values()][0]?.mobile ?? '';
    for (let i = 0; i < 3; i++) expect(await look(`1360000000${i}`)).toBe(46004);
    expect(await look(known)).toBe(45009);
    sim.clock.advance(86_400_000);
    token = await tokenOf(sim, 'contacts');
    expect(await look(known)).toBe(0);
  });
});

describe('the visible range (§7.1, §11 row 6)', () => {
  test('departments with all below them, several tops, which keep their real parents', async () => {
    const hidden = addDepartment();
    const [a, b] = [addDepartment(hidden, 5), addDepartment()];
    const below = addDepartment(a);
    const token = await appWith({ depts: [a, b], users: [] });
    const list = (await caller.get('department/list', {}, token)).body.department;
    expect(list.map((dept: { id: number; parentid: number }) => [dept.id, dept.parentid])).toEqual(
      expect.arrayContaining([
        [a, hidden],
        [below, a],
        [b, 1],
      ]),
    );
    expect(list).toHaveLength(3);
    expect((await caller.get('department/simplelist', {}, token)).body.department_id).toHaveLength(3);
    for (const path of ['department/get', 'department/list'])
      expect(await codeOf(caller.get(path, { id: hidden }, token))).toBe(60011);
    expect(await codeOf(caller.get('user/list', { department_id: hidden }, token))).toBe(60011);
    caller.sim.set({ outOfRangeDepartmentCode: 60003 });
    expect(await codeOf(caller.get('department/get', { id: hidden }, token))).toBe(60003);
  });

  test('departments, main department and leaders of a member are shown as far as they are visible', async () => {
    const [seen, unseen] = [addDepartment(), addDepartment()];
    const boss = add({ deptIds: [unseen] });
    const places = [
      { departmentId: unseen, order: 1, leader: true },
      { departmentId: seen, order: 2, leader: true },
    ];
    const userid = add({ places, directLeaders: [boss] });
    const token = await appWith({ depts: [seen], users: [] });
    const { body } = await caller.get('user/get', { userid }, token);
    expect(body).toMatchObject({ department: [seen], order: [2], is_leader_in_dept: [1], direct_leader: [] });
    expect(body).not.toHaveProperty('main_department');
    expect((await caller.get('user/get', { userid })).body).toMatchObject({
      department: [unseen, seen],
      main_department: unseen,
      direct_leader: [boss],
    });
    expect(await codeOf(caller.get('user/get', { userid: boss }, token))).toBe(60111);
    for (const code of [60011, 50002] as const) {
      caller.sim.set({ outOfRangeUserCode: code });
      expect(await codeOf(caller.get('user/get', { userid: boss }, token))).toBe(code);
    }
  });

  test('somebody who is listed as a person is seen, without departments that are not (?)', async () => {
    const unseen = addDepartment();
    const userid = add({ places: [{ departmentId: unseen, leader: true }] });
    const token = await appWith({ depts: [addDepartment()], users: [userid.toUpperCase()] });
    const { body } = await caller.get('user/get', { userid }, token);
    expect(body).toMatchObject({ errcode: 0, userid, department: [], order: [], is_leader_in_dept: [] });
    expect(body).not.toHaveProperty('main_department');
    const leaders = (await caller.get('department/get', { id: unseen })).body.department.department_leader;
    expect(leaders).toEqual([userid]);
  });

  test('a range that is changed shows after the delay', async () => {
    const dept = addDepartment();
    const { clientId } = caller.sim.addApp({ range: { depts: [dept], users: [] } });
    const token = await tokenOf(caller.sim, clientId);
    const count = async () => (await caller.get('department/list', {}, token)).body.department.length;
    caller.sim.set({ rangeDelayMs: 10_000 });
    caller.sim.changeApp(clientId, { range: { depts: [1], users: [] } });
    expect(await count()).toBe(1);
    caller.sim.clock.advance(10_000);
    expect(await count()).toBe(caller.sim.corp.departments.size);
  });
});

describe('the restrictions of 2022 (§3.4, §11 row 7)', () => {
  const SENSITIVE = ['avatar', 'thumb_avatar', 'mobile', 'email', 'biz_mail', 'qr_code', 'address'];

  test('an app made since omits the fields and gives gender 0; one made before shows them', async () => {
    const userid = add({ email: 'full@example.com', gender: '1', address: '文一西路' });
    const { clientId } = caller.sim.addApp({});
    const newer = await tokenOf(caller.sim, clientId);
    const { body } = await caller.get('user/get', { userid }, newer);
    for (const field of SENSITIVE) expect(body).not.toHaveProperty(field);
    expect(body).toMatchObject({ gender: '0', name: '张三', status: 4, position: '' });
    const older = (await caller.get('user/get', { userid })).body;
    expect(older).toMatchObject({ gender: '1', email: 'full@example.com', address: '文一西路' });
    for (const field of SENSITIVE) expect(older).toHaveProperty(field);
    caller.sim.set({ thumbAvatarRestricted: false });
    expect((await caller.get('user/get', { userid }, newer)).body).toHaveProperty('thumb_avatar');
  });

  test('extras of old accounts appear when switched on', async () => {
    caller.sim.set({ legacyExtras: true });
    expect((await caller.get('user/get', { userid: add() })).body).toMatchObject({
      enable: 1,
      isleader: 0,
      hide_mobile: 0,
    });
  });
});
