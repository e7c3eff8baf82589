import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, request, settled, startCaller } from './dingtalk-caller.ts';

let caller: Caller;

beforeAll(async () => {
  caller = await startCaller();
});
afterAll(() => caller.sim.close());

test('a success carries errcode, errmsg, result and request_id', async () => {
  const { status, body, headers } = await caller.top('/topapi/user/count', { only_active: false });
  expect(status).toBe(200);
  expect(body).toEqual({
    errcode: 0,
    errmsg: 'ok',
    result: { count: 60 },
    request_id: expect.stringMatching(/^[0-9a-z]{12,14}$/),
  });
  expect(headers.get('content-type')).toContain('application/json');
});

test('an unknown topapi path names the gateway api', async () => {
  const { status, text } = await caller.top('/topapi/v2/user/nosuch');
  expect(status).toBe(200);
  expect(text).toMatch(
    /^\{"errcode":22,"sub_msg":"不合法ApiName，ApiName = dingtalk\.oapi\.v2\.user\.nosuch","errmsg":"Invalid method\[submsg=不合法ApiName，ApiName = dingtalk\.oapi\.v2\.user\.nosuch\]","request_id":"[0-9a-z]+"\}$/,
  );
});

test('unknown paths outside the gateway, and of the new family', async () => {
  expect((await caller.get('/user/nosuch')).text).toBe('{"errcode":404,"errmsg":"请求的URI地址不存在"}');
  expect((await caller.get('/oauth2/accessToken')).text).toBe(
    '{"errcode":404,"errmsg":"请求的URI地址不存在"}',
  );
  const reply = await caller.fresh('/v1.0/contact/nosuch');
  expect(reply.status).toBe(404);
  expect(reply.text).toMatch(
    /^\{"code":"InvalidAction\.NotFound","message":"Specified api is not found, please check your url and method\.","requestid":"[0-9A-F-]{36}"\}$/,
  );
});

test('separate hosts do not serve the paths of the other family', async () => {
  const split = await startCaller({ separateHosts: true });
  try {
    expect(split.sim.newUrl).not.toBe(split.sim.url);
    const api = '/v1.0/contact/users/search';
    expect((await request(split.sim.url + api, { method: 'POST', body: '{}' })).text).toBe(
      '{"errcode":404,"errmsg":"请求的URI地址不存在"}',
    );
    expect((await request(`${split.sim.newUrl}/topapi/user/count`, { method: 'POST' })).body.errcode).toBe(
      404,
    );
    expect((await split.fresh(api, { queryWord: '王', offset: 0, size: 5 })).status).toBe(200);
  } finally {
    await split.sim.close();
  }
});

test('bad tokens look different in each of the three places', async () => {
  const gateway = await caller.top('/topapi/user/count', { only_active: false }, 'nonsense');
  expect(settled(gateway)).toEqual({
    errcode: 88,
    sub_code: '40014',
    sub_msg: '不合法的access_token',
    errmsg: 'ding talk error[subcode=40014,submsg=不合法的access_token]',
  });
  expect((await caller.get('/auth/scopes', { access_token: 'nonsense' })).text).toBe(
    '{"errcode":40014,"errmsg":"不合法的access_token"}',
  );
  const fresh = await caller.fresh('/v1.0/contact/users/search', { queryWord: '王' }, 'nonsense');
  expect(fresh.status).toBe(400);
  expect(settled(fresh)).toEqual({ code: 'InvalidAuthentication', message: '不合法的access_token' });
});

test('missing tokens, and tokens in the place of the other family', async () => {
  const missing = await caller.top('/topapi/user/count', { only_active: false }, null);
  expect(missing.body).toMatchObject({ errcode: 88, sub_code: '40000', sub_msg: 'access_token is blank' });
  expect((await caller.get('/auth/scopes')).body.errcode).toBe(41001);
  const fresh = await caller.fresh('/v1.0/contact/users/search', { queryWord: '王' }, null);
  expect(fresh.status).toBe(400);
  expect(settled(fresh)).toEqual({
    code: 'AuthenticationFailed.MissingParameter',
    message: '缺少参数：x-acs-dingtalk-access-token',
  });
  const inQuery = await caller.fresh(
    `/v1.0/contact/users/search?access_token=${caller.token}`,
    { queryWord: '王' },
    null,
  );
  expect(inQuery.body.code).toBe('AuthenticationFailed.MissingParameter');
  const inHeader = await request(`${caller.sim.url}/topapi/user/count`, {
    method: 'POST',
    headers: { 'x-acs-dingtalk-access-token': caller.token, 'content-type': 'application/json' },
    body: '{"only_active":false}',
  });
  expect(inHeader.body.sub_code).toBe('40000');
});

test('legacy calls take form bodies with the token inside, the new family takes none', async () => {
  const form = await request(`${caller.sim.url}/topapi/v2/user/list`, {
    method: 'POST',
    body: new URLSearchParams({ access_token: caller.token, dept_id: '1', cursor: '0', size: '10' }),
  });
  expect(form.body).toMatchObject({ errcode: 0, result: { has_more: false } });
  const fresh = await request(`${caller.sim.newUrl}/v1.0/contact/users/search`, {
    method: 'POST',
    headers: { 'x-acs-dingtalk-access-token': caller.token },
    body: new URLSearchParams({ queryWord: '王' }),
  });
  expect(fresh.status).toBe(400);
  expect(settled(fresh)).toEqual({ code: 'MissingBody', message: 'body is mandatory for this action.' });
});

test('business failures are flat, with the texts of the global list', async () => {
  const user = await caller.top('/topapi/v2/user/get', { userid: 'nobody' });
  expect(user.text).toMatch(/^\{"errcode":60121,"errmsg":"找不到该用户","request_id":"[0-9a-z]+"\}$/);
  expect((await caller.top('/topapi/v2/department/get', { dept_id: 4711 })).body).toMatchObject({
    errcode: 60003,
    errmsg: '部门不存在',
  });
  expect((await caller.top('/topapi/v2/department/get', { dept_id: 'x' })).body.errcode).toBe(400002);
  expect(
    (await request(`${caller.sim.url}/topapi/user/count?access_token=${caller.token}`)).body.errcode,
  ).toBe(43002);
});
