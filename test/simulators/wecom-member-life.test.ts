import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, startCaller, UNRESTRICTED } from './wecom-caller.ts';

let caller: Caller;
let dept: number;
let other: number;
beforeAll(async () => {
  caller = await startCaller(UNRESTRICTED);
  dept = caller.sim.mutate.addDepartment({ name: '甲部', parentId: 1 });
  other = caller.sim.mutate.addDepartment({ name: '乙部', parentId: 1 });
});
afterAll(() => caller.sim.close());
beforeEach(() => void caller.sim.set(DEFAULT_SETTINGS));

let number = 0;
const mobile = (): string => `137${String(++number).padStart(8, '0')}`;
const create = (body: object) =>
  caller.post('user/create', {
    userid: `m${++number}`,
    name: '张三',
    mobile: mobile(),
    department: [dept],
    ...body,
  });
const made = async (body: object = {}): Promise<string> => {
  const userid = `m${++number}`;
  const reply = await create({ userid, ...body });
  expect(reply.body).toMatchObject({ errcode: 0, errmsg: 'created' });
  return userid;
};
const update = (body: object) => caller.post('user/update', body);
const shown = async (userid: string) => (await caller.get('user/get', { userid })).body;

describe('departments of a member', () => {
  test('without one somebody is put into 其他（待设置部门）, or refused by the older rule (§11 row 23)', async () => {
    for (const department of [undefined, [], [0]]) {
      const userid = await made({ department });
      const [id] = (await shown(userid)).department;
      const { department: node } = (await caller.get('department/get', { id })).body;
      expect(node).toMatchObject({ name: '其他（待设置部门）', parentid: 1 });
    }
    caller.sim.set({ placement: 'required' });
    expect(await codeOf(create({ department: undefined }))).toBe(41019);
  });

  test('unknown departments are created there and reported, or refused by the older rule', async () => {
    const reply = await create({ userid: 'newdept', department: [dept, 66_001, 66_002] });
    const created = reply.body.created_department_list.department_info;
    expect(created).toEqual([
      { name: expect.any(String), id: 66_001 },
      { name: expect.any(String), id: 66_002 },
    ]);
    expect((await shown('newdept')).department).toEqual([dept, 66_001, 66_002]);
    const { parentid } = (await caller.get('department/get', { id: 66_001 })).body.department;
    expect((await caller.get('department/get', { id: parentid })).body.department.name).toBe(
      '其他（待设置部门）',
    );
    for (const code of [60123, 60003] as const) {
      caller.sim.set({ unknownDepartment: code });
      expect(await codeOf(create({ department: [66_003] }))).toBe(code);
    }
  });

  test('a hundred at most, and no more than a department holds', async () => {
    caller.sim.set({ departmentsPerMember: 1 });
    expect(await codeOf(create({ department: [dept, other] }))).toBe(60110);
    caller.sim.set({ ...DEFAULT_SETTINGS, maxNodesPerDepartment: 1 });
    expect(await codeOf(create({ department: [dept] }))).toBe(81001);
  });
});

describe('the life of a member', () => {
  test('created 4, activated 1, disabled 2, enabled again what it was (§11 row 22)', async () => {
    const userid = await made();
    const status = async () => (await shown(userid)).status;
    expect(await status()).toBe(4);
    await update({ userid, enable: 0 });
    expect(await status()).toBe(2);
    await update({ userid, enable: 1 });
    expect(await status()).toBe(4);
    caller.sim.mutate.activate(userid);
    expect(await status()).toBe(1);
    await update({ userid, enable: 0 });
    expect(await status()).toBe(2);
    await update({ userid, enable: 1 });
    expect(await status()).toBe(1);
    expect((await shown(await made({ enable: 0 }))).status).toBe(2);
  });

  test('whoever leaves is unknown, or stays with status 5 (?)', async () => {
    const [gone, kept] = [await made(), await made()];
    caller.sim.mutate.leave(gone);
    expect(await codeOf(caller.get('user/get', { userid: gone }))).toBe(60111);
    caller.sim.set({ leftMembers: 'kept' });
    caller.sim.mutate.leave(kept);
    expect(await shown(kept)).toMatchObject({ status: 5, department: [] });
    expect((await caller.get('user/list', { department_id: dept })).text).not.toContain(`"${kept}"`);
  });

  test('deleting: unknown ones and the creator are refused, a list fails as a whole', async () => {
    const remove = (userid: string) => codeOf(caller.sync('user/delete', { userid }));
    expect(await remove('nobody')).toBe(60111);
    expect(await remove('manager1000')).toBe(301005);
    expect(await codeOf(caller.sync('user/delete'))).toBe(41009);
    const userids = [await made(), await made()];
    const batch = (useridlist: unknown) => caller.post('user/batchdelete', { useridlist });
    expect(await codeOf(batch([...userids, 'nobody']))).toBe(40031);
    expect(await codeOf(batch([...userids, 'MANAGER1000']))).toBe(301005);
    expect(await codeOf(batch(Array.from({ length: 201 }, () => userids[0])))).toBe(40032);
    expect(await codeOf(batch(undefined))).toBe(40063);
    expect((await shown(userids[0] as string)).errcode).toBe(0);
    expect((await batch(userids)).body).toEqual({ errcode: 0, errmsg: 'deleted' });
    expect(await codeOf(caller.get('user/get', { userid: userids[0] as string }))).toBe(60111);
  });

  test('invitations go out unless to_invite is false, and once a day when asked for', async () => {
    const asked = () => caller.sim.invitations.map(({ userid, by }) => `${userid} ${by}`);
    const [loud, quiet] = [await made(), await made({ to_invite: false })];
    expect(asked()).toContain(`${loud} user/create`);
    expect(asked().join()).not.toContain(quiet);
    const reply = await caller.post('batch/invite', {
      user: [loud, quiet, 'nobody'],
      party: [1, 4242],
      tag: [1],
    });
    expect(reply.body).toMatchObject({
      errcode: 0,
      invaliduser: ['nobody'],
      invalidparty: [4242],
      invalidtag: [1],
    });
    expect(asked().filter((entry) => entry.startsWith(`${loud} `))).toHaveLength(1);
    expect(asked()).toContain(`${quiet} batch/invite`);
    caller.sim.clock.advance(86_400_001);
    const token = caller.sim.tokens.issue(caller.sim.contacts, caller.sim.clock.now()).value;
    const invite = (body: object) => codeOf(caller.post('batch/invite', body, token));
    expect(await invite({ user: [loud] })).toBe(0);
    expect(asked().filter((entry) => entry.startsWith(`${loud} `))).toHaveLength(2);
    expect(await invite({})).toBe(40063);
    expect(await invite({ user: ['nobody'] })).toBe(81013);
    expect(await invite({ user: Array.from({ length: 1001 }, () => 'x') })).toBe(40032);
    expect(await invite({ party: Array.from({ length: 101 }, () => 1) })).toBe(40058);
  });
});

test('the quota ends creation with 45024, three times as many in a month with 45009', async () => {
  const small = await startCaller({ ...UNRESTRICTED, company: { seed: 2, people: 5 } });
  await using _ = small.sim;
  small.sim.set({ accountCap: 6 });
  const hire = (userid: string) =>
    codeOf(small.post('user/create', { userid, name: '新', mobile: mobile(), department: [1] }));
  expect(await hire('n0')).toBe(0);
  expect(await hire('n1')).toBe(45024);
  for (let i = 1; i < 18; i++) {
    await small.sync('user/delete', { userid: `n${i - 1}` });
    expect(await hire(`n${i}`)).toBe(0);
  }
  await small.sync('user/delete', { userid: 'n17' });
  expect(await hire('n18')).toBe(45009);
});
