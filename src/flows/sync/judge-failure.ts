import { AppError, type ErrorCode } from '../../domain/index.ts';
import { backOffMs, MOST_ATTEMPTS } from '../../planner/push/back-off.ts';
import { UNKNOWN_OUTCOMES } from '../../ports/directory-target.ts';

/** What a failed attempt means. */
export type FailureVerdict =
  /** Not this operation's fault: the platform refuses everybody for a while. Counts nowhere. */
  | { readonly kind: 'THROTTLED'; readonly error: AppError; readonly retryAt: Date }
  | { readonly kind: 'AGAIN'; readonly error: AppError; readonly retryAt: Date; readonly unknown: boolean }
  /** The person has to agree first. */
  | { readonly kind: 'INVITED' }
  | { readonly kind: 'FAILED'; readonly error: AppError; readonly unknown: boolean }
  /** Nothing can succeed on this connection until somebody mends it. */
  | { readonly kind: 'CONNECTION'; readonly error: AppError };

/** Limits of the platform: they say when to go on, and never count towards a quarantine (field-notes rule 12). */
const THROTTLES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PLATFORM_THROTTLED', 'PLATFORM_IP_BLOCKED']);

/** What only the object is to blame for, although somebody has to mend it. */
const OF_THE_OBJECT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_ACCOUNT_DISABLED',
  'PLATFORM_HEAD_COUNT_LIMIT',
  'PLATFORM_OUT_OF_RANGE',
]);

const LONGEST_THROTTLE_MS = 86_400_000;

const throttledUntil = (error: AppError, nowMs: number): Date => {
  const { retry } = error.row;
  const waitMs =
    error.retryAt === undefined
      ? (retry.kind === 'after' ? retry.seconds : 1) * 1_000
      : error.retryAt - nowMs;
  return new Date(nowMs + Math.min(Math.max(waitMs, 0), LONGEST_THROTTLE_MS));
};

/** An error that is no `AppError` is a fault of ours; the operation has failed by it, and whether it was sent is open. */
export const asAppError = (error: unknown, requestId: string): AppError =>
  error instanceof AppError ? error : new AppError('INTERNAL', { details: { requestId }, cause: error });

/** What stops a connection at first, and is the operation's own affair once a quarantine for it has ended. */
export const LACKS_PERMISSION: ErrorCode = 'PLATFORM_PERMISSION_MISSING';

/**
 * Judges by the code's retry class alone (field-notes rules 11 to 13). A missing permission may concern every call, or
 * one person or one kind of call: the first time it is the connection's; after the platform has proved well since, it
 * is the operation's, and no longer keeps the others from going.
 * @param at `attempt` counts from 1 and leaves out what was throttled, `draw` is uniform in [0, 1); `provedWell` = the
 *   run has lacked a permission before and went on
 */
export const judgeFailure = (
  error: AppError,
  at: {
    readonly attempt: number;
    readonly nowMs: number;
    readonly draw: number;
    readonly provedWell: boolean;
  },
): FailureVerdict => {
  const { code } = error;
  if (code === 'PLATFORM_INVITED') return { kind: 'INVITED' };
  if (THROTTLES.has(code)) return { kind: 'THROTTLED', error, retryAt: throttledUntil(error, at.nowMs) };
  if (OF_THE_OBJECT.has(code) || (at.provedWell && code === LACKS_PERMISSION))
    return { kind: 'FAILED', error, unknown: false };
  const { retry } = error.row;
  if (retry.kind === 'after-fix' || retry.kind === 'refresh-token') return { kind: 'CONNECTION', error };
  if (retry.kind === 'never') return { kind: 'FAILED', error, unknown: false };
  const unknown = UNKNOWN_OUTCOMES.has(code);
  if (at.attempt >= MOST_ATTEMPTS) return { kind: 'FAILED', error, unknown };
  const wait = backOffMs(at.attempt, { draw: at.draw, unknown });
  const told = error.retryAt === undefined ? 0 : error.retryAt - at.nowMs;
  return { kind: 'AGAIN', error, unknown, retryAt: new Date(at.nowMs + Math.max(wait, told)) };
};
