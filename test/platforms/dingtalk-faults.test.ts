import { afterAll, describe, expect, it } from 'vitest';
import {
  type DingTalkSimulator,
  type Fault,
  type FaultRule,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import { AppError, type ErrorCode } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import { type Taken, take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';
import { impatientFetch } from './support/impatient-fetch.ts';

const LISTSUB = '/topapi/v2/department/listsub';
const USERS = '/topapi/v2/user/list';
const SCOPES = '/auth/scopes';
const TOKEN = '/gettoken';
const COUNT = '/topapi/user/count';
const COMPANY = { seed: 3, people: 200, orgUnits: 20, messy: true };

/**
 * How a pull may end under a fault (R6), exactly one of
 * - `retried`: nothing is missing, and the statement says so;
 * - `mended`: rows were lost on the way, noticed and fetched again;
 * - `parked`: the run goes on and ends with a statement that it is incomplete;
 * - a code: the run stops with that error.
 */
type Ending = 'retried' | 'mended' | 'parked' | ErrorCode;

interface FaultCase {
  readonly what: string;
  readonly rules: readonly FaultRule[];
  readonly ending: Ending;
}

const once = (api: string, fault: Fault, nth = 2): FaultRule => ({ api, fault, nth });
const lasting = (api: string, fault: Fault, nth = 2): FaultRule => ({ api, fault, nth, times: null });
/** Every call for one department, which the generator gives a fixed number. */
const ofOne = (api: string, fault: Fault): FaultRule => ({
  api,
  fault,
  params: { dept_id: 'ONE' },
  times: null,
});

const CASES: readonly FaultCase[] = [
  // What passes by itself is repeated.
  {
    what: '90018',
    rules: [{ ...lasting(USERS, { kind: 'throttle', dimension: 'app' }), times: 5 }],
    ending: 'retried',
  },
  { what: '90002', rules: [once(LISTSUB, { kind: 'throttle', dimension: 'platform' })], ending: 'retried' },
  { what: '45009', rules: [once(USERS, { kind: 'error', code: 45009 })], ending: 'retried' },
  { what: '429', rules: [once(USERS, { kind: 'http', status: 429 })], ending: 'retried' },
  { what: '500', rules: [once(USERS, { kind: 'http', status: 500 })], ending: 'retried' },
  { what: '502 with a page', rules: [once(USERS, { kind: 'html', status: 502 })], ending: 'retried' },
  { what: '504', rules: [once(LISTSUB, { kind: 'http', status: 504 })], ending: 'retried' },
  { what: '-1', rules: [{ ...once(USERS, { kind: 'error', code: -1 }), times: 3 }], ending: 'retried' },
  {
    what: 'errcode 15',
    rules: [once(LISTSUB, { kind: 'platformTimeout', dialect: 'top' })],
    ending: 'retried',
  },
  {
    what: '88 without sub_code',
    rules: [once(USERS, { kind: 'platformTimeout', dialect: 'blank' })],
    ending: 'retried',
  },
  { what: 'no answer', rules: [once(USERS, { kind: 'timeout' })], ending: 'retried' },
  { what: 'reset before the answer', rules: [once(LISTSUB, { kind: 'resetBefore' })], ending: 'retried' },
  { what: 'reset after the answer', rules: [once(USERS, { kind: 'resetAfter' })], ending: 'retried' },
  {
    what: 'a body that stops',
    rules: [once(USERS, { kind: 'slowBody', chunkBytes: 64, everyMs: 5, chunks: 3 })],
    ending: 'retried',
  },
  { what: 'half the JSON', rules: [once(USERS, { kind: 'truncate' })], ending: 'retried' },
  { what: 'half the bytes', rules: [once(LISTSUB, { kind: 'truncate', close: true })], ending: 'retried' },
  { what: 'a page once', rules: [once(USERS, { kind: 'html' })], ending: 'retried' },
  {
    what: 'a wrong type once',
    rules: [once(USERS, { kind: 'wrongType', path: 'result.list', value: 'x' })],
    ending: 'retried',
  },
  {
    what: 'a redirect once',
    rules: [once(USERS, { kind: 'redirect', to: 'http://127.0.0.1:1/' })],
    ending: 'retried',
  },
  {
    what: 'a strange content type',
    rules: [once(USERS, { kind: 'contentType', type: 'text/plain' })],
    ending: 'retried',
  },
  { what: 'the token ends', rules: [once(USERS, { kind: 'tokenExpired' })], ending: 'retried' },
  {
    what: 'the token ends amid the tree',
    rules: [once(LISTSUB, { kind: 'tokenExpired' })],
    ending: 'retried',
  },
  {
    what: 'a failing token endpoint',
    rules: [once(TOKEN, { kind: 'http', status: 503 }, 1)],
    ending: 'retried',
  },
  {
    what: 'a clock that is a day off',
    rules: [
      lasting(USERS, { kind: 'clockSkew', ms: 86_400_000 }),
      { ...once(USERS, { kind: 'throttle', dimension: 'app' }) },
    ],
    ending: 'retried',
  },
  // Rows that shift or vanish are noticed by the head count and fetched.
  { what: 'a page twice', rules: [once(USERS, { kind: 'duplicatePage' })], ending: 'mended' },
  { what: 'a page left out', rules: [once(USERS, { kind: 'missingPage', rows: 3 })], ending: 'mended' },
  { what: 'a page in another order', rules: [once(USERS, { kind: 'reorderedPage' })], ending: 'retried' },
  {
    what: 'a short page that goes on',
    rules: [once(USERS, { kind: 'shortPage', rows: 1 })],
    ending: 'retried',
  },
  {
    what: 'a short page that loses',
    rules: [once(USERS, { kind: 'shortPage', rows: 1, lose: true })],
    ending: 'mended',
  },
  { what: 'an empty page', rules: [once(USERS, { kind: 'emptyPage' })], ending: 'mended' },
  { what: 'every page empty', rules: [lasting(USERS, { kind: 'emptyPage' }, 1)], ending: 'mended' },
  // One department that stays broken leaves a gap.
  { what: 'one listing that fails', rules: [ofOne(USERS, { kind: 'http', status: 500 })], ending: 'parked' },
  {
    what: 'one listing that is refused',
    rules: [ofOne(USERS, { kind: 'error', code: 60019 })],
    ending: 'parked',
  },
  {
    what: 'one department that is gone',
    rules: [ofOne(USERS, { kind: 'error', code: 60003 })],
    ending: 'parked',
  },
  {
    what: 'one department out of range',
    rules: [ofOne(USERS, { kind: 'error', code: 50004 })],
    ending: 'parked',
  },
  {
    what: 'one listing of wrong type',
    rules: [ofOne(USERS, { kind: 'wrongType', path: 'result.list.0.userid', value: 7 })],
    ending: 'parked',
  },
  { what: 'one unknown code', rules: [ofOne(LISTSUB, { kind: 'error', code: 77777 })], ending: 'parked' },
  { what: 'one subtree that fails', rules: [ofOne(LISTSUB, { kind: 'resetBefore' })], ending: 'parked' },
  { what: 'a cursor that loops', rules: [ofOne(USERS, { kind: 'cursorLoop' })], ending: 'parked' },
  {
    what: 'a cursor that is missing',
    rules: [ofOne(USERS, { kind: 'wrongType', path: 'result.has_more', value: true })],
    ending: 'parked',
  },
  {
    what: 'a department that vanishes meanwhile',
    rules: [{ api: USERS, nth: 3, fault: { kind: 'departmentGone' } }],
    ending: 'parked',
  },
  {
    what: 'a head count that fails',
    rules: [lasting(COUNT, { kind: 'http', status: 500 }, 1)],
    ending: 'parked',
  },
  {
    what: 'a range that shrinks meanwhile',
    rules: [{ api: USERS, nth: 20, fault: { kind: 'rangeLost', depts: [1], users: ['nobody'] } }],
    ending: 'parked',
  },
  // What only a person or time can mend stops the run.
  {
    what: 'the month’s quota',
    rules: [lasting(USERS, { kind: 'quota' })],
    ending: 'PLATFORM_QUOTA_EXHAUSTED',
  },
  {
    what: 'a permission lost',
    rules: [once(USERS, { kind: 'permissionLost' }, 5)],
    ending: 'PLATFORM_PERMISSION_MISSING',
  },
  {
    what: 'an IP list',
    rules: [once(USERS, { kind: 'ipListed', ips: ['203.0.113.1'] })],
    ending: 'PLATFORM_IP_NOT_ALLOWED',
  },
  {
    what: 'a blocked address',
    rules: [lasting(USERS, { kind: 'ipBlocked' })],
    ending: 'PLATFORM_IP_BLOCKED',
  },
  {
    what: 'a blocked address told by a page',
    rules: [lasting(USERS, { kind: 'ipBlocked', body: 'html' })],
    ending: 'PLATFORM_IP_BLOCKED',
  },
  {
    what: 'a wrong secret',
    rules: [lasting(TOKEN, { kind: 'error', code: 40096 }, 1)],
    ending: 'PLATFORM_CREDENTIALS_INVALID',
  },
  {
    what: 'a token that is never accepted',
    rules: [lasting(USERS, { kind: 'error', code: 40014 }, 1)],
    ending: 'PLATFORM_CREDENTIALS_INVALID',
  },
  {
    what: 'a disabled app',
    rules: [lasting(SCOPES, { kind: 'error', code: 50003 }, 1)],
    ending: 'PLATFORM_APP_DISABLED',
  },
  {
    what: 'a disabled company',
    rules: [lasting(LISTSUB, { kind: 'error', code: 50005 })],
    ending: 'PLATFORM_COMPANY_DISABLED',
  },
  {
    what: 'a platform that stays away',
    rules: [lasting(USERS, { kind: 'resetBefore' }, 8)],
    ending: 'PLATFORM_UNREACHABLE',
  },
  {
    what: 'a platform that stays silent',
    rules: [lasting(USERS, { kind: 'timeout' }, 2)],
    ending: 'PLATFORM_TIMEOUT',
  },
  {
    what: 'a platform that stays busy',
    rules: [lasting(USERS, { kind: 'error', code: -1 }, 8)],
    ending: 'PLATFORM_BUSY',
  },
  {
    what: 'a throttle without end',
    rules: [lasting(USERS, { kind: 'throttle', dimension: 'app' }, 8)],
    ending: 'PLATFORM_THROTTLED',
  },
  {
    what: 'wrong types throughout',
    rules: [lasting(USERS, { kind: 'wrongType', path: 'result', value: [] })],
    ending: 'PLATFORM_ANSWER_INVALID',
  },
  {
    what: 'an answer without end',
    rules: [lasting(USERS, { kind: 'hugeBody', bytes: 250_000 })],
    ending: 'PLATFORM_ANSWER_INVALID',
  },
];

const services = createPlatformServices({
  clock: hastyClock(),
  fetch: impatientFetch,
  maxBodyBytes: 200_000,
});
afterAll(() => services.http.close());
const source = createPlatforms(services).get('dingtalk')?.directorySource;

const endingOf = async (simulator: DingTalkSimulator): Promise<Taken | AppError> => {
  if (source === undefined) throw new TypeError('no source');
  try {
    return await take(source, connectionTo(simulator, { settings: { userPageSize: '20' } }));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
};

const everybodyOf = (simulator: DingTalkSimulator): string[] =>
  simulator
    .people()
    .map((one) => one.userid)
    .sort();

describe('a pull under faults', () => {
  it.each(CASES)('$what: $ending', async ({ rules, ending }) => {
    await using simulator = await startDingTalkSimulator({ company: COMPANY, settings: { qpsPerApp: null } });
    const largest = Object.entries(
      Object.groupBy(
        simulator.people().flatMap((one) => one.deptIds),
        String,
      ),
    ).sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0));
    const one = largest.find(([id]) => id !== '1')?.[0] ?? '';
    for (const rule of rules)
      simulator.faults.add(rule.params === undefined ? rule : { ...rule, params: { dept_id: one } });
    const outcome = await endingOf(simulator);
    const struck = simulator.faults.list().reduce((sum, rule) => sum + rule.struck, 0);
    expect(struck).toBeGreaterThan(0);

    if (outcome instanceof AppError) {
      expect(outcome.code).toBe(ending);
      return;
    }
    const taken = [...outcome.accounts.keys()].sort();
    if (ending === 'retried' || ending === 'mended') {
      expect(outcome.statement.gaps).toEqual([]);
      expect(taken).toEqual(everybodyOf(simulator));
      expect(outcome.statement.complete).toBe(true);
      return;
    }
    expect(ending).toBe('parked');
    expect(outcome.statement.complete).toBe(false);
    expect(outcome.statement.gaps.length).toBeGreaterThan(0);
  });

  it('stops at a name that does not resolve, and at a handshake that fails', async () => {
    await using simulator = await startDingTalkSimulator({ company: COMPANY });
    const ending = (apiBase: string) =>
      take(source as DirectorySource, connectionTo(simulator, { settings: { apiBase } })).catch(
        (error: AppError) => error.code,
      );
    expect(await ending('https://nosuch.invalid')).toBe('PLATFORM_NAME_UNRESOLVED');
    expect(await ending(simulator.url.replace('http:', 'https:'))).toBe('PLATFORM_TLS_FAILED');
  });

  it('covers at least thirty faults', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(30);
  });
});
