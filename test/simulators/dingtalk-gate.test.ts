import { afterEach, expect, test } from 'vitest';
import { type Caller, request, settled, startCaller, tokenOf } from './dingtalk-caller.ts';

let caller: Caller;
afterEach(() => caller.sim.close());

const COUNT = ['/topapi/user/count', { only_active: false }] as const;
const SEARCH = ['/v1.0/contact/users/search', { queryWord: '王', offset: 0, size: 5 }] as const;

function post(path: string, body: object): ReturnType<typeof request> {
  const headers = { 'content-type': 'application/json' };
  return request(caller.sim.newUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

test('all token endpoints hand out the same token while it is valid, and a new one afterwards', async () => {
  caller = await startCaller();
  const { sim } = caller;
  sim.clock.freeze();
  const { clientId, clientSecret } = sim.app;
  const legacy = await request(`${sim.url}/gettoken?appkey=${clientId}&appsecret=${clientSecret}`);
  expect(legacy.body).toEqual({ errcode: 0, errmsg: 'ok', access_token: caller.token, expires_in: 7200 });
  const fresh = await post('/v1.0/oauth2/accessToken', { appKey: clientId, appSecret: clientSecret });
  expect(fresh.body).toEqual({ accessToken: caller.token, expireIn: 7200 });
  const credentials = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  const unified = await post(`/v1.0/oauth2/${sim.corp.corpId}/token`, credentials);
  expect(unified.body).toEqual({ access_token: caller.token, expires_in: 7200 });
  sim.clock.advance(7_199_000);
  expect(await tokenOf(sim)).toBe(caller.token);
  sim.clock.advance(7_199_000);
  expect((await caller.top(...COUNT)).body.errcode).toBe(0);
  sim.clock.advance(1000);
  expect((await caller.top(...COUNT)).body.sub_code).toBe('40014');
  expect(await tokenOf(sim)).not.toBe(caller.token);
});

test('an expired token may be told apart as 42001', async () => {
  caller = await startCaller({ settings: { expiredTokenCode: 42001 } });
  caller.sim.tokens.expire();
  expect((await caller.top(...COUNT)).body.errmsg).toBe(
    'ding talk error[subcode=42001,submsg=access_token超时]',
  );
});

test('token endpoints refuse wrong credentials each in its own way', async () => {
  caller = await startCaller();
  const { sim } = caller;
  const { clientId, clientSecret } = sim.app;
  expect(
    (await caller.get('/gettoken', { appkey: clientId, appsecret: clientSecret.toLowerCase() })).text,
  ).toBe('{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}');
  expect((await caller.get('/gettoken')).text).toBe('{"errcode":40035,"errmsg":"缺少参数 corpid or appkey"}');
  const bad = await post('/v1.0/oauth2/accessToken', { appKey: clientId, appSecret: 'x' });
  expect(bad.status).toBe(400);
  expect(settled(bad)).toEqual({
    code: 'invalidClientIdOrSecret',
    message: '无效的clientId或者clientSecret',
  });
  const credentials = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  const elsewhere = await post('/v1.0/oauth2/dingelsewhere/token', credentials);
  expect(elsewhere.status).toBe(500);
  expect(settled(elsewhere)).toEqual({ code: 'unknownError', message: '未知错误' });
  const grant = await post(`/v1.0/oauth2/${sim.corp.corpId}/token`, {
    ...credentials,
    grant_type: 'password',
  });
  expect([grant.status, grant.body.code]).toEqual([400, 'unsupported.grant.type']);
});

test('a missing permission point is named with its link', async () => {
  caller = await startCaller();
  const { sim } = caller;
  const id = sim.app.clientId;
  sim.revoke(id, 'qyapi_get_department_list', 'qyapi_addresslist_search', 'qyapi_base');
  const link = `https://open-dev.dingtalk.com/appscope/apply?content=${id}%23qyapi_get_department_list`;
  const text = `应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：${link}, {requiredScopes=[qyapi_get_department_list]}`;
  expect(settled(await caller.top('/topapi/v2/department/listsub'))).toEqual({
    errcode: 88,
    sub_code: '60011',
    sub_msg: text,
    errmsg: `ding talk error[subcode=60011,submsg=${text}]`,
  });
  expect((await caller.get('/auth/scopes', { access_token: caller.token })).text).toBe(
    '{"errcode":60011,"errmsg":"没有调用该接口的权限，接口权限申请参考：https://developers.dingtalk.com/document/app/add-api-permission"}',
  );
  const fresh = await caller.fresh(...SEARCH);
  expect(fresh.status).toBe(403);
  expect(settled(fresh)).toEqual({
    code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
    message: `应用尚未开通所需的权限：[qyapi_addresslist_search]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=${id}%23qyapi_addresslist_search`,
    accessdenieddetail: { requiredScopes: ['qyapi_addresslist_search'] },
  });
  sim.grant(id, 'qyapi_get_department_list');
  expect((await caller.top('/topapi/v2/department/listsub')).body.errcode).toBe(0);
});

test('an address that is not on the list is printed back', async () => {
  caller = await startCaller({
    apps: [{ clientId: 'dingabc123', ipList: ['198.51.100.*'] }],
    settings: { clientIp: '203.0.113.9' },
  });
  expect(caller.token).toMatch(/^[0-9a-f]{32}$/);
  expect(settled(await caller.top(...COUNT))).toEqual({
    errcode: 88,
    sub_code: '60020',
    sub_msg: '访问ip不在白名单之中,request ip=203.0.113.9 appKey(dingabc123)',
    errmsg:
      'ding talk error[subcode=60020,submsg=访问ip不在白名单之中,request ip=203.0.113.9 appKey(dingabc123)]',
  });
  expect((await caller.get('/auth/scopes', { access_token: caller.token })).text).toBe(
    '{"errcode":60020,"errmsg":"访问ip不在白名单之中，请参考FAQ：https://open.dingtalk.com/document/org-faq/app-faq,request ip=203.0.113.9 appKey(dingabc123)"}',
  );
  const fresh = await caller.fresh(...SEARCH);
  expect([fresh.status, fresh.body.code]).toEqual([403, 'Forbidden.AccessDenied.IpNotInWhiteList']);
  expect(fresh.body.message).toContain('request ip=203.0.113.9');
  caller.sim.set({ clientIp: '198.51.100.77' });
  expect((await caller.top(...COUNT)).body.errcode).toBe(0);
});

test('calls beyond the visible range are refused, but not all of them', async () => {
  caller = await startCaller({ company: { seed: 9, people: 400 } });
  const { sim } = caller;
  const inside = sim.company.units[1]?.id ?? 0;
  const below = (id: number): boolean => {
    const unit = sim.company.units.find((entry) => entry.id === id);
    return id === inside || (unit?.parentId != null && below(unit.parentId));
  };
  const outside = sim.company.units.find((unit) => unit.id !== 1 && !below(unit.id))?.id ?? 0;
  const stranger = sim.company.people.find((person) =>
    person.memberships.every((entry) => !below(entry.unitId)),
  );
  const extra = sim.company.people.findLast((person) =>
    person.memberships.every((entry) => !below(entry.unitId)),
  );
  sim.changeApp(sim.app.clientId, { range: { depts: [inside], users: [extra?.id ?? ''] } });

  const scopes = await caller.get('/auth/scopes', { access_token: caller.token });
  expect(scopes.body.auth_org_scopes).toEqual({ authed_dept: [inside], authed_user: [extra?.id] });
  const code = async (path: string, body: object): Promise<number> =>
    (await caller.top(path, body)).body.errcode;
  const page = { cursor: 0, size: 100 };
  expect(await code('/topapi/v2/department/listsub', {})).toBe(50004);
  expect(await code('/topapi/v2/department/listsub', { dept_id: inside })).toBe(0);
  expect(await code('/topapi/v2/department/get', { dept_id: outside })).toBe(50004);
  expect(await code('/topapi/v2/user/list', { dept_id: 1, ...page })).toBe(50004);
  expect(await code('/topapi/user/listsimple', { dept_id: outside, ...page })).toBe(50004);
  expect(await code('/topapi/v2/user/get', { userid: stranger?.id })).toBe(50002);
  expect(await code('/topapi/v2/user/get', { userid: extra?.id })).toBe(0);
  expect((await caller.top('/topapi/v2/user/get', { userid: stranger?.id })).body.errmsg).toBe(
    '请求的员工userid不在授权范围内',
  );

  expect(
    (await caller.top('/topapi/v2/department/listsubid', { dept_id: 1 })).body.result.dept_id_list,
  ).toContain(outside);
  expect(await code('/topapi/v2/department/listparentbydept', { dept_id: outside })).toBe(0);
  expect(await code('/topapi/v2/department/listparentbyuser', { userid: stranger?.id })).toBe(0);
  expect(await code('/topapi/user/listid', { dept_id: outside })).toBe(0);
  expect((await caller.top(...COUNT)).body.result.count).toBe(400);
  expect(await code('/topapi/user/listadmin', {})).toBe(0);
});

test('a disabled app is told so', async () => {
  caller = await startCaller();
  caller.sim.changeApp(caller.sim.app.clientId, { enabled: false });
  expect((await caller.top(...COUNT)).body.sub_code).toBe('50003');
});

test('the list may hold for token endpoints too, and tokens for one host only', async () => {
  caller = await startCaller({ settings: { oneTokenForBothHosts: false } });
  const { sim } = caller;
  expect((await caller.top(...COUNT)).body.errcode).toBe(0);
  expect((await caller.fresh(...SEARCH)).body.code).toBe('InvalidAuthentication');
  const fresh = await post('/v1.0/oauth2/accessToken', {
    appKey: sim.app.clientId,
    appSecret: sim.app.clientSecret,
  });
  expect((await caller.fresh(...SEARCH, fresh.body.accessToken)).status).toBe(200);
  expect((await caller.top(...COUNT, fresh.body.accessToken)).body.sub_code).toBe('40014');
  sim.changeApp(sim.app.clientId, { ipList: ['203.0.113.1'] });
  sim.set({ ipListOnTokenEndpoints: true });
  const { clientId, clientSecret } = sim.app;
  expect((await caller.get('/gettoken', { appkey: clientId, appsecret: clientSecret })).body.errcode).toBe(
    60020,
  );
});
