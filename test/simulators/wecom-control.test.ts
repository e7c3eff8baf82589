import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, codeOf, request, startCaller, tokenOf } from './wecom-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller();
});
afterAll(() => caller.sim.close());

function control(method: string, path: string, body?: unknown) {
  return request(
    `${caller.sim.url}/__control${path}`,
    body === undefined ? { method } : { method, body: JSON.stringify(body) },
  );
}

test('the simulator describes itself, so that another process can use it', async () => {
  const { body } = await control('GET', '/');
  expect(body).toMatchObject({ url: caller.sim.url, corpId: caller.sim.corp.corpId, people: 60 });
  expect(body.apps).toMatchObject([
    {
      clientId: String(caller.sim.app.agentId),
      kind: 'selfBuilt',
      clientSecret: caller.sim.app.clientSecret,
    },
    { clientId: 'contacts', kind: 'contacts', clientSecret: caller.sim.contacts.clientSecret },
  ]);
});

test('faults are set, listed and cleared over HTTP', async () => {
  const rule = { api: '/cgi-bin/department/list', times: null, fault: { kind: 'http', status: 502 } };
  const added = await control('POST', '/faults', rule);
  expect(added.body.ids).toHaveLength(1);
  expect((await caller.get('department/list')).status).toBe(502);
  expect((await control('GET', '/faults')).body).toMatchObject([{ id: added.body.ids[0], struck: 1 }]);
  await control('DELETE', `/faults?id=${added.body.ids[0]}`);
  expect((await caller.get('department/list')).status).toBe(200);
  expect((await control('POST', '/faults', { fault: { kind: 'earthquake' } })).status).toBe(400);
  await control('POST', '/faults', [rule, rule]);
  await control('DELETE', '/faults');
  expect((await control('GET', '/faults')).body).toEqual([]);
  expect((await control('GET', '/nosuch')).status).toBe(404);
});

test('mutations, settings, apps, codes, clock and tokens over HTTP', async () => {
  const made = await control('POST', '/mutations', [
    { op: 'addDepartment', args: [{ name: '远程部', parentId: 1 }] },
    { op: 'addUser', args: [{ userid: 'remote1', name: '远程', deptIds: [1] }] },
  ]);
  expect(made.body.results).toEqual([expect.any(Number), 'remote1']);
  expect((await caller.get('user/get', { userid: 'remote1' })).body.name).toBe('远程');
  expect((await control('POST', '/mutations', { op: 'constructor', args: [] })).status).toBe(400);
  expect((await control('POST', '/mutations', { op: 'renameUser', args: ['nobody', 'x'] })).status).toBe(400);
  await control('POST', '/settings', { outOfRangeUserCode: 60011 });
  expect(caller.sim.settings.outOfRangeUserCode).toBe(60011);
  expect((await control('POST', '/settings', { nosuch: 1 })).status).toBe(400);

  const app = (await control('POST', '/apps', { range: { depts: [], users: [] } })).body;
  const token = await tokenOf(caller.sim, app.clientId);
  expect(await codeOf(caller.get('user/get', { userid: 'remote1' }, token))).toBe(60011);
  await control('POST', '/apps', { clientId: app.clientId, range: { depts: [1], users: [] } });
  expect(await codeOf(caller.get('user/get', { userid: 'remote1' }, token))).toBe(0);
  const { code } = (await control('POST', '/codes', { clientId: app.clientId, userid: 'remote1' })).body;
  expect((await caller.get('auth/getuserinfo', { code }, token)).body.userid).toBe('remote1');

  await control('POST', '/tokens/expire', { clientId: app.clientId });
  expect(await codeOf(caller.get('department/list', {}, token))).toBe(42001);
  expect(await codeOf(caller.get('department/list'))).toBe(0);
  await control('POST', '/tokens/invalidate', {});
  expect(await codeOf(caller.get('department/list'))).toBe(40014);
  const { now } = (await control('POST', '/clock', { advanceMs: 7_200_001, freeze: true })).body;
  expect(now - Date.now()).toBeGreaterThan(7_000_000);
  expect(await codeOf(caller.sync('department/simplelist'))).toBe(40014);
});

test('a change that another makes while an old one spreads is not lost', async () => {
  const token = await tokenOf(caller.sim);
  caller.sim.set({ visibilityDelayMs: [1000, 1000] });
  const dept = caller.sim.mutate.addDepartment({ name: '昙花部', parentId: 1 });
  const userid = caller.sim.mutate.addUser({ name: '落空', deptIds: [dept] });
  caller.sim.mutate.removeDepartment(dept);
  expect(await codeOf(caller.get('user/get', { userid }, token))).toBe(60111);
  await control('POST', '/clock', { advanceMs: 1000 });
  const { body } = await caller.get('user/get', { userid }, token);
  expect(body.department).toEqual([caller.sim.corp.unplaced]);
  expect(caller.sim.lag).toMatchObject({ seen: null, waiting: 0 });
  caller.sim.set({ visibilityDelayMs: [0, 0] });
});

test('the ledger holds every call with its outcome, and no secret', async () => {
  await control('DELETE', '/ledger');
  const token = await tokenOf(caller.sim);
  await caller.get('user/get', { userid: 'nobody' }, token);
  const { body, text } = await control('GET', '/ledger');
  const { clientId, clientSecret } = caller.sim.app;
  expect(body).toMatchObject([
    { api: '/cgi-bin/gettoken', clientId, outcome: 'ok', ip: '127.0.0.1' },
    { api: '/cgi-bin/user/get', clientId, outcome: '60111', params: { userid: 'nobody' } },
  ]);
  expect(text).not.toContain(clientSecret);
  expect(text).not.toContain(token);
  expect((await control('GET', '/ledger?api=/cgi-bin/gettoken')).body).toHaveLength(1);
  expect((await control('GET', '/ledger/summary')).body).toMatchObject({ calls: 2, ok: 1, throttled: 0 });
  await control('DELETE', '/limits');
});

test('truth, people, departments and invitations can be read for comparison', async () => {
  expect((await control('GET', '/truth')).body).toMatchObject({ people: 60 });
  const people = (await control('GET', '/people')).body;
  expect(people.find((person: { userid: string }) => person.userid === 'remote1')).toEqual({
    userid: 'remote1',
    name: '远程',
    deptIds: [1],
    status: 4,
  });
  expect((await control('GET', '/departments')).body[0]).toEqual({
    id: 1,
    parentId: null,
    name: '海川科技有限公司',
  });
  const token = await tokenOf(caller.sim, 'contacts');
  await caller.post('batch/invite', { user: ['remote1'] }, token);
  expect((await control('GET', '/invitations')).body).toMatchObject([
    { userid: 'remote1', by: 'batch/invite' },
  ]);
});

test('a corp can be changed by hand in every way that the console offers', () => {
  const { mutate, corp } = caller.sim;
  const userid = mutate.addUser({ name: 'Wang Wu', deptIds: [1] });
  const leader = mutate.addUser({ name: 'Li Si', deptIds: [1] });
  const dept = mutate.addDepartment({ name: '手工部', parentId: 1 });
  mutate.moveUser(userid, [1, dept]);
  mutate.setMainDepartment(userid, dept);
  mutate.setDirectLeader(userid, [leader]);
  mutate.disable(userid);
  const member = corp.members.get(userid.toLowerCase());
  expect(member).toMatchObject({
    mainDepartment: dept,
    directLeaders: [leader.toLowerCase()],
    disabled: true,
  });
  mutate.enable(userid);
  expect(member?.disabled).toBe(false);
  expect(() => mutate.setLeader(leader, dept, true)).toThrow(TypeError);
  expect(() => mutate.removeDepartment(1)).toThrow(TypeError);
  expect(() => mutate.moveDepartment(dept, dept)).toThrow(TypeError);
});
