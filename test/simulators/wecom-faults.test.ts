import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault, FaultRule } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, request, startCaller, tokenOf, UNRESTRICTED } from './wecom-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await startCaller(UNRESTRICTED);
});
afterEach(() => caller.sim.close());

const strike = (fault: Fault, rule: Omit<FaultRule, 'fault'> = {}): number =>
  caller.sim.faults.add({ fault, ...rule });
const create = (userid: string) =>
  caller.post('user/create', { userid, name: '新', email: `${userid}@example.com`, department: [1] });
const exists = (userid: string): boolean => caller.sim.corp.members.has(userid);
const list = () => caller.get('user/list', { department_id: 1 });

describe('answers in place of the call’s own', () => {
  test.each([
    [{ kind: 'error', code: -1 }, -1],
    [{ kind: 'error', code: 6000 }, 6000],
    [{ kind: 'platformTimeout' }, -1],
    [{ kind: 'throttle' }, 45009],
    [{ kind: 'throttle', dimension: 'concurrency' }, 45033],
  ] as const)('%j', async (fault, code) => {
    strike(fault);
    const { status, body } = await create('never');
    expect([status, body.errcode]).toEqual([200, code]);
    expect(exists('never')).toBe(false);
    expect(await codeOf(create('never'))).toBe(0);
  });

  test('statuses, pages and redirects', async () => {
    strike({ kind: 'http', status: 503 });
    strike({ kind: 'html', status: 502 }, { nth: 2 });
    strike({ kind: 'redirect', to: 'http://127.0.0.1:1/' }, { nth: 3 });
    const replies = [await list(), await list(), await list()];
    expect(replies.map(({ status }) => status)).toEqual([503, 502, 302]);
    expect(replies[1]?.headers.get('content-type')).toBe('text/html');
  });
});

describe('the connection', () => {
  test.each([
    ['resetBefore', false],
    ['resetAfter', true],
    ['timeout', false],
    ['timeoutAfter', true],
  ] as const)('%s leaves it done: %s', async (kind, done) => {
    strike({ kind }, { writes: true });
    const body = JSON.stringify({ userid: 'maybe', name: '新', email: 'm@example.com', department: [1] });
    const url = `${caller.sim.url}/cgi-bin/user/create?access_token=${caller.contactsToken}`;
    await expect(request(url, { method: 'POST', body, signal: AbortSignal.timeout(150) })).rejects.toThrow();
    await expect.poll(() => exists('maybe')).toBe(done);
    expect(caller.sim.ledger.entries({ api: '/cgi-bin/user/create' })[0]?.outcome).toBe(`fault:${kind}`);
  });

  test('half a JSON, a huge one, another type, another clock, a late and a dripping one', async () => {
    strike({ kind: 'truncate' });
    strike({ kind: 'hugeBody', bytes: 100_000 }, { nth: 2 });
    strike({ kind: 'contentType', type: 'text/plain' }, { nth: 3 });
    strike({ kind: 'clockSkew', ms: 3_600_000 }, { nth: 4 });
    strike({ kind: 'slowBody', chunkBytes: 1000, everyMs: 1 }, { nth: 5 });
    strike({ kind: 'latency', ms: 60 }, { nth: 6 });
    const [half, huge, typed, skewed, slow] = [
      await list(),
      await list(),
      await list(),
      await list(),
      await list(),
    ];
    expect(half.body).toBeUndefined();
    expect([Buffer.byteLength(huge.text), huge.body.errcode]).toEqual([100_000, 0]);
    expect(typed.headers.get('content-type')).toBe('text/plain');
    expect(Date.parse(skewed.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(slow.body.errcode).toBe(0);
    const before = performance.now();
    await list();
    expect(performance.now() - before).toBeGreaterThan(55);
  });
});

describe('content', () => {
  test('wrong types and missing errcodes', async () => {
    strike({ kind: 'wrongType', path: 'userlist.0.department', value: '1' });
    strike({ kind: 'wrongType', path: 'errcode' }, { nth: 2 });
    expect((await list()).body.userlist[0].department).toBe('1');
    expect((await list()).body).not.toHaveProperty('errcode');
  });

  test('rows of an answer: lost, doubled, turned round, none, few', async () => {
    caller.sim.mutate.addUser({ name: '乙', deptIds: [1] });
    const whole = (await list()).body.userlist.map((row: { userid: string }) => row.userid);
    const kinds: [Fault, string[]][] = [
      [{ kind: 'missingPage' }, whole.slice(0, -1)],
      [{ kind: 'duplicatePage' }, [...whole, ...whole]],
      [{ kind: 'reorderedPage' }, whole.toReversed()],
      [{ kind: 'emptyPage' }, []],
      [{ kind: 'shortPage', rows: 1 }, whole.slice(0, 1)],
      [{ kind: 'cursorLoop' }, whole],
    ];
    for (const [fault, expected] of kinds) {
      strike(fault);
      const { body } = await list();
      expect([body.errcode, body.userlist.map((row: { userid: string }) => row.userid)]).toEqual([
        0,
        expected,
      ]);
    }
  });

  test('pages of list_id: a cursor that leads in circles, pages that repeat, end early or grow short', async () => {
    const page = async (cursor?: string) =>
      (await caller.post('user/list_id', { limit: 10, ...(cursor ? { cursor } : {}) })).body;
    const first = await page();
    const second = await page(first.next_cursor);
    strike({ kind: 'cursorLoop' });
    expect((await page(first.next_cursor)).next_cursor).toBe(first.next_cursor);
    strike({ kind: 'duplicatePage' });
    expect(await page(first.next_cursor)).toMatchObject({
      dept_user: first.dept_user,
      next_cursor: second.next_cursor,
    });
    strike({ kind: 'emptyPage' });
    expect(await page(first.next_cursor)).toMatchObject({ errcode: 0, dept_user: [], next_cursor: '' });
    strike({ kind: 'shortPage', rows: 3 });
    const short = await page(first.next_cursor);
    expect(short.dept_user).toEqual(second.dept_user.slice(0, 3));
    expect((await page(short.next_cursor)).dept_user[0]).toEqual(second.dept_user[3]);
    strike({ kind: 'shortPage', rows: 3, lose: true });
    expect(await page(first.next_cursor)).toMatchObject({ next_cursor: second.next_cursor });
  });
});

describe('changes that last', () => {
  test('of tokens', async () => {
    strike({ kind: 'tokenExpired' });
    expect(await codeOf(list())).toBe(42001);
    const token = await tokenOf(caller.sim);
    strike({ kind: 'tokenInvalid' });
    expect(await codeOf(caller.get('department/list', {}, token))).toBe(40014);
  });

  test('of rights, range, addresses and departments', async () => {
    const dept = caller.sim.mutate.addDepartment({ name: '将失', parentId: 1 });
    strike({ kind: 'departmentGone' });
    expect(await codeOf(caller.get('user/list', { department_id: dept }))).toBe(60003);
    strike({ kind: 'rangeLost', depts: [424_242] });
    expect((await caller.get('department/list')).body.department).toEqual([]);
    strike({ kind: 'permissionLost' });
    expect(await codeOf(list())).toBe(48002);
    expect(await codeOf(caller.get('user/simplelist', { department_id: 1 }))).toBe(60011);
    strike({ kind: 'ipListed', ips: [] });
    caller.sim.changeApp(caller.sim.app.clientId, { createdAt: Date.now() });
    expect(await codeOf(list())).toBe(60020);
  });
});

test('a rule strikes by path, caller, kind of call, parameter, number and count', async () => {
  strike({ kind: 'error', code: 1 }, { api: '/cgi-bin/user/*', nth: 2, times: 2, every: 2 });
  const codes: number[] = [];
  for (let i = 0; i < 6; i++) codes.push(await codeOf(list()));
  expect(codes).toEqual([0, 1, 0, 1, 0, 0]);
  caller.sim.faults.clear();
  strike(
    { kind: 'error', code: 2 },
    { clientId: 'contacts', writes: true, params: { userid: 'hit' }, times: null },
  );
  expect(await codeOf(create('hit'))).toBe(2);
  expect(await codeOf(create('miss'))).toBe(0);
  expect(await codeOf(caller.sync('user/delete', { userid: 'hit' }))).toBe(2);
  expect(await codeOf(caller.get('user/get', { userid: 'hit' }))).toBe(60111);
});
