import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../simulators/wecom/index.ts';
import { type Caller, codeOf, request, startCaller, UNRESTRICTED } from './wecom-caller.ts';
import { KEYS, type Receiver, startReceiver } from './wecom-receiver.ts';

let caller: Caller;
let receiver: Receiver;
let dept: number;
beforeAll(async () => {
  caller = await startCaller(UNRESTRICTED);
  dept = caller.sim.mutate.addDepartment({ name: '甲部', parentId: 1 });
});
afterAll(() => caller.sim.close());
beforeEach(async () => {
  caller.sim.set(DEFAULT_SETTINGS);
  receiver = await startReceiver();
  await save();
});
afterEach(() => receiver.close());

const save = (input: object = {}) =>
  caller.sim.callbacks.configure('contacts', { url: receiver.url, ...KEYS, ...input });
let number = 0;
const add = (input: object = {}): string =>
  caller.sim.mutate.addUser({ name: '张三', userid: `e${++number}`, mobile: '', deptIds: [dept], ...input });

/** The events that came since the last call, without their head. */
async function events(): Promise<object[]> {
  await caller.sim.callbacks.idle();
  return receiver.received.splice(0).map(({ event }) => {
    const { ToUserName, FromUserName, CreateTime, MsgType, Event, ...rest } = event;
    expect([ToUserName, FromUserName, MsgType]).toEqual([caller.sim.corp.corpId, 'sys', 'event']);
    expect(Number(CreateTime)).toBeCloseTo(caller.sim.clock.now() / 1000, -1);
    expect(Event).toBe('change_contact');
    return rest;
  });
}

describe('an address', () => {
  test('is asked by GET before it is saved, and must answer the bare text (§5.2, §11 row 15)', async () => {
    const [asked] = receiver.verified;
    expect([...(asked?.searchParams.keys() ?? [])]).toEqual([
      'corp',
      'msg_signature',
      'timestamp',
      'nonce',
      'echostr',
    ]);
    expect(await save()).toEqual({ ok: true });
    receiver.echo = (text) => `"${text}"`;
    expect(await save({ form: 'full' })).toMatchObject({
      ok: false,
      errcode: 40057,
      attempt: { outcome: 'refused' },
    });
    expect(caller.sim.callbacks.get('contacts')?.form).toBe('reduced');
  });

  test.each([
    ['a token with signs', { token: 'a-b' }],
    ['a token of 33', { token: 'a'.repeat(33) }],
    ['a short key', { encodingAesKey: 'short' }],
    ['no http', { url: 'ftp://example.com' }],
    ['nobody there', { url: 'http://127.0.0.1:9/' }],
  ])('%s is 40057', async (_what, input) => {
    expect(await save(input)).toMatchObject({ ok: false, errcode: 40057 });
  });

  test('the echo travels with its plus signs escaped, or raw when switched so', async () => {
    // One echo text in several has a plus.
    caller.sim.set({ echoPlusRaw: true });
    const raw = async (): Promise<boolean> => {
      const verdict = await save();
      return !verdict.ok;
    };
    let misread = false;
    for (let i = 0; i < 60 && !misread; i++) misread = await raw();
    expect(misread).toBe(true);
    caller.sim.set({ echoPlusRaw: false });
    for (let i = 0; i < 20; i++) expect(await save()).toEqual({ ok: true });
  });
});

describe('change_contact in the reduced form (§5.4, §11 row 16)', () => {
  test('of a new member: userid and departments', async () => {
    const userid = add({ deptIds: [1, dept], email: 'secret@example.com' });
    expect(await events()).toEqual([{ ChangeType: 'create_user', UserID: userid, Department: `1,${dept}` }]);
  });

  test('of a changed member: only when departments or userid change', async () => {
    const userid = add();
    await events();
    caller.sim.mutate.renameUser(userid, '李四');
    caller.sim.mutate.setLeader(userid, dept, true);
    caller.sim.mutate.activate(userid);
    expect(await events()).toEqual([]);
    caller.sim.mutate.moveUser(userid, [1]);
    caller.sim.mutate.changeUserid(userid, `${userid}x`);
    expect(await events()).toEqual([
      { ChangeType: 'update_user', UserID: userid, Department: '1' },
      { ChangeType: 'update_user', UserID: userid, NewUserID: `${userid}x` },
    ]);
    caller.sim.mutate.leave(`${userid}x`);
    expect(await events()).toEqual([{ ChangeType: 'delete_user', UserID: `${userid}x` }]);
  });

  test('of departments: made, renamed, moved and deleted; reordering says nothing (?)', async () => {
    const { mutate } = caller.sim;
    const id = mutate.addDepartment({ name: '新部', parentId: 1, order: 5 });
    mutate.renameDepartment(id, '旧部');
    mutate.moveDepartment(id, dept);
    mutate.reorderDepartment(id, 9);
    mutate.removeDepartment(id);
    const Id = String(id);
    expect(await events()).toEqual([
      { ChangeType: 'create_party', Id, Name: '新部', ParentId: '1', Order: '5' },
      { ChangeType: 'update_party', Id, Name: '旧部' },
      { ChangeType: 'update_party', Id, ParentId: String(dept) },
      { ChangeType: 'delete_party', Id },
    ]);
    caller.sim.set({ partyEvents: 'ids' });
    const next = mutate.addDepartment({ name: '又部', parentId: 1 });
    mutate.renameDepartment(next, '再部');
    expect(await events()).toEqual([
      { ChangeType: 'create_party', Id: String(next), ParentId: '1' },
      { ChangeType: 'update_party', Id: String(next) },
    ]);
  });

  test('whoever is left without department by a removal is moved first, and told', async () => {
    const { mutate } = caller.sim;
    const top = mutate.addDepartment({ name: '将亡', parentId: 1 });
    const below = mutate.addDepartment({ name: '将亡下', parentId: top });
    const [only, both] = [add({ deptIds: [below] }), add({ deptIds: [below, dept] })];
    await events();
    mutate.removeDepartment(top);
    const told = (await events()) as Record<string, string>[];
    const unplaced = String(caller.sim.corp.unplaced);
    expect(told.map((event) => event['ChangeType'])).toEqual([
      'create_party',
      'update_user',
      'update_user',
      'delete_party',
      'delete_party',
    ]);
    expect(told).toMatchObject([
      { Id: unplaced },
      { UserID: only, Department: unplaced },
      { UserID: both, Department: String(dept) },
      { Id: String(below) },
      { Id: String(top) },
    ]);
  });
});

describe('change_contact in the full form', () => {
  beforeEach(() => save({ form: 'full' }));

  test('a new member with everything, a changed one with what changed', async () => {
    const boss = add();
    await events();
    const userid = add({
      name: '王]]>五',
      email: 'five@example.com',
      gender: '2',
      directLeaders: [boss],
      attributes: new Map<string, unknown>([
        ['工号', { type: 0, value: 'A5' }],
        ['主页', { type: 1, url: 'https://a.cn', title: '页' }],
      ]),
    });
    expect(await events()).toMatchObject([
      {
        ChangeType: 'create_user',
        UserID: userid,
        Name: '王]]>五',
        Department: String(dept),
        MainDepartment: String(dept),
        IsLeaderInDept: '0',
        DirectLeader: boss,
        Gender: '2',
        Email: 'five@example.com',
        Status: '4',
        ExtAttr: {
          Item: [
            { Name: '工号', Type: '0', Text: { Value: 'A5' } },
            { Name: '主页', Type: '1', Web: { Title: '页', Url: 'https://a.cn' } },
          ],
        },
      },
    ]);
    caller.sim.mutate.changeUser(userid, { position: '组长' });
    caller.sim.mutate.activate(userid);
    caller.sim.mutate.setLeader(userid, dept, true);
    expect(await events()).toEqual([
      { ChangeType: 'update_user', UserID: userid, Position: '组长' },
      { ChangeType: 'update_user', UserID: userid, Status: '1' },
      { ChangeType: 'update_user', UserID: userid, IsLeaderInDept: '1' },
    ]);
  });
});

describe('who is told', () => {
  test('what contacts-sync wrote itself is not called back, unless switched so (§11 row 14)', async () => {
    const create = (userid: string) =>
      caller.post('user/create', {
        userid,
        name: '自写',
        email: `${userid}@example.com`,
        department: [dept],
      });
    await create('silent');
    await caller.post('user/update', { userid: 'silent', department: [1] });
    await caller.sync('user/delete', { userid: 'silent' });
    expect(await events()).toEqual([]);
    caller.sim.set({ apiWritesEmitEvents: true });
    expect(await codeOf(create('loud'))).toBe(0);
    expect(await events()).toEqual([{ ChangeType: 'create_user', UserID: 'loud', Department: String(dept) }]);
  });

  test('a self-built app hears nothing of contacts, unless switched so (?); its posts carry the agent id', async () => {
    const { clientId, agentId } = caller.sim.app;
    await caller.sim.callbacks.configure(clientId, { url: receiver.url, ...KEYS });
    add();
    await caller.sim.callbacks.idle();
    expect(receiver.received.splice(0).map(({ envelope }) => envelope['AgentID'])).toEqual([undefined]);
    caller.sim.set({ appsHearOfContacts: true, contactsAgentId: 'empty' });
    add();
    await caller.sim.callbacks.idle();
    const agents = receiver.received.splice(0).map(({ envelope }) => envelope['AgentID']);
    expect(agents.sort()).toEqual(['', String(agentId)]);
    caller.sim.callbacks.remove(clientId);
  });

  test('any event can be sent by hand, and is signed and encrypted like the others', async () => {
    caller.sim.callbacks.send('contacts', [
      ['Event', 'change_contact'],
      ['ChangeType', { bare: 'update_tag' }],
    ]);
    await caller.sim.callbacks.idle();
    const [got] = receiver.received.splice(0);
    expect(got?.receiveId).toBe(caller.sim.corp.corpId);
    expect(got?.message).toBe(
      '<xml><Event><![CDATA[change_contact]]></Event><ChangeType>update_tag</ChangeType></xml>',
    );
    expect(caller.sim.callbacks.send('nobody', [])).toBe(0);
  });
});

describe('deliveries (§11 row 15)', () => {
  const log = () => caller.sim.callbacks.log().slice(-1)[0];

  test('three tries in all, each noted; anything but 200 is a failure', async () => {
    receiver.statuses.push(500, 204, 200);
    add();
    expect(await events()).toHaveLength(3);
    expect(log()).toMatchObject({
      state: 'delivered',
      attempts: [
        { attempt: 1, outcome: 'refused', status: 500 },
        { attempt: 2, outcome: 'refused', status: 204 },
        { attempt: 3, outcome: 'accepted', status: 200 },
      ],
    });
    receiver.statuses.push(500, 500, 500);
    add();
    expect(await events()).toHaveLength(3);
    expect(log()).toMatchObject({ state: 'failed' });
  });

  test('a receiver that does not answer in time is tried again with the same message', async () => {
    caller.sim.set({ eventTimeoutMs: 80 });
    receiver.statuses.push(0);
    add();
    await caller.sim.callbacks.idle();
    const [first, second] = receiver.received.splice(0);
    expect(second?.message).toBe(first?.message);
    expect(log()?.attempts.map((one) => one.outcome)).toEqual(['timeout', 'accepted']);
  });

  test('the next events can be lost, doubled and delayed', async () => {
    caller.sim.callbacks.next({ lose: true }, { copies: 3 }, { delayMs: 60_000 }, {});
    const [lost, double, late, plain] = [add(), add(), add(), add()];
    const came = async () => receiver.received.splice(0).map(({ event }) => event.UserID);
    caller.sim.clock.advance(59_000);
    const early = await untilCame(4);
    expect(early.sort()).toEqual([double, double, double, plain].sort());
    caller.sim.clock.advance(1000);
    await caller.sim.callbacks.idle();
    expect(await came()).toEqual([late]);
    const states = caller.sim.callbacks.log().slice(-4);
    expect(states.map((one) => one.state)).toEqual(['lost', 'delivered', 'delivered', 'delivered']);
    expect(states[0]?.message).toContain(lost);
  });

  async function untilCame(count: number): Promise<string[]> {
    await expect.poll(() => receiver.received.length).toBe(count);
    return receiver.received.splice(0).map(({ event }) => event.UserID);
  }

  test('held events are let go in another order, and sent again', async () => {
    caller.sim.set({ eventsAtOnce: 1 });
    caller.sim.callbacks.hold();
    const ids = [add(), add(), add()];
    expect(await events()).toEqual([]);
    expect(log()?.state).toBe('held');
    caller.sim.callbacks.release('reversed');
    expect(((await events()) as { UserID: string }[]).map((one) => one.UserID)).toEqual(ids.toReversed());
    caller.sim.callbacks.redeliver(log()?.seq ?? 0);
    expect(await events()).toMatchObject([{ UserID: ids[2] }]);
    expect(log()?.attempts).toHaveLength(2);
    caller.sim.callbacks.hold();
    add();
    caller.sim.callbacks.release('shuffled');
    expect(await events()).toHaveLength(1);
    expect(() => caller.sim.callbacks.redeliver(0)).toThrow(TypeError);
  });

  test('shares of losses and doubles strike by chance', async () => {
    caller.sim.set({ eventLosses: 1 });
    add();
    caller.sim.set({ eventLosses: 0, eventDuplicates: 1 });
    const userid = add();
    expect(await events()).toMatchObject([{ UserID: userid }, { UserID: userid }]);
  });

  test('all of it over HTTP', async () => {
    const control = async (method: string, path: string, body?: unknown) =>
      (
        await request(`${caller.sim.url}/__control${path}`, {
          method,
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
      ).body;
    expect(await control('POST', '/callbacks', { clientId: 'contacts', url: receiver.url, ...KEYS })).toEqual(
      { ok: true },
    );
    expect(await control('GET', '/callbacks')).toMatchObject([{ clientId: 'contacts', form: 'reduced' }]);
    await control('POST', '/deliveries/hold');
    await control('POST', '/mutations', {
      op: 'addUser',
      args: [{ name: '远程', userid: 'remote', deptIds: [dept] }],
    });
    const [held] = (await control('GET', '/deliveries')).slice(-1);
    expect(held).toMatchObject({ clientId: 'contacts', state: 'held' });
    await control('POST', '/deliveries/next', { copies: 2 });
    await control('POST', '/deliveries/release', { order: 'inOrder' });
    await control('POST', '/deliveries/idle');
    await control('POST', '/deliveries/redeliver', { seq: held.seq });
    await control('POST', '/deliveries/idle');
    expect(await events()).toHaveLength(3);
    await control('DELETE', '/callbacks?clientId=contacts');
    expect(await control('GET', '/callbacks')).toEqual([]);
  });
});
