import type { Fault, FaultRule } from '../../simulators/dingtalk/index.ts';
import type { ErrorCode } from '../../src/domain/index.ts';

export interface WrittenFault {
  readonly what: string;
  readonly code: ErrorCode | null;
  readonly rules: readonly FaultRule[];
}

/** Strikes calls that write, the reads of a look-up never. */
const once = (fault: Fault): FaultRule => ({ writes: true, fault });
const lasting = (fault: Fault): FaultRule => ({ writes: true, fault, times: null });
const answering = (code: number): readonly FaultRule[] => [once({ kind: 'error', code })];
const HOUR = 3_600_000;

/**
 * The written table of goal R6 for pushing: fault → what the first attempt fails with. The class of that code decides
 * between retry, park and stop; `null` = the attempt goes through in spite of it.
 */
export const DINGTALK_FAULTS: readonly WrittenFault[] = [
  // Surely not done, and over by itself: repeated within the attempt.
  { what: '90018', code: null, rules: [once({ kind: 'throttle', dimension: 'app' })] },
  {
    what: '90018 five times',
    code: null,
    rules: [{ ...lasting({ kind: 'throttle', dimension: 'app' }), times: 5 }],
  },
  { what: '90002', code: null, rules: [once({ kind: 'throttle', dimension: 'platform' })] },
  { what: '45009', code: null, rules: answering(45009) },
  { what: '429', code: null, rules: [once({ kind: 'http', status: 429 })] },
  {
    what: '90018 by a clock that is an hour off',
    code: null,
    rules: [once({ kind: 'clockSkew', ms: HOUR }), once({ kind: 'throttle', dimension: 'app' })],
  },
  { what: 'a token that has ended', code: null, rules: [once({ kind: 'tokenExpired' })] },
  { what: '42001', code: null, rules: answering(42001) },
  {
    what: 'a token endpoint that fails once',
    code: null,
    rules: [once({ kind: 'tokenExpired' }), { api: '/gettoken', fault: { kind: 'http', status: 503 } }],
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
  {
    what: 'half the bytes',
    code: 'PLATFORM_UNREACHABLE',
    rules: [once({ kind: 'truncate', close: true })],
  },
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
  { what: '-1', code: 'PLATFORM_BUSY', rules: answering(-1) },
  { what: '-1 without end', code: 'PLATFORM_BUSY', rules: [lasting({ kind: 'error', code: -1 })] },
  { what: 'errcode 15', code: 'PLATFORM_BUSY', rules: [once({ kind: 'platformTimeout', dialect: 'top' })] },
  {
    what: '88 without sub_code',
    code: 'PLATFORM_BUSY',
    rules: [once({ kind: 'platformTimeout', dialect: 'blank' })],
  },
  // Surely not done, and over after a while.
  {
    what: 'a throttle without end',
    code: 'PLATFORM_THROTTLED',
    rules: [lasting({ kind: 'throttle', dimension: 'app' })],
  },
  { what: 'a blocked address', code: 'PLATFORM_IP_BLOCKED', rules: [once({ kind: 'ipBlocked' })] },
  // About this object alone.
  { what: '60022', code: 'PLATFORM_CONTENT_FORBIDDEN', rules: answering(60022) },
  { what: '40023', code: 'PLATFORM_ORG_UNIT_FULL', rules: answering(40023) },
  { what: '60110', code: 'PLATFORM_ORG_UNIT_LIMIT', rules: answering(60110) },
  { what: '400002', code: 'PLATFORM_CALL_REJECTED', rules: answering(400002) },
  { what: '12150', code: 'PLATFORM_POSITION_MANAGED', rules: answering(12150) },
  { what: 'a code that nobody knows', code: 'PLATFORM_UNKNOWN_ERROR', rules: answering(77777) },
  // Only a person can mend it, and every other write would fail the same way.
  { what: 'the month’s quota', code: 'PLATFORM_QUOTA_EXHAUSTED', rules: [once({ kind: 'quota' })] },
  {
    what: 'a permission lost',
    code: 'PLATFORM_PERMISSION_MISSING',
    rules: [once({ kind: 'permissionLost' })],
  },
  {
    what: 'an IP list',
    code: 'PLATFORM_IP_NOT_ALLOWED',
    rules: [once({ kind: 'ipListed', ips: ['203.0.113.1'] })],
  },
  { what: 'a disabled app', code: 'PLATFORM_APP_DISABLED', rules: answering(50003) },
  { what: 'a disabled company', code: 'PLATFORM_COMPANY_DISABLED', rules: answering(50005) },
  { what: 'a token of another company', code: 'PLATFORM_COMPANY_MISMATCH', rules: answering(33001) },
  { what: 'a head-count cap', code: 'PLATFORM_HEAD_COUNT_LIMIT', rules: answering(40020) },
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
      { api: '/gettoken', fault: { kind: 'error', code: 40096 }, times: null },
    ],
  },
];
