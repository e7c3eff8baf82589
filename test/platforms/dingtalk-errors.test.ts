import { describe, expect, it } from 'vitest';
import { PLATFORM_ERRORS } from '../../src/domain/errors/platform.ts';
import { ERROR_TABLE } from '../../src/domain/index.ts';
import { dingtalkErrors } from '../../src/platforms/dingtalk/errors.ts';
import { translateVendorError, vendorErrorTable } from '../../src/platforms/kit/vendor-errors.ts';

const span = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/** Every code of the platform sheet's section 11, copied line by line. */
const LEGACY = [
  ...'-1 15 22 88 404 12150 33001 33012 33013 40000 41001 40001 40003 40009 40010 40011 40014 40019'.split(
    ' ',
  ),
  ...'40020 40024 40021 40022 41054 40023 40031 40032 40035 40056 40063 40064 40065 40066 40068 40069'.split(
    ' ',
  ),
  ...'40078 40079 40089 40096 40093 40100 40101 40102 42008 40103 40104 41007 41041 41044 41045 41049'.split(
    ' ',
  ),
  ...'42001 45009 50001 50002 50003 50004 50005 52011 52013 52019 60001 60009 60002 60003 60004 60005'.split(
    ' ',
  ),
  ...'60006 60007 60018 60008 60021 60010 60011 60012 60013 60014 60015 60016 60019 60020 60022 60067'.split(
    ' ',
  ),
  ...'60068 60102 60103 60104 60105 60106 60107 60109 600109 60510 60110 60111 60121 60112 60119 60122'.split(
    ' ',
  ),
  ...'60123 60113 60118 60120 60128 143105 143106 400002 90002 90018 90020'.split(' '),
  ...span(43001, 43009),
  ...span(71006, 71013),
  ...span(400040, 400056),
  ...span(853001, 853004),
  ...span(900001, 900010),
  ...span(90001, 90014),
];
const NEW = [
  'InvalidAuthentication',
  'AuthenticationFailed.MissingParameter',
  'accesstoken.expired',
  'invalidClientIdOrSecret',
  'invalid.client',
  'invalidParameter.authCode.notFound',
  'authFailed',
  'unauthorized.client',
  'Forbidden.AccessDenied.AccessTokenPermissionDenied',
  'Forbidden.AccessDenied.IpNotInWhiteList',
  'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi',
  'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi',
  'Forbidden.AccessDenied.QpsLimitForApi',
  'Forbidden.AccessDenied.ApiCountLimitForOrg',
  'InvalidAction.NotFound',
  'invalidParameter.user.notFound',
  'system.busy',
  'systemError',
  'unknownError',
];

const translate = (vendorCode: string, vendorMessage = '') =>
  translateVendorError(dingtalkErrors, { vendorCode, vendorMessage, api: '/topapi/x', object: '42' });

describe('DingTalk error table', () => {
  it.each([...LEGACY, ...NEW])('translates %s', (code) => {
    const row = dingtalkErrors.get(code);
    expect(row?.code).toMatch(/^PLATFORM_/);
    expect(row?.code).not.toBe('PLATFORM_UNKNOWN_ERROR');
    expect(row?.source).toMatch(/^https:\/\/open\.dingtalk\.com\/|^observed$/);
  });

  it.each([
    ['-1', 'after'],
    ['90018', 'after'],
    ['45009', 'after'],
    ['60019', 'after'],
    ['40014', 'refresh-token'],
    ['42001', 'refresh-token'],
    ['40001', 'refresh-token'],
    ['40096', 'after-fix'],
    ['60020', 'after-fix'],
    ['60011', 'after-fix'],
    ['50004', 'after-fix'],
    ['90020', 'after-fix'],
    ['60003', 'never'],
    ['40103', 'after'],
    ['60121', 'never'],
    ['60104', 'never'],
  ])('%s belongs to the class %s', (code, kind) => {
    expect(translate(code).row.retry.kind).toBe(kind);
  });

  it('takes the address out of the refusal of an IP', () => {
    const message = '访问ip不在白名单之中,request ip=203.0.113.9 appKey(dingabc123)';
    const error = translate('60020', message);
    expect(error.details).toMatchObject({ address: '203.0.113.9' });
    expect(error.text.zh).toContain('203.0.113.9');
    expect(error.remedy.zh).toContain('服务器出口IP');
    expect(translate('60020', 'request ip=2001:db8::9 appKey(x)').details['address']).toBe('2001:db8::9');
  });

  it.each([
    '应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingabc123%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list]}',
    'ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingabc123%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list]}]',
  ])('names the missing permission and the page where it is opened', (message) => {
    const error = translate('60011', message);
    expect(error.details).toMatchObject({
      permission: 'qyapi_get_department_list',
      link: 'https://open-dev.dingtalk.com/appscope/apply?content=dingabc123%23qyapi_get_department_list',
    });
    expect(error.remedy.en).toContain('https://open-dev.dingtalk.com/appscope/apply');
  });

  it('keeps code and text of what it does not know', () => {
    expect(translate('99999', '新错误')).toMatchObject({
      code: 'PLATFORM_UNKNOWN_ERROR',
      details: { vendorCode: '99999', vendorMessage: '新错误' },
    });
  });

  it('may not list a code twice', () => {
    const row = { vendorCodes: ['1'], code: 'PLATFORM_BUSY', source: 'observed' } as const;
    expect(() => vendorErrorTable([row, row])).toThrow(TypeError);
  });
});

describe('texts of our platform codes', () => {
  it.each(Object.keys(PLATFORM_ERRORS))('%s says what happened and what to do, in both languages', (code) => {
    const row = ERROR_TABLE[code as keyof typeof PLATFORM_ERRORS];
    for (const text of [row.text, row.remedy]) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en).toMatch(/^[\x20-\x7e“”–]+$/);
      expect(text.en.match(/\{\w+\}/g)?.sort() ?? []).toEqual(text.zh.match(/\{\w+\}/g)?.sort() ?? []);
    }
  });
});
