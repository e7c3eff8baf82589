import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, startCaller, UNRESTRICTED } from './wecom-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller(UNRESTRICTED);
});
afterAll(() => caller.sim.close());
beforeEach(() => void caller.sim.set(DEFAULT_SETTINGS));

let number = 0;
/** A name that no other department has. */
const fresh = (word = '部门'): string => `${word}${++number}`;
const create = (body: object) => caller.post('department/create', { name: fresh(), parentid: 1, ...body });
const made = async (body: object = {}): Promise<number> => (await create(body)).body.id;
const update = (body: object) => caller.post('department/update', body);
const shown = async (id: number) => (await caller.get('department/get', { id })).body.department;

describe('departments', () => {
  test('are created, read, changed in what is sent, and deleted by GET', async () => {
    const parentid = await made();
    const created = await create({ name: '研发中心', name_en: 'RD', parentid, order: 4_294_967_295 });
    expect(created.body).toEqual({ errcode: 0, errmsg: 'created', id: expect.any(Number) });
    const { id } = created.body;
    expect(await shown(id)).toEqual({
      id,
      name: '研发中心',
      name_en: 'RD',
      parentid,
      order: 4_294_967_295,
      department_leader: [],
    });
    expect((await update({ id, order: 3 })).body).toEqual({ errcode: 0, errmsg: 'updated' });
    expect(await shown(id)).toMatchObject({ name: '研发中心', parentid, order: 3 });
    await update({ id, name: '研发部', parentid: 1 });
    expect(await shown(id)).toMatchObject({ name: '研发部', parentid: 1, order: 3 });
    expect((await caller.sync('department/delete', { id })).body).toEqual({ errcode: 0, errmsg: 'deleted' });
    expect(await codeOf(caller.get('department/get', { id }))).toBe(60003);
  });

  test('a wished id is taken; without one the next free one is given', async () => {
    const id = await made({ id: 77_000 });
    expect(id).toBe(77_000);
    expect(await codeOf(create({ id: 77_000 }))).toBe(60008);
    expect(await codeOf(create({ id: 1 }))).toBe(60008);
    expect(await codeOf(create({ id: 0 }))).toBe(40058);
    expect(await codeOf(create({ id: 2 ** 31 }))).toBe(40058);
    expect(await made()).toBeGreaterThan(77_000);
  });

  test.each([
    ['name empty', { name: '' }, 60001],
    ['name missing', { name: undefined }, 60001],
    ['65 characters', { name: '部'.repeat(65) }, 60001],
    ['order too large', { order: 2 ** 32 }, 40058],
    ['order negative', { order: -1 }, 40058],
    ['parent unknown', { parentid: 424_242 }, 60004],
    ['parent missing', { parentid: undefined }, 60124],
    ['parent negative', { parentid: -1 }, 60124],
    ...['\\', ':', '*', '?', '"', '<', '>', '|', '｜'].map(
      (sign) => [`name with ${sign}`, { name: `部${sign}门` }, 60009] as const,
    ),
    ['English name with a colon', { name_en: 'R:D' }, 60009],
  ] as const)('%s is refused', async (_what, body, code) => {
    expect(await codeOf(create(body))).toBe(code);
  });

  test('limits of names that sources disagree about can be chosen', async () => {
    expect(await codeOf(create({ name: `${fresh()}${'部'.repeat(60)}` }))).toBe(0);
    caller.sim.set({ departmentName: { most: 64, unit: 'bytes' }, departmentCharactersCode: 60125 });
    expect(await codeOf(create({ name: '部'.repeat(22) }))).toBe(60001);
    expect(await codeOf(create({ name: '部?门' }))).toBe(60125);
  });

  test('names are unique among siblings, when created, renamed and moved', async () => {
    const [a, b] = [await made(), await made()];
    const name = fresh();
    await made({ name, parentid: a });
    const reply = await create({ name, parentid: a });
    expect(reply.body).toMatchObject({
      errcode: 60008,
      errmsg: expect.stringMatching(/^department existed/),
    });
    const other = await made({ name, parentid: b });
    expect(await codeOf(update({ id: other, parentid: a }))).toBe(60008);
    const third = await made({ parentid: a });
    expect(await codeOf(update({ id: third, name }))).toBe(60008);
    expect(await codeOf(update({ id: other, name }))).toBe(0);
  });

  test('fifteen levels at most, for what is created and what is moved with all below it', async () => {
    let id = 1;
    for (let level = 2; level <= 15; level++) id = await made({ parentid: id });
    expect(await codeOf(create({ parentid: id }))).toBe(81002);
    const top = await made();
    const below = await made({ parentid: top });
    const [, parent = 0] = parentsOf(id);
    expect(await codeOf(update({ id: top, parentid: parent }))).toBe(81002);
    expect(await codeOf(update({ id: below, parentid: parent }))).toBe(0);
  });

  function parentsOf(id: number): number[] {
    const chain: number[] = [];
    for (
      let dept = caller.sim.corp.departments.get(id);
      dept;
      dept = caller.sim.corp.departments.get(dept.parentId ?? 0)
    )
      chain.push(dept.id);
    return chain;
  }

  test('no cycles; the root stays where it is and can be renamed', async () => {
    const top = await made();
    const below = await made({ parentid: top });
    expect(await codeOf(update({ id: top, parentid: top }))).toBe(60010);
    expect(await codeOf(update({ id: top, parentid: below }))).toBe(60010);
    expect(await codeOf(update({ id: 1, parentid: top }))).toBe(60010);
    expect(await codeOf(update({ id: 1, name: '海川集团', parentid: 0 }))).toBe(0);
    expect(await shown(1)).toMatchObject({ name: '海川集团', parentid: 0 });
    caller.sim.set({ rootParentId: 1 });
    expect((await shown(1)).parentid).toBe(1);
    expect(await codeOf(update({ id: 4_242, name: fresh() }))).toBe(60003);
    expect(await codeOf(update({ name: fresh() }))).toBe(40063);
  });

  test('only empty ones are deleted, the root never (§11 row 1)', async () => {
    const remove = (id: number) => codeOf(caller.sync('department/delete', { id }));
    const id = await made();
    const below = await made({ parentid: id });
    expect(await remove(1)).toBe(60007);
    expect(await remove(id)).toBe(60006);
    const userid = caller.sim.mutate.addUser({ name: '占位', mobile: '', deptIds: [below] });
    expect(await remove(below)).toBe(60005);
    caller.sim.mutate.removeUser(userid);
    expect([await remove(below), await remove(id), await remove(id)]).toEqual([0, 0, 60003]);
    expect(await codeOf(caller.sync('department/delete'))).toBe(40063);
  });

  test('numbers of departments and of nodes in one are limited', async () => {
    const id = await made();
    await made({ parentid: id });
    caller.sim.set({ maxNodesPerDepartment: 1 });
    expect(await codeOf(create({ parentid: id }))).toBe(81001);
    caller.sim.set({ ...DEFAULT_SETTINGS, maxDepartments: caller.sim.corp.departments.size });
    expect(await codeOf(create({}))).toBe(81001);
  });
});

describe('lists of departments', () => {
  test('hold the asked one with all below it, flat; larger order first, then the older (§11 rows 2 and 3)', async () => {
    const top = await made();
    const [a, b, c] = [
      await made({ parentid: top, order: 5 }),
      await made({ parentid: top, order: 9 }),
      await made({ parentid: top, order: 5 }),
    ];
    const deep = await made({ parentid: b });
    const ids = (rows: { id: number }[]) => rows.map((row) => row.id);
    const list = (await caller.get('department/list', { id: top })).body.department;
    expect(ids(list)).toEqual([top, b, deep, a, c]);
    const simple = (await caller.sync('department/simplelist', { id: top })).body.department_id;
    expect(simple[0]).toEqual({ id: top, parentid: 1, order: 0 });
    expect(ids(simple)).toEqual(ids(list));
    expect((await caller.get('department/list')).body.department).toHaveLength(
      caller.sim.corp.departments.size,
    );
    expect(await codeOf(caller.get('department/list', { id: 4_242 }))).toBe(60003);
    expect(await codeOf(caller.get('department/get'))).toBe(40063);
  });

  test('leaders of a department are those members who are marked in it', async () => {
    const id = await made();
    const userid = caller.sim.mutate.addUser({ name: '组长', places: [{ departmentId: id, leader: true }] });
    caller.sim.mutate.addUser({ name: '组员', deptIds: [id] });
    expect((await shown(id)).department_leader).toEqual([userid]);
  });

  test('changes show in reads after the delay, in the order in which they were made; writes see them at once (§11 row 13)', async () => {
    caller.sim.set({ visibilityDelayMs: [5000, 5000] });
    const id = await made();
    expect(await codeOf(caller.get('department/get', { id }))).toBe(60003);
    expect(await codeOf(update({ id, name: '迟到部' }))).toBe(0);
    const below = await made({ parentid: id });
    caller.sim.clock.advance(5001);
    expect(await shown(id)).toMatchObject({ name: '迟到部' });
    expect((await shown(below)).parentid).toBe(id);
  });
});
