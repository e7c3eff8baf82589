import type { Fault, FaultRule } from '../../simulators/wecom/index.ts';
import type { ErrorCode } from '../../src/domain/index.ts';

export interface WrittenFault {
  readonly what: string;
  readonly code: ErrorCode | null;
  readonly rules: readonly FaultRule[];
}

/** Strikes calls that write, the reads of a look-up never. */
const once = (fault: Fault): FaultRule => ({ writes: true, fault });
const lasting = (fault: Fault): FaultRule => ({ writes: true, fault, times: null });
const times = (count: number, fault: Fault): FaultRule => ({ writes: true, fault, times: count });
const answering = (code: number): readonly FaultRule[] => [once({ kind: 'error', code })];
const TOKENS = '/cgi-bin/gettoken';
const rate: Fault = { kind: 'throttle', dimension: 'rate' };
const HOUR = 3_600_000;

/**
 * The written table of goal R6 for pushing to WeCom: fault → what the first attempt fails with. The class of that code
 * decides between retry, park and stop; `null` = the attempt goes through in spite of it.
 */
export const WECOM_FAULTS: readonly WrittenFault[] = [
  // Surely not done, and over by itself: repeated within the attempt.
  { what: '45009', code: null, rules: [once(rate)] },
  {
    what: '45009 by a clock that is an hour off',
    code: null,
    rules: [once({ kind: 'clockSkew', ms: HOUR }), once(rate)],
  },
  { what: '45033', code: null, rules: [once({ kind: 'throttle', dimension: 'concurrency' })] },
  { what: '45033 five times', code: null, rules: [times(5, { kind: 'throttle', dimension: 'concurrency' })] },
  { what: '6000', code: null, rules: answering(6000) },
  { what: '6000 twice', code: null, rules: [times(2, { kind: 'error', code: 6000 })] },
  { what: '429', code: null, rules: [once({ kind: 'http', status: 429 })] },
  { what: 'a token that has ended', code: null, rules: [once({ kind: 'tokenExpired' })] },
  { what: 'a token that was taken back', code: null, rules: [once({ kind: 'tokenInvalid' })] },
  {
    what: 'a token endpoint that fails once',
    code: null,
    rules: [once({ kind: 'tokenExpired' }), { api: TOKENS, fault: { kind: 'http', status: 503 } }],
  },
  {
    what: '-1 of the token endpoint, twice',
    code: null,
    rules: [once({ kind: 'tokenExpired' }), { api: TOKENS, fault: { kind: 'error', code: -1 }, times: 2 }],
  },
  { what: 'a slow answer', code: null, rules: [once({ kind: 'slowBody', chunkBytes: 30, everyMs: 10 })] },
  { what: 'a late answer', code: null, rules: [once({ kind: 'latency', ms: 100 })] },
  { what: 'a strange content type', code: null, rules: [once({ kind: 'contentType', type: 'text/plain' })] },
  // Nobody can know: not repeated within the attempt, looked up by the next one.
  { what: 'no answer, not done', code: 'PLATFORM_TIMEOUT', rules: [once({ kind: 'timeout' })] },
  { what: 'no answer, done', code: 'PLATFORM_TIMEOUT', rules: [once({ kind: 'timeoutAfter' })] },
  {
    what: 'a body that stops',
    code: 'PLATFORM_TIMEOUT',
    rules: [once({ kind: 'slowBody', chunkBytes: 8, everyMs: 1, chunks: 2 })],
  },
  { what: 'no answer to any write', code: 'PLATFORM_TIMEOUT', rules: [lasting({ kind: 'timeout' })] },
  { what: 'a reset, not done', code: 'PLATFORM_UNREACHABLE', rules: [once({ kind: 'resetBefore' })] },
  { what: 'a reset, done', code: 'PLATFORM_UNREACHABLE', rules: [once({ kind: 'resetAfter' })] },
  { what: 'resets without end', code: 'PLATFORM_UNREACHABLE', rules: [lasting({ kind: 'resetBefore' })] },
  { what: 'half the bytes', code: 'PLATFORM_UNREACHABLE', rules: [once({ kind: 'truncate', close: true })] },
  { what: 'half the JSON', code: 'PLATFORM_ANSWER_INVALID', rules: [once({ kind: 'truncate' })] },
  {
    what: 'an answer without end',
    code: 'PLATFORM_ANSWER_INVALID',
    rules: [once({ kind: 'hugeBody', bytes: 250_000 })],
  },
  {
    what: 'a wrong type',
    code: 'PLATFORM_ANSWER_INVALID',
    rules: [once({ kind: 'wrongType', path: 'errcode', value: [] })],
  },
  { what: 'a page', code: 'PLATFORM_ANSWER_INVALID', rules: [once({ kind: 'html' })] },
  { what: 'pages without end', code: 'PLATFORM_ANSWER_INVALID', rules: [lasting({ kind: 'html' })] },
  {
    what: 'a redirect',
    code: 'PLATFORM_ANSWER_INVALID',
    rules: [once({ kind: 'redirect', to: 'http://127.0.0.1:1/' })],
  },
  { what: '500', code: 'PLATFORM_BUSY', rules: [once({ kind: 'http', status: 500 })] },
  { what: '502 with a page', code: 'PLATFORM_BUSY', rules: [once({ kind: 'html', status: 502 })] },
  { what: '504', code: 'PLATFORM_BUSY', rules: [once({ kind: 'http', status: 504 })] },
  { what: '-1', code: 'PLATFORM_BUSY', rules: [once({ kind: 'platformTimeout' })] },
  { what: '-1 without end', code: 'PLATFORM_BUSY', rules: [lasting({ kind: 'error', code: -1 })] },
  // Surely not done, and over after a while.
  { what: 'a limit without end', code: 'PLATFORM_THROTTLED', rules: [lasting(rate)] },
  {
    what: '6000 without end',
    code: 'PLATFORM_CONCURRENT_CHANGE',
    rules: [lasting({ kind: 'error', code: 6000 })],
  },
  {
    what: 'a block for wrong secrets',
    code: 'PLATFORM_IP_BLOCKED',
    rules: [
      once({ kind: 'tokenExpired' }),
      { api: TOKENS, fault: { kind: 'error', code: 45009 }, times: null },
    ],
  },
  // About this object alone.
  { what: '404', code: 'PLATFORM_CALL_REJECTED', rules: [once({ kind: 'http', status: 404 })] },
  { what: '40058', code: 'PLATFORM_CALL_REJECTED', rules: answering(40058) },
  { what: '81001', code: 'PLATFORM_ORG_UNIT_FULL', rules: answering(81001) },
  { what: '41036', code: 'PLATFORM_FIELD_INVALID', rules: answering(41036) },
  { what: '60141', code: 'PLATFORM_EMAIL_INVALID', rules: answering(60141) },
  { what: 'a code that nobody knows', code: 'PLATFORM_UNKNOWN_ERROR', rules: answering(77777) },
  // Only a person can mend it, and every other write would fail the same way.
  { what: 'a right lost', code: 'PLATFORM_PERMISSION_MISSING', rules: [once({ kind: 'permissionLost' })] },
  { what: '48008', code: 'PLATFORM_PERMISSION_MISSING', rules: answering(48008) },
  {
    what: 'a list of trusted addresses',
    code: 'PLATFORM_IP_NOT_ALLOWED',
    rules: [once({ kind: 'ipListed', ips: ['203.0.113.1'] })],
  },
  { what: '60011', code: 'PLATFORM_OUT_OF_RANGE', rules: answering(60011) },
  { what: 'a disabled app', code: 'PLATFORM_APP_DISABLED', rules: answering(50003) },
  { what: 'a company that is banned', code: 'PLATFORM_COMPANY_DISABLED', rules: answering(301007) },
  { what: 'a head-count cap', code: 'PLATFORM_HEAD_COUNT_LIMIT', rules: answering(45024) },
  {
    what: 'a token that is never accepted',
    code: 'PLATFORM_CREDENTIALS_INVALID',
    rules: [lasting({ kind: 'error', code: 40014 })],
  },
  {
    what: 'a wrong secret',
    code: 'PLATFORM_CREDENTIALS_INVALID',
    rules: [
      once({ kind: 'tokenExpired' }),
      { api: TOKENS, fault: { kind: 'error', code: 40001 }, times: null },
    ],
  },
];
