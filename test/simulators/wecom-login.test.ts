import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type Visitor } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, startCaller, tokenOf } from './wecom-caller.ts';

let caller: Caller;
let other: string;
let dept: number;
let inside: string;
let outside: string;
beforeAll(async () => {
  caller = await startCaller();
  const { mutate, addApp, app, changeApp } = caller.sim;
  dept = mutate.addDepartment({ name: '可见', parentId: 1 });
  inside = mutate.addUser({
    name: '内',
    userid: 'Inside',
    mobile: '13400000001',
    gender: '2',
    deptIds: [dept],
  });
  outside = mutate.addUser({ name: '外', userid: 'outside', deptIds: [1] });
  changeApp(app.clientId, { range: { depts: [dept], users: [] } });
  other = addApp({ name: '另一' }).clientId;
});
afterAll(() => caller.sim.close());

const code = (visitor: Visitor, clientId = caller.sim.app.clientId): string =>
  caller.sim.logins.issueCode(clientId, visitor);
const redeem = (value: string, token?: string) => caller.get('auth/getuserinfo', { code: value }, token);
const detail = (user_ticket: string, token = caller.token) =>
  caller.post('auth/getuserdetail', { user_ticket }, token);
const ticketOf = async (visitor: Visitor): Promise<string> =>
  (await redeem(code({ scope: 'snsapi_privateinfo', ...visitor }))).body.user_ticket;

describe('codes (§4.4, §11 row 10)', () => {
  test('name a member, inside the range or outside of it', async () => {
    expect((await redeem(code({ userid: inside }))).body).toEqual({
      errcode: 0,
      errmsg: 'ok',
      userid: 'Inside',
    });
    expect((await redeem(code({ userid: 'OUTSIDE' }))).body).toMatchObject({ errcode: 0, userid: outside });
  });

  test('name nobody of the corp by an openid', async () => {
    const { body } = await redeem(code({ openid: 'oPenId1', externalUserid: 'wmExternal' }));
    expect(body).toEqual({ errcode: 0, errmsg: 'ok', openid: 'oPenId1', external_userid: 'wmExternal' });
    expect((await redeem(code({ userid: 'gone' }))).body).toMatchObject({ openid: expect.any(String) });
  });

  test('are good once, for five minutes, for their own app', async () => {
    const value = code({ userid: inside });
    expect(await codeOf(redeem(value))).toBe(0);
    expect(await codeOf(redeem(value))).toBe(40029);
    expect(await codeOf(redeem('nonsense'))).toBe(40029);
    const foreign = code({ userid: inside }, other);
    expect(await codeOf(redeem(foreign))).toBe(50001);
    expect(await codeOf(redeem(foreign, await tokenOf(caller.sim, other)))).toBe(0);
    caller.sim.set({ foreignCodeCode: 40029, usedCodeCode: 42022, expiredCodeCode: 42003 });
    expect(await codeOf(redeem(value))).toBe(42022);
    expect(await codeOf(redeem(code({ userid: inside }, other)))).toBe(40029);
    const late = code({ userid: inside });
    caller.sim.clock.advance(300_000);
    expect(await codeOf(redeem(late))).toBe(42003);
    caller.sim.set(DEFAULT_SETTINGS);
  });

  test('the older path answers in capitals', async () => {
    const older = (visitor: Visitor) => caller.get('user/getuserinfo', { code: code(visitor) });
    expect((await older({ userid: inside })).body).toMatchObject({ UserId: 'Inside', DeviceId: '' });
    expect((await older({ openid: 'o1' })).body).toMatchObject({ OpenId: 'o1' });
  });
});

describe('tickets (§4.5)', () => {
  test('are given for privateinfo and members in range alone', async () => {
    expect(await ticketOf({ userid: inside })).toEqual(expect.any(String));
    expect(await ticketOf({ userid: outside })).toBeUndefined();
    expect((await redeem(code({ userid: inside }))).body).not.toHaveProperty('user_ticket');
  });

  test('show what the app asks for and the member agreed to', async () => {
    expect((await detail(await ticketOf({ userid: inside }))).body).toMatchObject({
      errcode: 0,
      userid: 'Inside',
      gender: '2',
      mobile: '13400000001',
      address: '',
    });
    const partly = (await detail(await ticketOf({ userid: inside, consent: ['mobile'] }))).body;
    expect(partly).toMatchObject({
      gender: '0',
      mobile: '13400000001',
      avatar: expect.stringContaining('default'),
    });
    expect(partly).not.toHaveProperty('email');
    caller.sim.changeApp(caller.sim.app.clientId, { privateFields: ['email'] });
    expect((await detail(await ticketOf({ userid: inside }))).body).not.toHaveProperty('mobile');
  });

  test('are refused when missing, foreign or older than half an hour', async () => {
    const ticket = await ticketOf({ userid: inside });
    expect(await codeOf(detail(''))).toBe(84090);
    expect(await codeOf(detail('nonsense'))).toBe(84015);
    expect(await codeOf(detail(ticket, await tokenOf(caller.sim, other)))).toBe(84015);
    caller.sim.clock.advance(1_800_000);
    expect(await codeOf(detail(ticket))).toBe(84014);
    const gone = await ticketOf({ userid: inside });
    caller.sim.mutate.moveUser(inside, [1]);
    expect(await codeOf(detail(gone))).toBe(60111);
  });
});
