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

describe('creating and changing', () => {
  test('every field comes back as it was given, index-aligned with the departments (§11 row 5)', async () => {
    const leader = await made();
    const fields = {
      name: '李雷',
      alias: 'Li Lei',
      mobile: '+86 '.trim() + mobile(),
      email: 'li.lei@example.com',
      order: [7, 4_294_967_295],
      is_leader_in_dept: [0, 1],
      main_department: other,
      direct_leader: [leader.toUpperCase()],
      position: '工程师',
      gender: '1',
      telephone: '0571-88888888,1',
      address: '文一西路',
      external_position: '顾问',
    };
    const userid = await made({
      ...fields,
      department: [dept, other],
      extattr: {
        attrs: [
          { type: 0, name: '工号', text: { value: 'A9' } },
          { type: 1, name: '主页', web: { url: 'https://example.com', title: '主页' } },
          { type: 0, name: '没有的', text: { value: '略过' } },
        ],
      },
      external_profile: {
        external_attr: [{ type: 0, name: '备注', text: { value: '对外' } }],
        wechat_channels: { nickname: '视频号' },
      },
    });
    expect(await shown(userid)).toMatchObject({
      ...fields,
      userid,
      direct_leader: [leader],
      department: [dept, other],
      extattr: {
        attrs: [
          { type: 0, name: '工号', text: { value: 'A9' } },
          { type: 1, name: '主页', web: { url: 'https://example.com', title: '主页' } },
        ],
      },
      external_profile: {
        external_attr: [{ type: 0, name: '备注', text: { value: '对外' } }],
        wechat_channels: { nickname: '视频号' },
      },
      status: 4,
    });
  });

  test('an update changes what it names and leaves the rest', async () => {
    const userid = await made({ position: '甲', email: 'keep@example.com', order: [5] });
    expect((await update({ userid, position: '乙' })).body).toEqual({ errcode: 0, errmsg: 'updated' });
    expect(await shown(userid)).toMatchObject({ position: '乙', email: 'keep@example.com', order: [5] });
    await update({ userid, department: [dept, other], is_leader_in_dept: [1, 0] });
    expect(await shown(userid)).toMatchObject({
      order: [5, 0],
      is_leader_in_dept: [1, 0],
      main_department: dept,
    });
    await update({ userid, department: [other] });
    expect(await shown(userid)).toMatchObject({ department: [other], main_department: other });
    await update({ userid, order: [9] });
    expect(await shown(userid)).toMatchObject({ department: [other], order: [9] });
  });

  test('an empty text empties a field, unless it is set to be passed over (?)', async () => {
    const userid = await made({ position: '甲', alias: 'a' });
    await update({ userid, position: '' });
    expect((await shown(userid)).position).toBe('');
    caller.sim.set({ emptyTextClears: false });
    await update({ userid, alias: '' });
    expect((await shown(userid)).alias).toBe('a');
  });

  test('userids are compared without regard to case and stored as typed (§11 row 4)', async () => {
    const userid = await made({ userid: 'Zhang.San-1@x_Y' });
    expect(userid).not.toBe('');
    expect((await shown('zhang.san-1@X_y')).userid).toBe('Zhang.San-1@x_Y');
    expect(await codeOf(create({ userid: 'ZHANG.SAN-1@X_Y' }))).toBe(60102);
    expect(await codeOf(update({ userid: 'ZHANG.san-1@x_y', position: '在' }))).toBe(0);
    expect((await caller.sync('user/delete', { userid: 'zhang.san-1@x_y' })).body).toEqual({
      errcode: 0,
      errmsg: 'deleted',
    });
  });

  test.each([
    ['userid missing', { userid: undefined }, 41009],
    ['userid with a space', { userid: 'a b' }, 40003],
    ['userid that begins with a dot', { userid: '.a' }, 40003],
    ['userid in Chinese', { userid: '张三' }, 40003],
    ['userid of 65 bytes', { userid: 'a'.repeat(65) }, 40003],
    ['name missing', { name: undefined }, 60112],
    ['name empty', { name: '' }, 60112],
    ['name of 65 characters', { name: '名'.repeat(65) }, 60112],
    ['alias too long', { alias: '名'.repeat(65) }, 40058],
    ['mobile with letters', { mobile: '1380000000a' }, 60103],
    ['mobile too long', { mobile: `+${'1'.repeat(32)}` }, 60103],
    ['foreign number without country code', { mobile: '2025550123' }, 60103],
    ['email without domain', { email: 'nobody' }, 60105],
    ['email of 5 bytes', { email: 'a@b.c' }, 60105],
    ['email of 65 bytes', { email: `${'a'.repeat(53)}@example.com` }, 60105],
    ['neither mobile nor email', { mobile: undefined }, 60129],
    ['both empty', { mobile: '', email: '' }, 60129],
    ['position too long', { position: '职'.repeat(129) }, 301012],
    ['telephone with letters', { telephone: 'ext1' }, 301013],
    ['telephone too long', { telephone: '1'.repeat(33) }, 301013],
    ['address too long', { address: '址'.repeat(129) }, 40058],
    ['gender 3', { gender: '3' }, 40058],
    ['enable 2', { enable: 2 }, 40058],
    ['external position too long', { external_position: '职'.repeat(13) }, 40058],
    ['department as text', { department: '1' }, 41019],
    ['department with text in it', { department: ['x'] }, 40066],
    ['department twice', { department: [1, 1] }, 40066],
    ['order of another length', { order: [1, 2] }, 40058],
    ['order too large', { order: [2 ** 32] }, 40058],
    ['leader flags of another length', { is_leader_in_dept: [1, 0] }, 60132],
    ['leader flag 2', { is_leader_in_dept: [2] }, 60132],
    ['main department elsewhere', { main_department: 1 }, 40058],
    ['two direct leaders', { direct_leader: ['manager1000', 'm1'] }, 60257],
    ['unknown direct leader', { direct_leader: ['nobody'] }, 60111],
    ['unknown avatar', { avatar_mediaid: 'none' }, 40007],
    [
      'attribute too long',
      { extattr: { attrs: [{ type: 0, name: '工号', text: { value: 'x'.repeat(65) } }] } },
      40058,
    ],
    [
      'page title too long',
      {
        extattr: { attrs: [{ type: 1, name: '主页', web: { url: 'https://a.cn', title: 'x'.repeat(13) } }] },
      },
      40058,
    ],
    ['company name that is not certified', { external_profile: { external_corp_name: '海川' } }, 41036],
    [
      'external text too long',
      { external_profile: { external_attr: [{ type: 0, name: 'a', text: { value: 'x'.repeat(13) } }] } },
      90102,
    ],
    [
      'external page without title',
      { external_profile: { external_attr: [{ type: 1, name: 'a', web: { url: 'https://a.cn' } }] } },
      90103,
    ],
    ['external field of no kind', { external_profile: { external_attr: [{ type: 9, name: 'a' }] } }, 90105],
  ] as const)('%s is refused and nothing is created', async (_what, body, code) => {
    const before = caller.sim.corp.members.size;
    expect(await codeOf(create(body))).toBe(code);
    expect(caller.sim.corp.members.size).toBe(before);
  });

  test.each([
    ['a mainland number with +86', '+8613712340001'],
    ['a mainland number with dashes', '137-1234-0002'],
    ['a foreign number with its code', '+1-202-555-0123'],
  ])('%s is taken', async (_what, value) => {
    expect((await shown(await made({ mobile: value }))).mobile).toBe(value);
  });

  test('mobile and mail are unique in the corp, however they are written; the holder is named', async () => {
    const holder = await made({ mobile: '13711112222', email: 'One@example.com' });
    expect((await create({ mobile: '+86-137-1111-2222' })).body).toMatchObject({
      errcode: 60104,
      errmsg: expect.stringContaining(`mobile existed:${holder}`),
    });
    expect(await codeOf(create({ email: 'one@EXAMPLE.com' }))).toBe(60106);
    const second = await made();
    expect(await codeOf(update({ userid: second, mobile: '13711112222' }))).toBe(60104);
    expect(await codeOf(update({ userid: holder, mobile: '+8613711112222', email: 'one@example.com' }))).toBe(
      0,
    );
    await caller.sync('user/delete', { userid: holder });
    expect(await codeOf(update({ userid: second, mobile: '13711112222' }))).toBe(0);
  });

  test('mobile or mail must stay when the other is emptied', async () => {
    const userid = await made({ email: 'stay@example.com' });
    expect(await codeOf(update({ userid, mobile: '' }))).toBe(0);
    expect(await codeOf(update({ userid, email: '' }))).toBe(60129);
    expect(await codeOf(update({ userid, email: '', mobile: mobile() }))).toBe(0);
  });

  test('the mobile of somebody who has activated is passed over without a word (§11 row 12)', async () => {
    const first = mobile();
    const userid = await made({ mobile: first });
    caller.sim.mutate.activate(userid);
    for (const value of ['13700009999', 'nonsense', ''])
      expect((await update({ userid, mobile: value })).body).toEqual({ errcode: 0, errmsg: 'updated' });
    expect((await shown(userid)).mobile).toBe(first);
  });

  test('a userid can be changed when the system made it, once', async () => {
    const userid = await made();
    expect(await codeOf(update({ userid, new_userid: 'other' }))).toBe(301036);
    const generated = caller.sim.mutate.addUser({ name: 'Wang', mobile: mobile() });
    expect(await codeOf(update({ userid: generated, new_userid: userid }))).toBe(60102);
    expect(await codeOf(update({ userid: generated, new_userid: 'Renamed' }))).toBe(0);
    expect(await codeOf(caller.get('user/get', { userid: generated }))).toBe(60111);
    expect((await shown('renamed')).userid).toBe('Renamed');
    expect(await codeOf(update({ userid: 'renamed', new_userid: 'again' }))).toBe(301036);
  });

  test('one direct leader, or five where the older rule holds', async () => {
    const leaders = [await made(), await made()];
    caller.sim.set({ directLeaders: 5 });
    const userid = await made({ direct_leader: leaders });
    expect((await shown(userid)).direct_leader).toEqual(leaders);
    await caller.sync('user/delete', { userid: leaders[0] as string });
    expect((await shown(userid)).direct_leader).toEqual([leaders[1]]);
  });

  test('attributes: an empty value clears one, others stay, unknown names and wrong kinds are passed over (§11 row 12)', async () => {
    const attrs = (...list: object[]) => ({ extattr: { attrs: list } });
    const web = (url: string, title: string) => ({ type: 1, name: '主页', web: { url, title } });
    const userid = await made(
      attrs({ type: 0, name: '工号', text: { value: 'A' } }, web('https://a.cn', 'a')),
    );
    const names = async () => (await shown(userid)).extattr.attrs.map((one: { name: string }) => one.name);
    await update({
      userid,
      ...attrs(
        { type: 0, name: '工位', text: { value: '3F' } },
        { type: 1, name: '工号', web: {} },
        { type: 0, name: '无', text: { value: 'x' } },
      ),
    });
    expect(await names()).toEqual(['工号', '主页', '工位']);
    await update({ userid, ...attrs({ type: 0, name: '工号', text: { value: '' } }, web('', '')) });
    expect(await names()).toEqual(['工位']);
  });

  test('a certified company name, and the mini-program of an external profile', async () => {
    caller.sim.set({ certifiedNames: ['海川'] });
    const program = { appid: 'wx1', pagepath: 'p', title: '名片' };
    const external_profile = {
      external_corp_name: '海川',
      external_attr: [{ type: 2, name: 'm', miniprogram: program }],
    };
    const userid = await made({ external_profile, nickname: '频道' });
    expect((await shown(userid)).external_profile).toEqual({
      ...external_profile,
      wechat_channels: { nickname: '频道', status: 1 },
    });
  });

  test('corp mail is passed over where it is not open, else unique and made by itself', async () => {
    expect((await shown(await made({ biz_mail: 'x@corp.cn' }))).biz_mail).toBe('');
    caller.sim.set({ corpMailDomain: 'corp.cn' });
    const userid = await made();
    expect((await shown(userid)).biz_mail).toBe(`${userid}@corp.cn`);
    expect(await codeOf(create({ biz_mail: `${userid}@corp.cn` }))).toBe(60144);
    expect(await codeOf(create({ biz_mail: 'nonsense' }))).toBe(60143);
  });
});
