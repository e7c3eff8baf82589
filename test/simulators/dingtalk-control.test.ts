import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, request, startCaller, tokenOf } from './dingtalk-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller();
});
afterAll(() => caller.sim.close());

const COUNT = ['/topapi/user/count', { only_active: false }] as const;

function control(method: string, path: string, body?: unknown) {
  return request(
    `${caller.sim.url}/__control${path}`,
    body === undefined ? { method } : { method, body: JSON.stringify(body) },
  );
}

test('the simulator describes itself, so that another process can use it', async () => {
  const { body } = await control('GET', '/');
  expect(body).toMatchObject({
    legacyUrl: caller.sim.url,
    newUrl: caller.sim.url,
    corpId: caller.sim.corp.corpId,
    people: 60,
  });
  expect(body.apps[0]).toMatchObject({
    clientId: caller.sim.app.clientId,
    clientSecret: caller.sim.app.clientSecret,
  });
});

test('faults are set, listed and cleared over HTTP', async () => {
  const added = await control('POST', '/faults', {
    api: COUNT[0],
    times: null,
    fault: { kind: 'http', status: 502 },
  });
  expect(added.body.ids).toHaveLength(1);
  expect((await caller.top(...COUNT)).status).toBe(502);
  expect((await control('GET', '/faults')).body).toMatchObject([{ id: added.body.ids[0], struck: 1 }]);
  await control('DELETE', `/faults?id=${added.body.ids[0]}`);
  expect((await caller.top(...COUNT)).status).toBe(200);
  const bad = await control('POST', '/faults', { fault: { kind: 'earthquake' } });
  expect(bad.status).toBe(400);
  expect((await control('GET', '/nosuch')).status).toBe(404);
});

test('mutations, settings, apps, clock and tokens over HTTP', async () => {
  const made = await control('POST', '/mutations', [
    { op: 'addDepartment', args: [{ name: '远程部', parentId: 1 }] },
    { op: 'addUser', args: [{ userid: 'remote1', name: '远程', deptIds: [1] }] },
  ]);
  expect(made.body.results).toEqual([expect.any(Number), 'remote1']);
  expect((await caller.top('/topapi/v2/user/get', { userid: 'remote1' })).body.result.name).toBe('远程');
  expect((await control('POST', '/mutations', { op: 'constructor', args: [] })).status).toBe(400);
  await control('POST', '/settings', { countOffset: 5 });
  expect((await caller.top(...COUNT)).body.result.count).toBe(66);
  const app = await control('POST', '/apps', { scopes: [] });
  expect((await caller.top(...COUNT, await tokenOf(caller.sim, app.body.clientId))).body.sub_code).toBe(
    '60011',
  );
  await control('POST', '/apps', { clientId: app.body.clientId, scopes: ['qyapi_get_member'] });
  expect((await caller.top(...COUNT, await tokenOf(caller.sim, app.body.clientId))).body.errcode).toBe(0);
  await control('POST', '/tokens/expire', { clientId: app.body.clientId });
  expect((await caller.top(...COUNT)).body.errcode).toBe(0);
  await control('POST', '/clock', { advanceMs: 7_200_001 });
  expect((await caller.top(...COUNT)).body.sub_code).toBe('40014');
});

test('a person added over HTTP keeps a big order, and one in an unknown department leaves nothing behind', async () => {
  const order = '176275808490200999';
  const person = { userid: 'remote2', name: '置顶', memberships: [{ deptId: 1, order, leader: true }] };
  await control('POST', '/mutations', { op: 'addUser', args: [person] });
  const token = await tokenOf(caller.sim);
  const { text } = await caller.top('/topapi/v2/user/list', { dept_id: 1, cursor: 0, size: 1 }, token);
  expect(text).toContain(`"dept_order":${order}`);
  const lost = { userid: 'remote3', name: '无处', deptIds: [4711] };
  expect((await control('POST', '/mutations', { op: 'addUser', args: [lost] })).status).toBe(400);
  expect(caller.sim.corp.users.has('remote3')).toBe(false);
});

test('a change that has lost its object while it spread is dropped without harm', async () => {
  const token = await tokenOf(caller.sim);
  caller.sim.set({ visibilityDelayMs: [1000, 1000] });
  const dept = caller.sim.mutate.addDepartment({ name: '昙花部', parentId: 1 });
  caller.sim.mutate.removeDepartment(dept);
  const userid = caller.sim.mutate.addUser({ name: '落空', deptIds: [dept] });
  await control('POST', '/clock', { advanceMs: 1000, freeze: true });
  expect((await caller.top('/topapi/v2/user/get', { userid }, token)).body.errcode).toBe(60121);
  caller.sim.set({ visibilityDelayMs: [0, 0] });
});

test('the ledger holds every call with its outcome, and no secret', async () => {
  await control('DELETE', '/ledger');
  const token = await tokenOf(caller.sim);
  await caller.top('/topapi/v2/user/get', { userid: 'nobody' }, token);
  const { body, text } = await control('GET', '/ledger');
  expect(body).toMatchObject([
    { api: '/gettoken', clientId: caller.sim.app.clientId, outcome: 'ok', ip: '127.0.0.1' },
    {
      api: '/topapi/v2/user/get',
      clientId: caller.sim.app.clientId,
      outcome: '60121',
      params: { userid: 'nobody' },
    },
  ]);
  expect(text).not.toContain(caller.sim.app.clientSecret);
  expect((await control('GET', '/ledger?api=/gettoken')).body).toHaveLength(1);
  const summary = (await control('GET', '/ledger/summary')).body;
  expect(summary).toMatchObject({ calls: 2, ok: 1, throttled: 0, faults: 0 });
  expect(summary.byApi[`${caller.sim.app.clientId} /topapi/v2/user/get`].outcomes).toEqual({ 60121: 1 });
});

test('truth, people and departments can be read for comparison', async () => {
  expect((await control('GET', '/truth')).body).toMatchObject({ people: 60 });
  const people = (await control('GET', '/people')).body;
  expect(people.find((person: { userid: string }) => person.userid === 'remote1').deptIds).toEqual([1]);
  expect((await control('GET', '/departments')).body[0]).toEqual({
    id: 1,
    parentId: null,
    name: '海川科技有限公司',
  });
});
