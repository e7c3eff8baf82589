import { afterAll, describe, expect, test } from 'vitest';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { FeedApp } from '../../src/ports/change-feed.ts';
import { queryOf } from './support/callback-endpoint.ts';
import { getOf, NOW, partsOf, postOf, sealedPost, WECOM } from './support/sealed-requests.ts';

const services = createPlatformServices();
const found = createPlatforms(services).get('wecom')?.changeFeed;
if (found === undefined) throw new TypeError('no change feed');
const feed = found;
afterAll(() => services.http.close());

type Elements = Readonly<Record<string, string>>;
const xml = (elements: Elements): string =>
  `<xml>${Object.entries(elements)
    .map(([name, value]) => `<${name}>${/^\d+$|^</.test(value) ? value : `<![CDATA[${value}]]>`}</${name}>`)
    .join('')}</xml>`;

const HEAD: Elements = {
  ToUserName: WECOM.owner,
  FromUserName: 'sys',
  CreateTime: '1795219200',
  MsgType: 'event',
  Event: 'change_contact',
};
const receive = (message: string) => feed.receive(WECOM.app, sealedPost(WECOM, { message }), NOW);
const read = (elements: Elements) => {
  const [event] = receive(xml({ ...HEAD, ...elements })).events;
  if (event === undefined) throw new TypeError('no event');
  return event;
};
const account = (externalId: string) => ({ kind: 'ACCOUNT', externalId });
const unit = (externalId: string) => ({ kind: 'ORG_UNIT', externalId });

describe('an event of WeCom', () => {
  test.each([
    ['create_user', { UserID: 'wanglei', Department: '1,7' }, [account('wanglei')]],
    ['update_user', { UserID: 'wanglei', Department: '1,7' }, [account('wanglei')]],
    ['update_user', { UserID: 'wanglei', NewUserID: 'wangl2' }, [account('wanglei'), account('wangl2')]],
    ['delete_user', { UserID: 'wanglei' }, [account('wanglei')]],
    ['create_party', { Id: '12', Name: '研发', ParentId: '1', Order: '100' }, [unit('12')]],
    ['update_party', { Id: '12', ParentId: '7' }, [unit('12')]],
    ['delete_party', { Id: '12' }, [unit('12')]],
    [
      'update_tag',
      {
        TagId: '1',
        AddUserItems: 'zhangsan,lisi',
        DelUserItems: 'wangwu',
        AddPartyItems: '1,2',
        DelPartyItems: '3',
      },
      [unit('1'), unit('2'), unit('3'), account('zhangsan'), account('lisi'), account('wangwu')],
    ],
    ['update_tag', { TagId: '1', AddUserItems: 'zhangsan' }, [account('zhangsan')]],
  ])('%s names its objects: %j', (ChangeType, elements, hints) => {
    expect(read({ ChangeType, ...elements })).toMatchObject({ type: ChangeType, hints });
  });

  test('in its full form says no more to us than in the reduced one', () => {
    const full = {
      UserID: 'wanglei',
      Name: '王<雷> & Söhne ]] >',
      Department: '1,7',
      MainDepartment: '7',
      IsLeaderInDept: '0,1',
      DirectLeader: 'lisi,wangwu',
      Mobile: '13800000000',
      Gender: '1',
      Status: '1',
      Avatar: 'http://wx.qlogo.cn/mmopen/a/0?x=1&y=2',
      ExtAttr:
        '<Item><Name><![CDATA[爱好]]></Name><Type>0</Type><Text><Value><![CDATA[旅游]]></Value></Text></Item><Item><Name><![CDATA[卡号]]></Name></Item>',
    };
    expect(read({ ChangeType: 'create_user', ...full }).hints).toEqual([account('wanglei')]);
  });

  test('about a job with many people or units says that anything may have changed', () => {
    const BatchJob =
      '<JobId><![CDATA[S0MrnndvRG5fadSlLwiBqiDDbM143UqTmKP3152FZk4]]></JobId><JobType><![CDATA[sync_user]]></JobType><ErrCode>0</ErrCode><ErrMsg><![CDATA[ok]]></ErrMsg>';
    expect(read({ Event: 'batch_job_result', BatchJob })).toMatchObject({
      type: 'batch_job_result',
      hints: [{ kind: 'COMPANY', externalId: '' }],
    });
  });

  test.each([
    ['enter_agent', { Event: 'enter_agent', AgentID: '1000002' }],
    ['another event of contacts', { ChangeType: 'future_change', UserID: 'wanglei' }],
    [
      'a message of a person that looks like an event',
      { MsgType: 'text', Content: 'create_user', UserID: 'wanglei', MsgId: '1', Event: 'batch_job_result' },
    ],
  ])('is answered and otherwise ignored: %s', (_, elements) => {
    const reception = receive(xml({ ...HEAD, ...elements }));
    expect(reception.events.map(({ hints }) => hints)).toEqual([[]]);
    expect(reception.answer).toEqual({ contentType: 'text/plain', body: 'success' });
  });

  test('is known by whom it came from, its second and all that it says; a message by its id', () => {
    const one = { ChangeType: 'update_party', Id: '12' };
    expect(read(one).dedupeKey).toBe(read(one).dedupeKey);
    const others = [
      { ...one, Id: '13' },
      { ...one, CreateTime: '1795219201' },
      { ...one, Name: '研发' },
      { ...one, FromUserName: 'somebody' },
    ];
    expect(new Set([one, ...others].map((elements) => read(elements).dedupeKey)).size).toBe(5);
    const message = { MsgType: 'text', Event: '', Content: 'a', MsgId: '4561255354251345929' };
    expect(read(message).dedupeKey).toBe(read({ ...message, CreateTime: '1795219201' }).dedupeKey);
  });

  test('happened at the second that it tells', () => {
    expect(read({ ChangeType: 'delete_user', UserID: 'a' }).occurredAt).toEqual(new Date(1_795_219_200_000));
  });

  test('may come without an agent id, or with an empty one', () => {
    const parts = partsOf(WECOM);
    for (const agent of ['', '<AgentID></AgentID>', '<AgentID/>', '<AgentID><![CDATA[1000002]]></AgentID>']) {
      const body = `<xml><ToUserName><![CDATA[${WECOM.owner}]]></ToUserName>${agent}<Encrypt><![CDATA[${parts.encrypted}]]></Encrypt></xml>`;
      expect(feed.receive(WECOM.app, postOf(WECOM, parts, { body }), NOW).events).toHaveLength(1);
    }
  });
});

describe('the verification of an address at WeCom', () => {
  /** Vector A of the sheet. */
  const VECTOR = {
    token: 'hTq7sVn2LkX4',
    aesKey: 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY',
    echostr: 'tYeqJX516ag9KIDje6YL60IO2V683PlDRAI8QcnXW4gjyTmV8TkKFWI+/4JYJZqx1l5L121V0c+uYDZ5fN+M3g==',
    signature: 'd47e237ca73fbb3c617132cc01cbdf0638fc47d2',
  };
  const app: FeedApp = { ...WECOM.app, token: VECTOR.token, aesKey: VECTOR.aesKey };
  const verify = (echostr: string) =>
    feed.receive(
      app,
      {
        method: 'GET',
        query: queryOf(
          `msg_signature=${VECTOR.signature}&timestamp=1795219200&nonce=90417733&echostr=${echostr}`,
        ),
        body: '',
      },
      NOW,
    );

  test.each([
    ['encoded', encodeURIComponent(VECTOR.echostr)],
    ['with a literal plus', encodeURIComponent(VECTOR.echostr).replaceAll('%2B', '+')],
  ])('answers with the bare text to an echo string %s', (_, echostr) => {
    expect(verify(echostr)).toEqual({
      events: [],
      answer: { contentType: 'text/plain', body: '5927781386432055719' },
    });
  });

  test('reads out nothing but numbers: an event that was caught on its way stays sealed', () => {
    expect(() => feed.receive(WECOM.app, getOf(WECOM, {}), NOW)).toThrow();
    expect(feed.receive(WECOM.app, getOf(WECOM, { message: '42' }), NOW).answer.body).toBe('42');
  });
});
