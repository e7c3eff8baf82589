import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { CallbackReception, CallbackRequest } from '../../src/ports/change-feed.ts';
import { tries } from '../support/properties.ts';
import {
  DINGTALK,
  encryptedBytes,
  getOf,
  NOW,
  type Parts,
  partsOf,
  postOf,
  queryOf,
  sealedPost,
  unpaddedBytes,
  WECOM,
} from './support/sealed-requests.ts';

// Goal S9, the adapters' half: every class of attack against every platform is refused, and all refusals are the same.
// What only the endpoint can see (two parameters of one name, slow bodies, a replay that was stored) is tried there.

const services = createPlatformServices();
const platforms = createPlatforms(services);
afterAll(() => services.http.close());

type Target = typeof DINGTALK;
const TARGETS: readonly Target[] = [DINGTALK, WECOM];

const receive = ({ name, app }: Target, request: CallbackRequest, now = NOW): CallbackReception => {
  const feed = platforms.get(name)?.changeFeed;
  if (feed === undefined) throw new TypeError(`${name} has no change feed`);
  return feed.receive(app, request, now);
};

/** Everything that whoever sent the request can learn. */
const REFUSED = {
  code: 'CALLBACK_REFUSED',
  message: 'The request was refused',
  zh: '请求未通过校验',
  details: {},
  httpStatus: 403,
};

const told = (target: Target, request: CallbackRequest, now?: Date): unknown => {
  try {
    return receive(target, request, now);
  } catch (error) {
    if (!(error instanceof AppError)) return error;
    const { code, message, details, row, text } = error;
    return { code, message, zh: text.zh, details, httpStatus: row.httpStatus };
  }
};

const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);
const withQuery = (target: Target, more: Readonly<Record<string, string>>): CallbackRequest => {
  const parts = partsOf(target);
  return postOf(target, parts, { query: { ...queryOf(parts), ...more } });
};
const without = (target: Target, name: string): CallbackRequest => {
  const parts = partsOf(target);
  const { [name]: _, ...query } = queryOf(parts);
  return postOf(target, parts, { query });
};
const withBody = (target: Target, body: string | ((parts: Parts) => string)): CallbackRequest => {
  const parts = partsOf(target);
  return postOf(target, parts, { body: typeof body === 'string' ? body : body(parts) });
};
const withSignature = (target: Target, change: (signature: string) => string): CallbackRequest => {
  const parts = partsOf(target);
  return postOf(target, { ...parts, signature: change(parts.signature) });
};
const padded = (target: Target, pad: number, fill = pad): CallbackRequest => {
  const plain = unpaddedBytes(target);
  const odd = (16 - ((plain.length + pad) % 16)) % 16;
  const whole = Buffer.concat([plain, Buffer.alloc(odd, '-'), Buffer.alloc(pad, fill)]);
  return sealedPost(target, { encrypted: encryptedBytes(whole) });
};
const inside = (target: Target, message: string): CallbackRequest => sealedPost(target, { message });

/** A bomb, a file, a server: what a reader of XML can be made to fetch or to blow up. */
const ENTITIES = [
  '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
  '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE xml SYSTEM "http://203.0.113.1/x.dtd">',
  '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://203.0.113.1/x"> %p;]>',
];
const XML = '<xml><MsgType>event</MsgType><Event>change_contact</Event></xml>';
const deep = (count: number): string => `${'<a>'.repeat(count)}${'</a>'.repeat(count)}`;

const isJson = ({ name }: Target): boolean => name === DINGTALK.name;
/** The event's text with something put in behind its first bracket or tag. */
const infected = (target: Target, more: string): string =>
  target.event('wanglei').replace(isJson(target) ? '{' : '<xml>', (start) => `${start}${more}`);

const CLASSES: Readonly<Record<string, (target: Target) => readonly CallbackRequest[]>> = {
  'a bad signature': (target) => [
    withSignature(target, (signature) => signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
    withSignature(target, (signature) => signature.toUpperCase().replace(/^[^A-F]*$/, 'A')),
    withSignature(target, (signature) => signature.slice(0, -1)),
    withSignature(target, (signature) => `${signature}0`),
    withSignature(target, (signature) => ` ${signature}`),
    withSignature(target, () => '0'.repeat(40)),
  ],
  'a wrong token': (target) => [
    sealedPost(target, { token: 'attackToken02' }),
    sealedPost(target, { token: 'attackToken0' }),
    sealedPost(target, { token: '' }),
  ],
  'a wrong AES key': (target) => [
    sealedPost(target, { aesKey: 'Abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' }),
    sealedPost(target, { aesKey: 'A'.repeat(43) }),
  ],
  'a foreign owner in the plain text': (target) => [
    sealedPost(target, { owner: isJson(target) ? 'dingclient0002' : 'ww0a1b2c3d4e5f6780' }),
    sealedPost(target, { owner: '' }),
    sealedPost(target, { owner: `${target.owner} ` }),
    sealedPost(target, { owner: target.owner.toUpperCase() }),
    sealedPost(target, { owner: `${target.owner}\0` }),
    inside(target, target.event('wanglei').replaceAll(/dingcorp0001|ww0a1b2c3d4e5f6789/g, 'dingcorp0002')),
  ],
  'a changed ciphertext': (target) => {
    const parts = partsOf(target);
    const bytes = Buffer.from(parts.encrypted, 'base64');
    return [...bytes.keys()].map((at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return postOf(target, { ...parts, encrypted: changed.toString('base64') });
    });
  },
  'probes of the padding': (target) => [
    ...[0, 33, 64, 128, 255].map((pad) => padded(target, pad)),
    padded(target, 16, 20),
    padded(target, 32, 0),
    sealedPost(target, { encrypted: encryptedBytes(Buffer.alloc(32, 32)) }),
    sealedPost(target, { encrypted: encryptedBytes(Buffer.alloc(16, 16)) }),
  ],
  'a length that is none': (target) =>
    [0xffff_ffff, 0x7fff_ffff, 10_000].map((length) => {
      const plain = unpaddedBytes(target, length);
      const pad = 32 - (plain.length % 32);
      return sealedPost(target, {
        encrypted: encryptedBytes(Buffer.concat([plain, Buffer.alloc(pad, pad)])),
      });
    }),
  'base64 that is none': (target) => {
    const { encrypted } = partsOf(target);
    return [
      `${encrypted}====`,
      encrypted.replace(/^./, '-'),
      `${encrypted.slice(0, 20)}\n${encrypted.slice(20)}`,
      encrypted.slice(0, -4),
      '',
      '=',
      'A',
    ].map((text) => sealedPost(target, { encrypted: text }));
  },
  'a stale time stamp': (target) => [
    sealedPost(target, { at: minutes(-5.1) }),
    sealedPost(target, { at: minutes(-60) }),
    sealedPost(target, { at: new Date(1_000_000_000_000) }),
  ],
  'a time stamp of the future, or none': (target) => [
    sealedPost(target, { at: minutes(5.1) }),
    sealedPost(target, { at: minutes(60 * 24) }),
    ...['', '0', 'NaN', '1e12', '-1795219200', '0x6b01', '17952192000000000', '１７９５２１９２００'].map(
      (time) => postOf(target, partsOf({ ...target, time: () => time })),
    ),
  ],
  'a replay under another time stamp or nonce': (target) => {
    const parts = partsOf(target, { at: minutes(-10) });
    return [
      postOf(target, parts),
      postOf(target, { ...parts, timestamp: target.time(NOW) }),
      postOf(target, { ...partsOf(target), nonce: 'another' }),
    ];
  },
  'entities and document types': (target) => [
    ...ENTITIES.map((entity) => withBody(target, (parts) => `${entity}${target.body(parts.encrypted)}`)),
    ...ENTITIES.map((entity) => inside(target, `${entity}${XML}`)),
    inside(target, target.event('wanglei').replace('<![CDATA[wanglei]]>', '&x;').replace(/^\{/, '&x;{')),
    inside(
      target,
      target.event('wanglei').replace('<![CDATA[wanglei]]>', '&#119;').replace(/^\{/, '&#119;{'),
    ),
    inside(target, isJson(target) ? XML : `<xml>${deep(50)}</xml>`),
  ],
  'a body that is too long': (target) => [
    withBody(target, (parts) => `${target.body(parts.encrypted)}${' '.repeat(300_000)}`),
    withBody(target, 'x'.repeat(300_000)),
    sealedPost(target, { message: target.event('w'.repeat(300_000)) }),
  ],
  'another type of body': (target) => [
    ...['', ' ', 'null', '[]', '"text"', '1', '{}', '<xml></xml>', '<xml/>', '<a></a>', '\0', '\ufeff'].map(
      (body) => withBody(target, body),
    ),
    withBody(target, (parts) => (isJson(target) ? WECOM : DINGTALK).body(parts.encrypted)),
    withBody(target, ({ encrypted }) => `encrypt=${encodeURIComponent(encrypted)}`),
    withBody(target, ({ encrypted }) => JSON.stringify({ encrypt: { text: encrypted } })),
    withBody(target, ({ encrypted }) => JSON.stringify({ encrypt: [encrypted] })),
    withBody(target, ({ encrypted }) => `<xml><Encrypt><a>${encrypted}</a></Encrypt></xml>`),
  ],
  'another type of message': (target) => [
    ...['', 'success', 'null', '[]', '1', '{}', '<xml></xml>', '{"EventType":1}', '{"EventType":""}'].map(
      (message) => inside(target, message),
    ),
    inside(target, (isJson(target) ? WECOM : DINGTALK).event('wanglei')),
    inside(target, `${target.event('wanglei')}${target.event('wanglei')}`),
    inside(target, target.event('wanglei').slice(0, -3)),
  ],
  'probes by the echo string': (target) => [
    getOf(target, {}),
    getOf(target, { message: '<script>alert(1)</script>' }),
    getOf(target, { message: 'two words' }),
    getOf(target, { message: '1'.repeat(100) }),
    getOf(target, { message: '123456', token: 'attackToken02' }),
    getOf(target, { message: '123456', owner: 'somebody' }),
    getOf(target, { message: '123456', at: minutes(-10) }),
    { ...getOf(target, { message: '123456' }), method: 'POST' },
    inside(target, '123456'),
    { ...sealedPost(target), method: 'GET' },
  ],
  'missing parameters': (target) => [
    ...['msg_signature', 'timestamp', 'nonce'].map((name) => without(target, name)),
    ...['msg_signature', 'timestamp', 'nonce'].map((name) => withQuery(target, { [name]: '' })),
    { method: 'GET', query: {}, body: '' },
    { method: 'POST', query: {}, body: '' },
  ],
  'parameters that contradict each other': (target) => [
    withQuery(target, { signature: '0'.repeat(40) }),
    withQuery(target, { timeStamp: target.time(minutes(1)) }),
    withQuery(target, { nonce: 'n0nce123,n0nce123' }),
    withQuery(target, { timestamp: `${target.time(NOW)},${target.time(NOW)}` }),
    withBody(target, ({ encrypted }) =>
      isJson(target)
        ? `{"encrypt":"${encrypted}","encrypt":"${encrypted}"}`
        : `<xml><Encrypt>${encrypted}</Encrypt><Encrypt>${encrypted}</Encrypt></xml>`,
    ),
    withBody(target, ({ encrypted }) =>
      isJson(target)
        ? `{"encrypt":"","\\u0065ncrypt":"${encrypted}"}`
        : `<xml><Encrypt>${encrypted}</Encrypt></xml><xml><Encrypt>${encrypted}</Encrypt></xml>`,
    ),
  ],
  'names that mean something to JavaScript, and markup that does to a reader': (target) => [
    ...['{"__proto__":{"encrypt":"E"}}', '{"constructor":{"prototype":{"encrypt":"E"}}}'].map((body) =>
      withBody(target, ({ encrypted }) => body.replace('E', encrypted)),
    ),
    withBody(target, ({ encrypted }) => `<__proto__><Encrypt>${encrypted}</Encrypt></__proto__>`),
    withBody(target, ({ encrypted }) => `<xml><__proto__><Encrypt>${encrypted}</Encrypt></__proto__></xml>`),
    {
      ...withQuery(target, {}),
      query: JSON.parse(`{"__proto__":${JSON.stringify(queryOf(partsOf(target)))}}`),
    },
    ...(isJson(target)
      ? [
          '"__proto__":{},',
          '"constructor":1,',
          '"EventType":"check_url",',
          `"a":${'['.repeat(50)}${']'.repeat(50)},`,
        ]
      : ['<!-- a -->', '<?xml-stylesheet href="x"?>', '<!ELEMENT a>', '<a>', '</xml>', '&nbsp;']
    ).map((more) => inside(target, infected(target, more))),
  ],
};

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
  test('takes an untouched request, which names the one object that it is about', () => {
    const { events } = receive(target, sealedPost(target));
    expect(events.flatMap(({ hints }) => hints)).toEqual([{ kind: 'ACCOUNT', externalId: 'wanglei' }]);
  });

  test.each(Object.entries(CLASSES))('refuses %s', (_name, requests) => {
    const all = requests(target);
    expect(all.length).toBeGreaterThan(0);
    for (const request of all)
      expect({ request, told: told(target, request) }).toEqual({ request, told: REFUSED });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'encrypt')).toBeUndefined();
  });

  test('takes time stamps up to five minutes away, in seconds and in milliseconds', () => {
    for (const at of [minutes(-4.9), NOW, minutes(4.9)])
      for (const time of [String(at.getTime()), String(Math.floor(at.getTime() / 1000))]) {
        const request = postOf(target, partsOf({ ...target, time: () => time }));
        expect(receive(target, request).events).toHaveLength(1);
      }
  });

  test('knows a replay within the window by its key, however it was sealed', () => {
    const first = receive(target, sealedPost(target)).events;
    const again = receive(target, sealedPost(target, { nonce: 'another', at: minutes(2) })).events;
    expect(again).toEqual(first);
    const other = receive(target, sealedPost(target, { message: target.event('lilei') })).events;
    expect(other[0]?.dedupeKey).not.toBe(first[0]?.dedupeKey);
  });

  test('refuses whatever is not sealed for it, and never fails otherwise', () => {
    const anything = fc.record({
      method: fc.constantFrom('GET' as const, 'POST' as const),
      query: fc.dictionary(
        fc.oneof(fc.constantFrom('msg_signature', 'signature', 'timestamp', 'nonce', 'echostr'), fc.string()),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constant(target.time(NOW))),
      ),
      body: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.string().map((text) => target.body(text)),
      ),
    });
    fc.assert(
      fc.property(anything, (request) => {
        expect(told(target, request)).toEqual(REFUSED);
      }),
      tries(300),
    );
  });

  test('fails in no other way over any message that is sealed for it', () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string().map((text) => infected(target, text)),
    );
    fc.assert(
      fc.property(message, (text) => {
        const outcome = told(target, inside(target, text.toWellFormed()));
        expect(outcome instanceof Error).toBe(false);
      }),
      tries(300),
    );
  });
});

test('tries at least 32 classes of attack on platforms', () => {
  expect(Object.keys(CLASSES).length * TARGETS.length).toBeGreaterThanOrEqual(32);
});
