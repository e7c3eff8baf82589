import { afterAll, describe, expect, it } from 'vitest';
import { type FaultRule, startWeComSimulator, type WeComSimulator } from '../../simulators/wecom/index.ts';
import { AppError, ERROR_TABLE } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { translateVendorError } from '../../src/platforms/kit/vendor-errors.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { wecomErrors } from '../../src/platforms/wecom/errors.ts';
import { hastyClock } from './support/clocks.ts';
import { wecomConnection } from './support/wecom.ts';

const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 1_000 });
afterAll(() => services.http.close());
const source = createPlatforms(services).get('wecom')?.directorySource;
const USER_GET = '/cgi-bin/user/get';
const NEVER = new AbortController().signal;

/** Every code of the platform sheet's section 3.7 and of those of section 12 that a contact call can give. */
const CODES = [
  ...'-1 6000 40001 40003 40013 40014 40031 40032 40033 40035 40058 40063 40066 40091 41001 41002'.split(' '),
  ...'41004 41009 41019 42001 45009 45024 45029 45031 45033 46004 48002 48004 48005 48006 48008 48009'.split(
    ' ',
  ),
  ...'50002 50003 50006 60001 60003 60004 60005 60006 60007 60008 60009 60010 60011 60020 60021 60102'.split(
    ' ',
  ),
  ...'60103 60104 60105 60106 60110 60111 60112 60123 60124 60125 60127 60129 60132 60141 60142 60143'.split(
    ' ',
  ),
  ...'60144 60145 60257 81001 81002 81003 81013 301002 301005 301007 301012 301013 301014 301015'.split(' '),
  ...'301021 301036 41036 90100 90103 90106 40056 40088 40089 40092 302003 302008 45026'.split(' '),
];

const translate = (vendorCode: string, vendorMessage = '') =>
  translateVendorError(wecomErrors, { vendorCode, vendorMessage, api: '/cgi-bin/x', object: '42' });

describe('WeCom error table', () => {
  it.each(CODES)('translates %s, with the page that says what it means', (code) => {
    const row = wecomErrors.get(code);
    expect(row?.code).toMatch(/^PLATFORM_/);
    expect(row?.code).not.toBe('PLATFORM_UNKNOWN_ERROR');
    expect(row?.source).toMatch(/^https:\/\/developer\.work\.weixin\.qq\.com\/document\/path\/\d{5}$/);
  });

  it.each([
    ['-1', 'after'],
    ['6000', 'after'],
    ['45009', 'after'],
    ['45033', 'after'],
    ['40014', 'refresh-token'],
    ['42001', 'refresh-token'],
    ['40001', 'after-fix'],
    ['48002', 'after-fix'],
    ['48009', 'after-fix'],
    ['60020', 'after-fix'],
    ['45024', 'after-fix'],
    ['60102', 'never'],
    ['60008', 'never'],
    ['40058', 'never'],
  ])('%s is retried: %s', (code, kind) => {
    expect(translate(code).row.retry.kind).toBe(kind);
  });

  it('W-WX-06: 60020 names our address and both lists in which it is to be put', () => {
    const told =
      'not allow to access from your ip, hint: [1795219200123456789012345], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e=60020';
    const error = translate('60020', told);
    expect(error.code).toBe('PLATFORM_IP_NOT_ALLOWED');
    expect(error.details['address']).toBe('203.0.113.9');
    expect(error.details['permission']).toBeUndefined();
    expect(error.text.en).toContain('203.0.113.9');
    expect(error.remedy.zh).toMatch(/203\.0\.113\.9.*企业可信IP.*自建应用与通讯录同步/);
    expect(error.remedy.en).toMatch(/203\.0\.113\.9.*trusted IPs/);
    // Stored, it still says so.
    expect(new AppError(error.code, { details: error.details }).remedy).toEqual(error.remedy);
  });

  it('60104 names who has the number', () => {
    const error = translate('60104', 'mobile existed:LiSi, hint: [1], from ip: 1.2.3.4');
    expect(error.code).toBe('PLATFORM_MOBILE_TAKEN');
    expect(error.details['holder']).toBe('LiSi');
    expect(error.remedy.en).toContain('LiSi');
  });

  it('keeps the code of a failure that nobody knows', () => {
    const error = translate('99999', 'new');
    expect(error.code).toBe('PLATFORM_UNKNOWN_ERROR');
    expect(error.details).toMatchObject({ vendorCode: '99999', vendorMessage: 'new' });
  });

  it('48009 says what can be read instead', () => {
    const error = translate('48009');
    expect(error.code).toBe('PLATFORM_DETAILS_WITHHELD');
    expect(ERROR_TABLE.PLATFORM_DETAILS_WITHHELD.remedy.zh).toMatch(/自建应用/);
  });
});

const failureOf = async (simulator: WeComSimulator, rules: readonly FaultRule[]): Promise<AppError> => {
  for (const rule of rules) simulator.faults.add(rule);
  const what = { kind: 'account', externalId: 'somebody' } as const;
  const error = await source?.one(wecomConnection(simulator), what, NEVER).catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw new TypeError(`no failure: ${String(error)}`);
};

describe('secrets and tokens of WeCom', () => {
  const FAILURES: readonly (readonly [what: string, rules: readonly FaultRule[]])[] = [
    ['an answer that repeats them', []],
    ['no answer', [{ fault: { kind: 'timeout' }, times: null }]],
    ['a reset', [{ fault: { kind: 'resetBefore' }, times: null }]],
    ['a page', [{ fault: { kind: 'html' }, times: null }]],
    ['a redirect', [{ fault: { kind: 'redirect', to: 'http://127.0.0.1:1/' }, times: null }]],
    ['a wrong type', [{ fault: { kind: 'wrongType', path: 'errcode', value: [] }, times: null }]],
    ['404', [{ fault: { kind: 'http', status: 404 }, times: null }]],
  ];

  it.each(FAILURES)('stand in no error: %s', async (_what, rules) => {
    await using simulator = await startWeComSimulator({ company: { people: 5 } });
    // The platform hands the same token out again while it lives.
    const token = simulator.tokens.issue(simulator.app, simulator.clock.now()).value;
    const secrets = [simulator.app.clientSecret, token];
    const message = `you sent ${secrets.join(' and ')}`;
    const error = await failureOf(
      simulator,
      rules.length > 0
        ? rules
        : [{ api: USER_GET, fault: { kind: 'error', code: 40058, message }, times: null }],
    );
    const chain: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      chain.push(at.message, at.stack ?? '', JSON.stringify(at));
    for (const secret of secrets) expect(chain.join('\n')).not.toContain(secret);
  });

  it('has a token for each secret, and gets a new one once it is taken back', async () => {
    await using simulator = await startWeComSimulator({ company: { people: 5 } });
    const [person] = simulator.people();
    const what = { kind: 'account', externalId: person?.userid ?? '' } as const;
    const connection = wecomConnection(simulator);
    simulator.faults.add({ api: '/cgi-bin/user/get', fault: { kind: 'tokenInvalid' } });
    expect(await source?.one(connection, what, NEVER)).toMatchObject({ externalId: person?.userid });
    expect(simulator.ledger.count('/cgi-bin/gettoken')).toBe(2);
    const clients = simulator.ledger.entries().map(({ clientId }) => clientId);
    expect(clients).not.toContain('contacts');
  });

  it('-1 is tried three times in all, 6000 as often', async () => {
    for (const code of [-1, 6000]) {
      await using simulator = await startWeComSimulator({ company: { people: 5 } });
      const rule = { api: '/cgi-bin/user/get', fault: { kind: 'error', code }, times: null } as const;
      await failureOf(simulator, [rule]);
      expect(simulator.ledger.count('/cgi-bin/user/get')).toBe(3);
    }
  });
});
