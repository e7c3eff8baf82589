import { AppError, type ErrorCode } from '../../domain/index.ts';
import type { Clock } from './clock.ts';

export interface RetryContext {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Tries in all for faults that may pass. Default 4: the platforms ask for at most three repetitions. */
  readonly maxAttempts?: number;
  /** A wait longer than this is the caller's business (park the job until `retryAt`). Default 60,000 ms. */
  readonly maxWaitMs?: number;
  /** Called before the one repetition after an invalid token. */
  readonly refreshToken?: () => void;
  /** Codes that are thrown at once although their class would repeat. */
  readonly unrepeatable?: ReadonlySet<ErrorCode>;
  readonly onWait?: (untilMs: number) => void;
}

/** Being throttled is no fault of the call, so it has a count of its own (field-notes rule 12). */
const MAX_THROTTLED = 30;
const MAX_BACKOFF_MS = 30_000;

const waitFor = (error: AppError, seconds: number, attempt: number, context: RetryContext): number => {
  // Exponential with full jitter; an instant that the platform named wins.
  const ceiling = Math.min(MAX_BACKOFF_MS, seconds * 1000 * 2 ** (attempt - 1));
  const drawn = context.random() * ceiling;
  return error.retryAt === undefined ? drawn : Math.max(0, error.retryAt - context.clock.now());
};

/**
 * Calls until it succeeds or the error's retry class says that repeating is pointless: `after` waits and repeats
 * a bounded number of times, `refresh-token` repeats once, everything else is thrown at once.
 */
export const withRetry = async <T>(
  context: RetryContext,
  call: () => Promise<T>,
  options: RetryOptions,
): Promise<T> => {
  const maxAttempts = options.maxAttempts ?? 4;
  const maxWaitMs = options.maxWaitMs ?? 60_000;
  let attempt = 1;
  let throttled = 0;
  let refreshed = false;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      const { retry } = error.row;
      if (retry.kind === 'refresh-token') {
        if (refreshed || options.refreshToken === undefined)
          throw new AppError('PLATFORM_CREDENTIALS_INVALID', { details: error.details, cause: error });
        refreshed = true;
        options.refreshToken();
        continue;
      }
      if (retry.kind !== 'after' || options.unrepeatable?.has(error.code) === true) throw error;
      const isThrottle = error.code === 'PLATFORM_THROTTLED';
      if (isThrottle ? throttled >= MAX_THROTTLED : attempt >= maxAttempts) throw error;
      const waitMs = waitFor(error, retry.seconds, attempt, context);
      if (waitMs > maxWaitMs) throw error;
      if (isThrottle) throttled += 1;
      else attempt += 1;
      options.onWait?.(context.clock.now() + waitMs);
      await context.clock.sleep(waitMs, options.signal);
    }
  }
};
