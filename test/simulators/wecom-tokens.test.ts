import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEFORE_RESTRICTIONS, DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, request, startCaller, tokenOf } from './wecom-caller.ts';

let caller: Caller;
beforeAll(async () => {
  caller = await startCaller({
    apps: [{}, { ipList: [] }, { ipList: [], createdAt: BEFORE_RESTRICTIONS }, { ipList: ['127.0.*'] }],
  });
});
afterAll(() => caller.sim.close());

const gettoken = (query: Record<string, string>) =>
  request(`${caller.sim.url}/cgi-bin/gettoken?${new URLSearchParams(query)}`);
const credentials = () => ({
  corpid: caller.sim.corp.corpId,
  corpsecret: caller.sim.app.clientSecret,
});

describe('gettoken', () => {
  test('gives the same token until it ends, without prolonging it, and one per secret (§11 row 9)', async () => {
    const first = await gettoken(credentials());
    expect(first.body).toMatchObject({ errcode: 0, errmsg: 'ok', access_token: caller.token });
    expect(caller.token.length).toBeLessThanOrEqual(512);
    caller.sim.clock.advance(600_000);
    const again = (await gettoken(credentials())).body;
    expect(again.access_token).toBe(caller.token);
    expect(again.expires_in).toBeLessThanOrEqual(6600);
    caller.sim.set({ repeatedExpiresIn: 'full' });
    expect((await gettoken(credentials())).body.expires_in).toBe(7200);
    caller.sim.set({ repeatedExpiresIn: 'remaining' });
    expect(caller.contactsToken).not.toBe(caller.token);
    caller.sim.clock.advance(6_600_001);
    expect(await codeOf(caller.get('department/list'))).toBe(42001);
    const renewed = await tokenOf(caller.sim);
    expect(renewed).not.toBe(caller.token);
    expect(await codeOf(caller.get('department/list', {}, renewed))).toBe(0);
  });

  test('looks at the secret before the corpid', async () => {
    expect(await codeOf(gettoken({}))).toBe(41004);
    expect(await codeOf(gettoken({ corpid: 'ww0' }))).toBe(41004);
    expect(await codeOf(gettoken({ corpsecret: 'x' }))).toBe(41002);
    expect(await codeOf(gettoken({ ...credentials(), corpid: 'ww0' }))).toBe(40013);
    expect(await codeOf(gettoken({ ...credentials(), corpsecret: 'wrong' }))).toBe(40001);
    caller.sim.set({ wrongSecretCode: 40091 });
    expect(await codeOf(gettoken({ ...credentials(), corpsecret: 'wrong' }))).toBe(40091);
    caller.sim.set({ wrongSecretCode: 40001 });
  });

  test('refuses disabled apps, weak secrets and banned corps', async () => {
    const { clientId } = caller.sim.app;
    caller.sim.changeApp(clientId, { enabled: false });
    expect(await codeOf(gettoken(credentials()))).toBe(40001);
    caller.sim.set({ disabledAppCode: 50003 });
    expect(await codeOf(gettoken(credentials()))).toBe(50003);
    caller.sim.changeApp(clientId, { enabled: true, weakSecret: true });
    expect(await codeOf(gettoken(credentials()))).toBe(45031);
    caller.sim.changeApp(clientId, { weakSecret: false });
    caller.sim.set({ corpBanned: true, disabledAppCode: 40001 });
    expect(await codeOf(gettoken(credentials()))).toBe(301007);
    caller.sim.set({ corpBanned: false });
  });

  test('is blocked for an hour after too many wrong secrets, with the right one too', async () => {
    caller.sim.set({ wrongSecrets: { failures: 3, blockMs: 3_600_000 } });
    for (let i = 0; i < 3; i++) await gettoken({ ...credentials(), corpsecret: `wrong${i}` });
    expect(await codeOf(gettoken(credentials()))).toBe(45009);
    caller.sim.clock.advance(3_600_001);
    expect(await codeOf(gettoken(credentials()))).toBe(0);
    caller.sim.set({ wrongSecrets: DEFAULT_SETTINGS.wrongSecrets });
  });
});

describe('the token', () => {
  test('is looked for in the query alone', async () => {
    const token = await tokenOf(caller.sim);
    const url = `${caller.sim.url}/cgi-bin/department/simplelist`;
    expect(await codeOf(request(url))).toBe(41001);
    expect(await codeOf(request(url, { headers: { authorization: `Bearer ${token}` } }))).toBe(41001);
    const body = JSON.stringify({ access_token: token, userid: 'x' });
    const inBody = request(`${caller.sim.url}/cgi-bin/user/update`, { method: 'POST', body });
    expect(await codeOf(inBody)).toBe(41001);
    expect(await codeOf(request(`${url}?access_token=${token}`))).toBe(0);
  });

  test('is 40014 when it was never given or was taken back, and 42001 when it has ended', async () => {
    const token = await tokenOf(caller.sim);
    expect(await codeOf(caller.get('department/list', {}, 'nonsense'))).toBe(40014);
    caller.sim.tokens.expire(caller.sim.app.clientId);
    expect(await codeOf(caller.get('department/list', {}, token))).toBe(42001);
    const next = await tokenOf(caller.sim);
    caller.sim.tokens.invalidate(caller.sim.app.clientId);
    expect(await codeOf(caller.get('department/list', {}, next))).toBe(40014);
    expect(await codeOf(caller.get('department/list', {}, await tokenOf(caller.sim)))).toBe(0);
  });
});

describe('failures', () => {
  test('are HTTP 200, with hint, address and link, with empty lists, and repeated in headers (§11 row 17)', async () => {
    const token = await tokenOf(caller.sim);
    const reply = await caller.get('user/get', { userid: 'nobody' }, token);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      department: [],
      order: [],
      is_leader_in_dept: [],
      direct_leader: [],
      errcode: 60111,
      errmsg: expect.stringMatching(
        /^userid not found, hint: \[(\d{25}|\d+_\d+_[0-9a-f]+)\], from ip: 127\.0\.0\.1, more info at https:\/\/open\.work\.weixin\.qq\.com\/devtool\/query\?e=60111$/,
      ),
    });
    expect(reply.headers.get('error-code')).toBe('60111');
    expect(reply.headers.get('error-msg')).toBe(reply.body.errmsg);
    expect(reply.headers.get('content-type')).toContain('application/json');
    const bare = await caller.get('department/list', {}, 'nonsense');
    expect(bare.body).toEqual({ department: [], errcode: 40014, errmsg: 'invalid access_token' });
    const addresses = await caller.get('getcallbackip', {}, 'nonsense');
    expect(addresses.body).toMatchObject({ ip_list: [], errcode: 40014 });
  });

  test('an unknown path is 404', async () => {
    expect((await caller.get('user/nosuch')).status).toBe(404);
  });

  test('a call that wants POST, made by GET, is no 405 (§11 row 18)', async () => {
    const token = await tokenOf(caller.sim, 'contacts');
    for (const code of [40063, 40058, 40003] as const) {
      caller.sim.set({ postByGetCode: code });
      const reply = await caller.get('user/create', { userid: 'x', name: 'x' }, token);
      expect([reply.status, reply.body.errcode]).toEqual([200, code]);
    }
  });

  test('\\u escapes are 40033 unless switched off; broken JSON and wrong types are warned of', async () => {
    const token = await tokenOf(caller.sim, 'contacts');
    const escaped = '{"userid":"uni","name":"\\u5f20","mobile":"13900000001"}';
    expect(await codeOf(caller.post('user/create', escaped, token))).toBe(40033);
    const escapedBackslash = '{"userid":"uni","name":"a\\\\u5f20","mobile":"13900000001"}';
    expect(await codeOf(caller.post('user/create', escapedBackslash, token))).toBe(0);
    caller.sim.set({ refuseUnicodeEscapes: false });
    const other = escaped.replace('uni', 'uni2').replace('0001', '0002');
    expect(await codeOf(caller.post('user/create', other, token))).toBe(0);
    caller.sim.set({ refuseUnicodeEscapes: true });
    const broken = await caller.post('department/create', '{"name":"x",', token);
    expect(broken.body).toMatchObject({
      errcode: 60001,
      errmsg: expect.stringMatching(/^Warning: wrong json format\. /),
    });
    const typed = await caller.post('department/create', { name: '部门', parentid: '1' }, token);
    expect(typed.body).toMatchObject({ errcode: 0, errmsg: 'Warning: wrong json format. created' });
  });
});

describe('rights and addresses', () => {
  test('an address that is not trusted is 60020, while gettoken succeeds (§11 row 7)', async () => {
    const [, bare = '', old = '', starred = ''] = [...caller.sim.apps.keys()];
    const token = await tokenOf(caller.sim, bare);
    const reply = await caller.get('department/list', {}, token);
    expect(reply.body).toMatchObject({ errcode: 60020, department: [] });
    expect(reply.body.errmsg).toMatch(
      /^not allow to access from your ip, hint: .*from ip: 127\.0\.0\.1, more/,
    );
    expect(await codeOf(caller.get('department/list', {}, await tokenOf(caller.sim, old)))).toBe(0);
    expect(await codeOf(caller.get('department/list', {}, await tokenOf(caller.sim, starred)))).toBe(0);
    caller.sim.set({ ipCheckOnGettoken: true });
    const query = { ...credentials(), corpsecret: caller.sim.apps.get(bare)?.clientSecret ?? '' };
    expect(await codeOf(gettoken(query))).toBe(60020);
    caller.sim.set({ ipCheckOnGettoken: false });
  });

  test('a new trusted address works after the delay (§11 row 13)', async () => {
    const [, bare = ''] = [...caller.sim.apps.keys()];
    const token = await tokenOf(caller.sim, bare);
    caller.sim.set({ trustedIpDelayMs: 60_000 });
    caller.sim.changeApp(bare, { ipList: ['127.0.0.1'] });
    expect(await codeOf(caller.get('department/list', {}, token))).toBe(60020);
    caller.sim.clock.advance(60_000);
    expect(await codeOf(caller.get('department/list', {}, token))).toBe(0);
    caller.sim.set({ trustedIpDelayMs: 0 });
  });

  test('a self-built app writes nothing and reads no list_id; contacts-sync reads no details (§11 row 8)', async () => {
    const [app, contacts] = [await tokenOf(caller.sim), await tokenOf(caller.sim, 'contacts')];
    for (const path of [
      'department/create',
      'department/update',
      'user/create',
      'user/update',
      'user/batchdelete',
      'user/list_id',
      'batch/syncuser',
    ])
      expect([path, await codeOf(caller.post(path, {}, app))]).toEqual([path, 48002]);
    for (const path of ['department/delete', 'user/delete'])
      expect([path, await codeOf(caller.get(path, { id: 1, userid: 'x' }, app))]).toEqual([path, 48002]);
    caller.sim.set({ appWriteCode: 60011 });
    expect(await codeOf(caller.post('user/create', {}, app))).toBe(60011);
    caller.sim.set({ appWriteCode: 48002 });
    const details = ['department/list', 'department/get', 'user/get', 'user/list', 'user/simplelist'];
    const query = { id: 1, department_id: 1, userid: 'manager1000' };
    const codes = async () => Promise.all(details.map((path) => codeOf(caller.get(path, query, contacts))));
    expect(await codes()).toEqual(details.map(() => 48009));
    expect(await codeOf(caller.get('department/simplelist', {}, contacts))).toBe(0);
    expect(await codeOf(caller.post('user/list_id', {}, contacts))).toBe(0);
    expect(await codeOf(caller.post('department/create', { name: '可写', parentid: 1 }, contacts))).toBe(0);
    caller.sim.changeApp('contacts', { oldIps: ['127.0.0.1'] });
    expect(await codes()).toEqual(details.map(() => 0));
    caller.sim.changeApp('contacts', { oldIps: [], permission: 'read' });
    expect(await codeOf(caller.post('department/create', { name: '不可写', parentid: 1 }, contacts))).toBe(
      48008,
    );
    expect(await codeOf(caller.get('department/simplelist', {}, contacts))).toBe(0);
    caller.sim.changeApp('contacts', { permission: 'edit' });
  });

  test('what belongs to apps is refused to contacts-sync, and agent/get tells the range as configured', async () => {
    const [app, contacts] = [await tokenOf(caller.sim), await tokenOf(caller.sim, 'contacts')];
    const { agentId } = caller.sim.app;
    expect(await codeOf(caller.get('agent/get', { agentid: agentId }, contacts))).toBe(48002);
    expect((await caller.get('agent/get', { agentid: agentId }, app)).body).toMatchObject({
      agentid: agentId,
      allow_partys: { partyid: [1] },
      allow_userinfos: { user: [] },
      close: 0,
    });
    expect(await codeOf(caller.get('agent/get', { agentid: agentId + 1 }, app))).toBe(301002);
    expect((await caller.get('agent/list', {}, app)).body.agentlist).toMatchObject([{ agentid: agentId }]);
  });

  test('lists of addresses are given to every token, one of them in the form with a star', async () => {
    const token = await tokenOf(caller.sim, 'contacts');
    const inbound = (await caller.get('getcallbackip', {}, token)).body;
    expect(inbound).toMatchObject({ errcode: 0, ip_list: expect.arrayContaining(['127.0.0.1']) });
    expect(inbound.ip_list.some((entry: string) => entry.endsWith('.*'))).toBe(true);
    expect((await caller.get('get_api_domain_ip', {}, token)).body.ip_list.length).toBeGreaterThan(0);
  });
});
