import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, request, startCaller, UNRESTRICTED } from './wecom-caller.ts';
import { KEYS, type Receiver, startReceiver } from './wecom-receiver.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await startCaller(UNRESTRICTED);
});
afterEach(() => caller.sim.close());

async function upload(content: string | Buffer, { type = 'file', name = 'media' } = {}) {
  const form = new FormData();
  form.append('note', 'before the file');
  form.append(name, new Blob([content]), 'import.csv');
  const query = new URLSearchParams({ access_token: caller.contactsToken, type });
  return request(`${caller.sim.url}/cgi-bin/media/upload?${query}`, { method: 'POST', body: form });
}

async function start(path: string, csv: string, body: object = {}) {
  const { media_id } = (await upload(csv)).body;
  return caller.post(`batch/${path}`, { media_id, ...body });
}

const result = async (jobid: string) => (await caller.sync('batch/getresult', { jobid })).body;
const show = async (userid: string) => (await caller.get('user/get', { userid })).body;
const HEAD =
  '姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用,禁用项说明：(0-启用;1-禁用)';
const everybody = () => [...caller.sim.corp.members.values()].map(({ name, userid }) => `${name},${userid}`);

describe('uploads (§6.6)', () => {
  test('a file is good for three days', async () => {
    const reply = await upload('姓名,帐号\n甲,a1\n');
    expect(reply.body).toEqual({
      errcode: 0,
      errmsg: 'ok',
      type: 'file',
      media_id: expect.any(String),
      created_at: expect.stringMatching(/^\d{10}$/),
    });
    const { media_id } = reply.body;
    caller.sim.clock.advance(3 * 86_400_000);
    const token = caller.sim.tokens.issue(caller.sim.contacts, caller.sim.clock.now()).value;
    expect(await codeOf(caller.post('batch/syncuser', { media_id }, token))).toBe(40007);
  });

  test('an avatar must be an image', async () => {
    const image = (await upload('image bytes', { type: 'image' })).body.media_id;
    const file = (await upload('other bytes')).body.media_id;
    const create = (avatar_mediaid: string) =>
      codeOf(
        caller.post('user/create', { userid: 'pic', name: '图', email: 'pic@example.com', avatar_mediaid }),
      );
    expect(await create(file)).toBe(301015);
    expect(await create(image)).toBe(0);
    expect((await show('pic')).avatar).toMatch(/\/0$/);
  });

  test.each([
    ['five bytes', '12345', {}, 40006],
    ['another field', '1234567', { name: 'file' }, 41005],
    ['another kind', '1234567', { type: 'sheet' }, 40058],
    ['too much', Buffer.alloc(2 * 1024 * 1024 + 1), { type: 'voice' }, 45001],
  ] as const)('%s is refused', async (_what, content, options, code) => {
    expect(await codeOf(upload(content as string, options))).toBe(code);
  });
});

describe('syncuser', () => {
  test('creates who is not there, changes of others only what the file has, and touches nobody else', async () => {
    const known = [...caller.sim.corp.members.values()][5] as { userid: string; mobile: string };
    const others = caller.sim.corp.members.size;
    const csv = [
      HEAD,
      '"新,人",New.One,13500000001,new@example.com,1;' +
        `${[...caller.sim.corp.departments.keys()][1]},工程师,男,0;1,5;6,别名,地址,0571-1,0,`,
      `改名,${known.userid},,,,,,,,,,,1,`,
      '无号,bad id,,x@example.com,,,,,,,,,,',
    ].join('\r\n');
    const { jobid, errcode } = (await start('syncuser', csv, { to_invite: false })).body;
    expect([errcode, jobid.length <= 64]).toEqual([0, true]);
    expect(await result(jobid)).toMatchObject({
      errcode: 0,
      status: 3,
      type: 'sync_user',
      total: 3,
      percentage: 100,
      result: [
        { userid: 'New.One', errcode: 0 },
        { userid: known.userid, errcode: 0 },
        { userid: 'bad id', errcode: 40003 },
      ],
    });
    expect(await show('new.one')).toMatchObject({
      name: '新,人',
      mobile: '13500000001',
      department: [1, expect.any(Number)],
      is_leader_in_dept: [0, 1],
      order: [5, 6],
      gender: '1',
      status: 4,
    });
    expect(caller.sim.invitations).toEqual([]);
    expect(caller.sim.corp.members.size).toBe(others + 1);
    const only = `\uFEFF帐号,姓名,禁用,工号\n${known.userid},改名,1,G7\n`;
    await result((await start('syncuser', only)).body.jobid);
    expect(await show(known.userid)).toMatchObject({ name: '改名', status: 2, mobile: known.mobile });
    expect((await show(known.userid)).extattr.attrs).toContainEqual(
      expect.objectContaining({ name: '工号', value: 'G7' }),
    );
  });

  test.each([
    ['empty file', `${HEAD}\n`, 40092],
    ['missing column', '姓名,手机号\n甲,13500000001\n', 40092],
    ['broken quotes', '姓名,帐号\n"甲,a1\n', 40092],
    ['one userid twice', '姓名,帐号\n甲,a1\n乙,A1\n', 302003],
  ])('%s is refused', async (_what, csv, code) => {
    expect(await codeOf(start('syncuser', csv))).toBe(code);
  });

  test('what is wrong with the whole can be told by the job instead (?)', async () => {
    caller.sim.set({ batchChecks: 'job' });
    const { jobid } = (await start('syncuser', '姓名,帐号\n甲,a1\n乙,a1\n')).body;
    expect(await result(jobid)).toMatchObject({ errcode: 302003 });
  });

  test('a file is a must, and a callback must be whole', async () => {
    expect(await codeOf(caller.post('batch/syncuser', {}))).toBe(40007);
    const csv = '姓名,帐号\n甲,a1\n';
    expect(await codeOf(start('syncuser', csv, { callback: { url: 'http://127.0.0.1/' } }))).toBe(40058);
    const short = { url: 'http://127.0.0.1/', token: 't', encodingaeskey: 'k' };
    expect(await codeOf(start('syncuser', csv, { callback: short }))).toBe(40058);
  });
});

describe('one job at a time (§11 row 21)', () => {
  test('started, running, done; a second one is 302008; five are remembered', async () => {
    caller.sim.clock.freeze();
    caller.sim.set({ batchJobMs: 10_000 });
    const csv = (n: number) => `姓名,帐号,邮箱\n甲,j${n},j${n}@example.com\n`;
    const { jobid } = (await start('syncuser', csv(0))).body;
    expect(await result(jobid)).toMatchObject({ status: 1, percentage: 0, result: [] });
    expect(await codeOf(start('replaceparty', '部门名称,部门ID,父部门ID\n甲,2,1\n'))).toBe(302008);
    caller.sim.clock.advance(5000);
    expect(await result(jobid)).toMatchObject({ status: 2, percentage: 50, result: [] });
    expect(await codeOf(caller.get('user/get', { userid: 'j0' }))).toBe(60111);
    caller.sim.clock.advance(5000);
    expect(await result(jobid)).toMatchObject({
      status: 3,
      percentage: 100,
      result: [{ userid: 'j0', errcode: 0 }],
    });
    expect((await show('j0')).errcode).toBe(0);
    for (let n = 1; n <= 5; n++) {
      await start('syncuser', csv(n));
      caller.sim.clock.advance(10_000);
    }
    expect(await result(jobid)).toMatchObject({ errcode: 40089 });
    expect(await result('jobid_none')).toMatchObject({ errcode: 40088 });
  });
});

describe('replaceuser', () => {
  test('deletes who is not in the file, but not the creator', async () => {
    const rows = everybody();
    const csv = ['姓名,帐号', ...rows.filter((_, index) => index > 5)].join('\n');
    const { jobid } = (await start('replaceuser', csv)).body;
    const { result: results } = await result(jobid);
    expect(results.filter((row: { errcode: number }) => row.errcode === 301005)).toMatchObject([
      { userid: 'manager1000' },
    ]);
    expect(caller.sim.corp.members.size).toBe(rows.length - 5);
  });

  test.each([
    [60, 60 - 49, 45026],
    [60, 60 - 48, 0],
    [260, 260 - 53, 45026],
    [260, 260 - 52, 0],
    [260, 260 - 50, 0],
    [260, 260 - 49, 0],
  ])('of %i people, a file of %i: %i (deletions guarded)', async (people, kept, code) => {
    await caller.sim.close();
    caller = await startCaller({ ...UNRESTRICTED, company: { seed: 4, people } });
    const csv = ['姓名,帐号', ...everybody().slice(0, kept)].join('\n');
    expect(await codeOf(start('replaceuser', csv))).toBe(code);
    if (code !== 0) expect(caller.sim.corp.members.size).toBe(people);
  });
});

describe('replaceparty', () => {
  const HEADER = '部门名称,部门ID,父部门ID,排序';

  test('makes, renames, moves, reorders and deletes; who holds people goes when they are gone', async () => {
    const { mutate, corp } = caller.sim;
    const [a, b, empty, full] = ['甲', '乙', '空', '满'].map((name) =>
      mutate.addDepartment({ name, parentId: 1, order: 3 }),
    ) as [number, number, number, number];
    const userid = mutate.addUser({ name: '留', userid: 'stay', email: 's@example.com', deptIds: [full] });
    const kept = [...corp.departments.values()].filter(
      ({ id }) => id !== 1 && ![a, b, empty, full].includes(id),
    );
    const rows = [
      HEADER,
      `乙二,${b},${a},9`,
      `甲,${a},1,0`,
      `新,88001,${b},4`,
      '新,88002,88001,',
      '坏:名,88003,1,',
      ...kept.map(({ id, name, parentId }) => `${name},${id},${parentId},`),
    ];
    const { jobid } = (await start('replaceparty', rows.join('\n'))).body;
    const done = await result(jobid);
    expect(done).toMatchObject({ status: 3, type: 'replace_party' });
    expect(done.result).toEqual(
      expect.arrayContaining([
        { action: 0, partyid: a, errcode: 0, errmsg: 'ok' },
        { action: 2 + 4 + 8, partyid: b, errcode: 0, errmsg: 'ok' },
        { action: 1, partyid: 88_001, errcode: 0, errmsg: 'ok' },
        expect.objectContaining({ partyid: 88_003, errcode: 60009 }),
      ]),
    );
    expect(corp.departments.get(b)).toMatchObject({ name: '乙二', parentId: a, order: 9 });
    expect(corp.departments.get(88_002)).toMatchObject({ parentId: 88_001, order: 0 });
    expect([corp.departments.has(empty), corp.departments.has(full)]).toEqual([false, true]);
    await result(
      (await start('syncuser', `姓名,帐号,邮箱,所在部门\n留,${userid},s@example.com,${a}\n`)).body.jobid,
    );
    expect(corp.departments.has(full)).toBe(false);
  });

  test.each([
    ['an id twice', '甲,5,1,\n乙,5,1,', 302006],
    ['a name twice below one', '甲,5,1,\n甲,6,1,', 302007],
    ['a circle', '甲,5,6,\n乙,6,5,', 302004],
    ['an unknown parent', '甲,5,4242,', 302004],
  ])('%s is refused', async (_what, rows, code) => {
    expect(await codeOf(start('replaceparty', `${HEADER}\n${rows}\n`))).toBe(code);
  });
});

describe('the end of a job', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  test('is told to the address that came with it (§5.5)', async () => {
    const callback = { url: receiver.url, token: KEYS.token, encodingaeskey: KEYS.encodingAesKey };
    const { jobid } = (await start('syncuser', '姓名,帐号,邮箱\n甲,a1,a1@example.com\n', { callback })).body;
    await expect.poll(() => receiver.received.length).toBe(1);
    expect(receiver.received.splice(0)[0]?.event).toMatchObject({
      FromUserName: 'sys',
      MsgType: 'event',
      Event: 'batch_job_result',
      BatchJob: { JobId: jobid, JobType: 'sync_user', ErrCode: '0', ErrMsg: 'ok' },
    });
    caller.sim.set({ ...DEFAULT_SETTINGS, batchChecks: 'job' });
    await start('replaceuser', '姓名,帐号\n甲,a1\n', { callback });
    await expect.poll(() => receiver.received.length).toBe(1);
    expect(receiver.received[0]?.event.BatchJob).toMatchObject({ JobType: 'replace_user', ErrCode: '45026' });
  });
});
