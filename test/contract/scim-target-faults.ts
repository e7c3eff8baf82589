import type { Fault, FaultRule } from '../../simulators/scim/index.ts';
import type { ErrorCode } from '../../src/domain/index.ts';

export interface WrittenFault {
  readonly what: string;
  readonly code: ErrorCode | null;
  readonly rules: readonly FaultRule[];
}

const once = (fault: Fault): FaultRule => ({ writes: true, fault });
const lasting = (fault: Fault): FaultRule => ({ writes: true, fault, times: null });
const status = (code: number, scimType?: string): Fault => ({
  kind: 'status',
  status: code,
  ...(scimType === undefined ? {} : { scimType }),
});
const tokenAnswers = (code: number, error: string): FaultRule => ({
  path: '/token',
  fault: { kind: 'status', status: code, body: JSON.stringify({ error }) },
  times: null,
});
const ended = once({ kind: 'tokensExpire' });

/**
 * The written table of goal R6 for pushing over SCIM: fault → what the first attempt fails with; `null` = the attempt
 * goes through in spite of it.
 */
export const SCIM_FAULTS: readonly WrittenFault[] = [
  // Surely not done, and over by itself: repeated within the attempt.
  { what: '429', code: null, rules: [once({ kind: 'throttle', seconds: 3 })] },
  { what: '429 with a date', code: null, rules: [once({ kind: 'throttle', seconds: 3, asDate: true })] },
  { what: '429 five times', code: null, rules: [{ ...lasting({ kind: 'throttle', seconds: 1 }), times: 5 }] },
  { what: 'a token that has ended', code: null, rules: [ended] },
  { what: '401 once', code: null, rules: [once(status(401))] },
  {
    what: 'a token endpoint that fails once',
    code: null,
    rules: [ended, { path: '/token', fault: { kind: 'status', status: 503, body: '' } }],
  },
  { what: 'a late answer', code: null, rules: [once({ kind: 'latency', ms: 100 })] },
  { what: 'a strange content type', code: null, rules: [once({ kind: 'contentType', type: 'text/plain' })] },
  // Nobody can know: not repeated within the attempt, looked up by the next one.
  { what: 'no answer, not done', code: 'PLATFORM_TIMEOUT', rules: [once({ kind: 'timeout' })] },
  { what: 'no answer, done', code: 'PLATFORM_TIMEOUT', rules: [once({ kind: 'timeout', after: true })] },
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
  { what: 'a page', code: 'PLATFORM_ANSWER_INVALID', rules: [once({ kind: 'html', status: 200 })] },
  {
    what: 'pages without end',
    code: 'PLATFORM_ANSWER_INVALID',
    rules: [lasting({ kind: 'html', status: 200 })],
  },
  {
    what: 'a redirect',
    code: 'PLATFORM_ANSWER_INVALID',
    rules: [once({ kind: 'redirect', to: 'http://127.0.0.1:1/' })],
  },
  { what: '500', code: 'PLATFORM_BUSY', rules: [once(status(500))] },
  {
    what: '500, and yet done',
    code: 'PLATFORM_BUSY',
    rules: [once({ kind: 'status', status: 500, body: '', after: true })],
  },
  { what: '502 with a page', code: 'PLATFORM_BUSY', rules: [once({ kind: 'html', status: 502 })] },
  { what: '503', code: 'PLATFORM_BUSY', rules: [once(status(503))] },
  { what: '504', code: 'PLATFORM_BUSY', rules: [once({ kind: 'html', status: 504 })] },
  { what: '408', code: 'PLATFORM_BUSY', rules: [once(status(408))] },
  { what: '500 without end', code: 'PLATFORM_BUSY', rules: [lasting(status(500))] },
  // Surely not done, and over after a while.
  {
    what: 'a throttle without end',
    code: 'PLATFORM_THROTTLED',
    rules: [lasting({ kind: 'throttle', seconds: 1 })],
  },
  // About this object alone.
  { what: 'invalidValue', code: 'PLATFORM_FIELD_INVALID', rules: [once(status(400, 'invalidValue'))] },
  { what: 'mutability', code: 'PLATFORM_FIELD_INVALID', rules: [once(status(400, 'mutability'))] },
  { what: 'invalidSyntax', code: 'PLATFORM_CALL_REJECTED', rules: [once(status(400, 'invalidSyntax'))] },
  { what: 'sensitive', code: 'PLATFORM_CALL_REJECTED', rules: [once(status(400, 'sensitive'))] },
  { what: 'tooMany', code: 'PLATFORM_CALL_REJECTED', rules: [once(status(413, 'tooMany'))] },
  { what: '400 without a reason', code: 'PLATFORM_CALL_REJECTED', rules: [once(status(400))] },
  {
    what: '400 for a reason of its own',
    code: 'PLATFORM_CALL_REJECTED',
    rules: [once(status(400, 'acme:odd'))],
  },
  { what: '501', code: 'PLATFORM_CALL_REJECTED', rules: [once(status(501))] },
  { what: 'a status that nobody knows', code: 'PLATFORM_UNKNOWN_ERROR', rules: [once(status(418))] },
  // Only a person can mend it, and every other write would fail the same way.
  { what: '403', code: 'PLATFORM_PERMISSION_MISSING', rules: [once(status(403))] },
  {
    what: 'a scope that is not granted',
    code: 'PLATFORM_PERMISSION_MISSING',
    rules: [ended, tokenAnswers(400, 'invalid_scope')],
  },
  {
    what: 'a token that is never accepted',
    code: 'PLATFORM_CREDENTIALS_INVALID',
    rules: [lasting(status(401))],
  },
  {
    what: 'a wrong secret',
    code: 'PLATFORM_CREDENTIALS_INVALID',
    rules: [ended, tokenAnswers(401, 'invalid_client')],
  },
];
