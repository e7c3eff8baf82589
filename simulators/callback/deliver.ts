import { setTimeout as pause } from 'node:timers/promises';

/** One HTTP request that a platform makes to its customer's server. */
export interface Delivery {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DeliveryOptions {
  /** Until the answer has been read, in milliseconds. */
  readonly timeoutMs: number;
  /** Waits before the second, third … try, in milliseconds: two waits make three tries. */
  readonly pausesMs: readonly number[];
  /** Whether an answer counts as received; default: status 200. */
  readonly accepts?: (answer: { readonly status: number; readonly text: string }) => boolean;
  /** Ends waiting and trying, e.g. when the simulator is closed. */
  readonly signal?: AbortSignal;
  /** Told at once of each try. */
  readonly onAttempt?: (attempt: Attempt) => void;
}

/** One try, as the sender saw it. */
export interface Attempt {
  /** From 1. */
  readonly attempt: number;
  /** Epoch milliseconds of the start, by the real clock. */
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: 'accepted' | 'refused' | 'timeout' | 'unreachable' | 'stopped';
  /** `null` when there was no answer. */
  readonly status: number | null;
  /** The answer's first 2,000 characters. */
  readonly answer: string;
}

/** Sends until one try is accepted or all are used up; never throws for what the receiver does. */
export async function deliver(delivery: Delivery, options: DeliveryOptions): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const wait of [0, ...options.pausesMs]) {
    if (attempts.length > 0 && !(await waited(wait, options.signal))) break;
    const attempt = await once(delivery, options, attempts.length + 1);
    attempts.push(attempt);
    options.onAttempt?.(attempt);
    if (attempt.outcome === 'accepted' || attempt.outcome === 'stopped') break;
  }
  return attempts;
}

async function once(delivery: Delivery, options: DeliveryOptions, attempt: number): Promise<Attempt> {
  const at = Date.now();
  const limit = AbortSignal.timeout(options.timeoutMs);
  const noted = (outcome: Attempt['outcome'], status: number | null = null, answer = ''): Attempt => ({
    attempt,
    at,
    durationMs: Date.now() - at,
    outcome,
    status,
    answer: answer.slice(0, 2000),
  });
  try {
    const response = await fetch(delivery.url, {
      method: delivery.method ?? 'POST',
      ...(delivery.body === undefined ? {} : { body: delivery.body }),
      ...(delivery.headers === undefined ? {} : { headers: delivery.headers }),
      redirect: 'manual',
      signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
    });
    const text = await response.text();
    const accepts = options.accepts ?? (({ status }) => status === 200);
    const accepted = accepts({ status: response.status, text });
    return noted(accepted ? 'accepted' : 'refused', response.status, text);
  } catch (error) {
    if (options.signal?.aborted) return noted('stopped');
    if (limit.aborted) return noted('timeout');
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return noted('unreachable', null, String(cause));
  }
}

/** `false` when stopped meanwhile. */
async function waited(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await pause(ms, undefined, signal ? { signal } : {});
    return true;
  } catch {
    return false;
  }
}
