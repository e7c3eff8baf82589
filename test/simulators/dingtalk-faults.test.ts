import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fault } from '../../simulators/dingtalk/index.ts';
import { type Caller, request, settled, startCaller } from './dingtalk-caller.ts';

let caller: Caller;
let deptId: number;
beforeEach(async () => {
  caller = await startCaller({ company: { seed: 4, people: 600, messy: true } });
  deptId = caller.sim.company.truth.largestUnit.id;
});
afterEach(() => caller.sim.close());

const LIST = '/topapi/v2/user/list';
const COUNT = ['/topapi/user/count', { only_active: false }] as const;
const SEARCH = ['/v1.0/contact/users/search', { queryWord: '王', offset: 0, size: 5 }] as const;

function plan(fault: Fault, rule: object = {}): void {
  caller.sim.faults.add({ fault, times: null, ...rule });
}

async function page(cursor: number): Promise<{ has_more: boolean; next_cursor?: number; ids: string[] }> {
  const { result } = (await caller.top(LIST, { dept_id: deptId, cursor, size: 100 })).body;
  return { ...result, ids: result.list.map((row: { userid: string }) => row.userid) };
}

test('a rule strikes from its nth matching call on, so often, and each so-manieth', async () => {
  caller.sim.faults.add({
    api: '/topapi/user/*',
    nth: 2,
    times: 2,
    every: 2,
    fault: { kind: 'error', code: -1 },
  });
  const codes: number[] = [];
  for (let i = 0; i < 7; i++) codes.push((await caller.top(...COUNT)).body.errcode);
  expect(codes).toEqual([0, -1, 0, -1, 0, 0, 0]);
  expect(caller.sim.faults.list()).toMatchObject([{ matched: 7, struck: 2 }]);
  caller.sim.faults.clear();
  caller.sim.faults.add({ params: { dept_id: deptId }, fault: { kind: 'error', code: 60019 } });
  expect((await caller.top('/topapi/user/listid', { dept_id: 1 })).body.errcode).toBe(0);
  expect((await caller.top('/topapi/user/listid', { dept_id: deptId })).body.errcode).toBe(60019);
});

test('codes come in the dialect of the family', async () => {
  plan({ kind: 'error', code: 90006, message: '超了' });
  expect(settled(await caller.top(...COUNT))).toEqual({
    errcode: 88,
    sub_code: '90006',
    sub_msg: '超了',
    errmsg: 'ding talk error[subcode=90006,submsg=超了]',
  });
  expect((await caller.get('/auth/scopes', { access_token: caller.token })).text).toBe(
    '{"errcode":90006,"errmsg":"超了"}',
  );
  caller.sim.faults.clear();
  plan({ kind: 'error', code: 'system.busy', status: 500 });
  const fresh = await caller.fresh(...SEARCH);
  expect([fresh.status, fresh.body.code]).toEqual([500, 'system.busy']);
});

test('throttles, quota and the platform time-out', async () => {
  const code = async (fault: Fault): Promise<unknown[]> => {
    caller.sim.faults.clear();
    plan(fault);
    const legacy = (await caller.top(...COUNT)).body;
    const fresh = await caller.fresh(...SEARCH);
    return [legacy.errcode, legacy.sub_code, fresh.status, fresh.body.code];
  };
  const forbidden = 'Forbidden.AccessDenied';
  expect(await code({ kind: 'throttle', dimension: 'app' })).toEqual([
    88,
    '90018',
    403,
    `${forbidden}.QpsLimitForAppkeyAndApi`,
  ]);
  expect(await code({ kind: 'throttle', dimension: 'platform' })).toEqual([
    88,
    '90002',
    403,
    `${forbidden}.QpsLimitForApi`,
  ]);
  expect(await code({ kind: 'quota' })).toEqual([88, '90020', 403, `${forbidden}.ApiCountLimitForOrg`]);
  const top = await code({ kind: 'platformTimeout' });
  expect(top.slice(0, 3)).toEqual([15, 'isp.top-remote-connection-timeout', 504]);
  expect((await code({ kind: 'platformTimeout', dialect: 'blank' })).slice(0, 2)).toEqual([88, '']);
});

test('answers that are no envelope', async () => {
  for (const status of [500, 502, 503, 504]) {
    caller.sim.faults.clear();
    plan({ kind: 'http', status });
    expect((await caller.top(...COUNT)).status).toBe(status);
  }
  caller.sim.faults.clear();
  plan({ kind: 'html' });
  const html = await caller.top(...COUNT);
  expect([html.status, html.headers.get('content-type'), html.text.slice(0, 9)]).toEqual([
    200,
    'text/html;charset=UTF-8',
    '<!DOCTYPE',
  ]);
  caller.sim.faults.clear();
  plan({ kind: 'ipBlocked' });
  expect((await caller.top(...COUNT)).body).toMatchObject({ status: 1111, source: 'x5', punish: 'deny' });
  caller.sim.faults.clear();
  plan({ kind: 'redirect', to: 'http://203.0.113.1/' });
  const moved = await caller.top(...COUNT);
  expect([moved.status, moved.headers.get('location')]).toEqual([302, 'http://203.0.113.1/']);
});

test('lost connections: before the call nothing happened, after it it did', async () => {
  plan({ kind: 'resetBefore' });
  await expect(caller.top(...COUNT)).rejects.toThrow();
  caller.sim.faults.clear();
  plan({ kind: 'resetAfter' });
  await expect(caller.top(...COUNT)).rejects.toThrow();
  const outcomes = caller.sim.ledger.entries({ api: COUNT[0] }).map((entry) => entry.outcome);
  expect(outcomes).toEqual(['fault:resetBefore', 'fault:resetAfter']);
});

test('a call that is never answered ends only when the caller gives up', async () => {
  plan({ kind: 'timeout' });
  const url = `${caller.sim.url}${COUNT[0]}?access_token=${caller.token}`;
  await expect(request(url, { method: 'POST', body: '', signal: AbortSignal.timeout(100) })).rejects.toThrow(
    /abort|timeout/i,
  );
  expect(caller.sim.ledger.entries().at(-1)?.outcome).toBe('fault:timeout');
});

test('spoilt bytes: truncated, broken off, dripping, huge, mislabelled, with a wrong date', async () => {
  plan({ kind: 'truncate' });
  const cut = await caller.top(...COUNT);
  expect([cut.status, cut.body]).toEqual([200, undefined]);
  expect(cut.text).toMatch(/^\{"errcode":0/);
  caller.sim.faults.clear();
  plan({ kind: 'truncate', bytes: 10, close: true });
  await expect(caller.top(...COUNT)).rejects.toThrow();
  caller.sim.faults.clear();
  plan({ kind: 'slowBody', chunkBytes: 20, everyMs: 1 });
  expect((await caller.top(...COUNT)).body.errcode).toBe(0);
  caller.sim.faults.clear();
  plan({ kind: 'hugeBody', bytes: 2_000_000 });
  const huge = await caller.top(...COUNT);
  expect([huge.text.length, huge.body.errcode]).toEqual([2_000_000, 0]);
  caller.sim.faults.clear();
  plan({ kind: 'contentType', type: 'text/plain' });
  plan({ kind: 'clockSkew', ms: -3_600_000 });
  const odd = await caller.top(...COUNT);
  expect(odd.headers.get('content-type')).toBe('text/plain');
  expect(Date.parse(odd.headers.get('date') ?? '')).toBeLessThan(Date.now() - 3_000_000);
});

test('a field of the wrong type, and one left out', async () => {
  plan({ kind: 'wrongType', path: 'result.list.0.name', value: 42 });
  plan({ kind: 'wrongType', path: 'result.list.1.userid' });
  const { list } = (await caller.top(LIST, { dept_id: deptId, cursor: 0, size: 2 })).body.result;
  expect(list[0].name).toBe(42);
  expect(list[1]).not.toHaveProperty('userid');
});

test('pages that lie: loop, duplicate, gap, disorder, nothing, too little', async () => {
  const whole = [
    ...(await page(0)).ids,
    ...(await page(100)).ids,
    ...(await page(200)).ids,
    ...(await page(300)).ids,
  ];
  const bent = async (fault: Fault, cursor: number) => {
    caller.sim.faults.clear();
    plan(fault);
    return page(cursor);
  };
  expect(await bent({ kind: 'cursorLoop' }, 100)).toMatchObject({
    has_more: true,
    next_cursor: 100,
    ids: whole.slice(100, 200),
  });
  expect(await bent({ kind: 'duplicatePage' }, 100)).toMatchObject({
    next_cursor: 200,
    ids: whole.slice(0, 100),
  });
  expect(await bent({ kind: 'missingPage' }, 100)).toMatchObject({
    next_cursor: 300,
    ids: whole.slice(200, 300),
  });
  expect(await bent({ kind: 'reorderedPage' }, 0)).toMatchObject({
    next_cursor: 100,
    ids: whole.slice(0, 100).reverse(),
  });
  const empty = await bent({ kind: 'emptyPage' }, 0);
  expect([empty.has_more, empty.ids, 'next_cursor' in empty]).toEqual([false, [], false]);
  expect(await bent({ kind: 'shortPage', rows: 7 }, 0)).toMatchObject({
    has_more: true,
    next_cursor: 7,
    ids: whole.slice(0, 7),
  });
  expect(await bent({ kind: 'shortPage', rows: 7, lose: true }, 0)).toMatchObject({
    next_cursor: 100,
    ids: whole.slice(0, 7),
  });
  caller.sim.faults.clear();
  plan({ kind: 'emptyPage' });
  expect((await caller.top('/topapi/v2/department/listsub')).body).toMatchObject({ errcode: 0, result: [] });
});

test('things that happen in the middle of a run last', async () => {
  plan({ kind: 'tokenExpired' }, { times: 1 });
  expect((await caller.top(...COUNT)).body.sub_code).toBe('40014');
  expect((await caller.top(...COUNT)).body.sub_code).toBe('40014');
  const token = (
    await caller.get('/gettoken', { appkey: caller.sim.app.clientId, appsecret: caller.sim.app.clientSecret })
  ).body.access_token;
  caller.sim.faults.add({ api: LIST, fault: { kind: 'departmentGone' } });
  expect((await caller.top(LIST, { dept_id: deptId, cursor: 0, size: 10 }, token)).body.errcode).toBe(60003);
  expect((await caller.top('/topapi/v2/department/get', { dept_id: deptId }, token)).body.errcode).toBe(
    60003,
  );
  caller.sim.faults.add({ api: COUNT[0], fault: { kind: 'rangeLost', depts: [] } });
  await caller.top(...COUNT, token);
  expect((await caller.top('/topapi/v2/department/listsub', {}, token)).body.errcode).toBe(50004);
  caller.sim.faults.add({ api: COUNT[0], fault: { kind: 'permissionLost' } });
  expect((await caller.top(...COUNT, token)).body.sub_code).toBe('60011');
  expect((await caller.top(...COUNT, token)).body.sub_code).toBe('60011');
});
