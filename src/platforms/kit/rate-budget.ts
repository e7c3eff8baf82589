import type { CallEnded, RateBudget, RateLimit, SlotLedger } from '../../ports/rate-budget.ts';
import type { Clock } from './clock.ts';

/** Share of the platform's limit that is used: the rest absorbs jitter between sending and being counted. */
export const USED_SHARE = 0.98;

/** Milliseconds by which any window of `perSecond` + 1 calls exceeds one second, whatever the timers do. */
const WINDOW_SLACK_MS = 12;
/** More of it for calls of an idle key, which have connections to open before they are counted. */
const COLD_SLACK_MS = 60;
const COLD_AFTER_MS = 10_000;
/**
 * Added after a refusal, up to the maximum, and halving every ten minutes: calls reach some platforms' counters
 * with more jitter than others', which only a refusal tells.
 */
const STRAIN_STEP_MS = 30;
const STRAIN_MAX_MS = 240;
const STRAIN_HALF_LIFE_MS = 600_000;

/** Longer than the mean and four deviations by this much, and a call's answer is unusually late. */
const OUTLIER_MS = 4;

interface Waiter {
  readonly release: (ended: CallEnded) => void;
  readonly fail: (error: unknown) => void;
}

interface Lane {
  readonly urgent: Waiter[];
  readonly normal: Waiter[];
  /** Reserved instants, monotonic milliseconds, ascending. */
  slots: number[];
  /** Of the last calls, the instant before which the call that many releases later may not start. */
  readonly window: { until: number }[];
  /** Mean of how long calls take and mean deviation from it, as TCP estimates its round trips (RFC 6298). */
  meanMs: number;
  deviationMs: number;
  prefetch: Promise<void> | undefined;
  pausedUntil: number;
  lastRelease: number;
  coldLeft: number;
  strainMs: number;
  perSecond: number;
  running: boolean;
  /** Wakes a pump that sleeps, after a penalty or when somebody urgent comes. */
  wake: AbortController;
}

/** Slots of one process: a virtual clock per key that never runs ahead of its rate (GCRA, ITU-T I.371). */
export const createMemoryLedger = (clock: Clock): SlotLedger => {
  const next = new Map<string, number>();
  return {
    // The window guard of the budget makes catching up harmless, so slots that a late timer missed are not lost.
    forfeitAfterMs: Number.POSITIVE_INFINITY,
    async reserve(key, count, spacingMs) {
      const now = clock.monotonic();
      const start = Math.max(next.get(key) ?? 0, now - Math.min(250, 5 * spacingMs));
      next.set(key, start + count * spacingMs);
      return start - now;
    },
    async penalise(key, forMs) {
      next.set(key, Math.max(next.get(key) ?? 0, clock.monotonic() + forMs));
    },
  };
};

/**
 * The budget proper. Each key has a queue (two priorities) and a pump that releases one waiter per reserved slot,
 * and never more than `perSecond` within any second plus slack, measured at the instants of real release.
 */
export const createRateBudget = (
  clock: Clock,
  ledger: SlotLedger = createMemoryLedger(clock),
): RateBudget => {
  const lanes = new Map<string, Lane>();

  const laneOf = (key: string): Lane => {
    const found = lanes.get(key);
    if (found !== undefined) return found;
    const lane: Lane = {
      urgent: [],
      normal: [],
      slots: [],
      window: [],
      meanMs: 0,
      deviationMs: 0,
      prefetch: undefined,
      pausedUntil: 0,
      lastRelease: Number.NEGATIVE_INFINITY,
      coldLeft: 0,
      strainMs: 0,
      perSecond: 1,
      running: false,
      wake: new AbortController(),
    };
    lanes.set(key, lane);
    return lane;
  };

  const waiting = (lane: Lane): number => lane.urgent.length + lane.normal.length;
  const spacing = (lane: Lane): number => (1000 / USED_SHARE + lane.strainMs) / lane.perSecond;

  const reserve = async (key: string, lane: Lane): Promise<void> => {
    const wanted = waiting(lane) - lane.slots.length;
    const count = Math.max(1, Math.min(wanted, Math.ceil(lane.perSecond / 4)));
    const step = spacing(lane);
    const first = clock.monotonic() + (await ledger.reserve(key, count, step));
    for (let index = 0; index < count; index += 1) lane.slots.push(first + index * step);
  };

  const pauseUntil = async (lane: Lane, instant: number): Promise<void> => {
    lane.wake = new AbortController();
    try {
      await clock.sleep(instant - clock.monotonic(), lane.wake.signal);
    } catch (error) {
      if (!lane.wake.signal.aborted) throw error;
    }
  };

  /** A call far slower than its like may have been counted as late as its answer came. */
  const ended = (lane: Lane, call: { until: number }, startedAt: number): void => {
    const now = clock.monotonic();
    const first = lane.meanMs === 0;
    const usualMs = first ? Number.POSITIVE_INFINITY : lane.meanMs + 4 * lane.deviationMs + OUTLIER_MS;
    const tookMs = now - startedAt;
    if (tookMs > usualMs) call.until = Math.max(call.until, now + 1000 + WINDOW_SLACK_MS + lane.strainMs);
    // Clipped, or the first late answer would make the rest of a stall look usual.
    const learntMs = Math.min(tookMs, usualMs);
    const deviation = first ? learntMs / 2 : Math.abs(learntMs - lane.meanMs);
    lane.deviationMs += (deviation - lane.deviationMs) * (first ? 1 : 0.25);
    lane.meanMs = Math.max(0.001, lane.meanMs + (learntMs - lane.meanMs) * (first ? 1 : 0.125));
  };

  const release = (lane: Lane): void => {
    const now = clock.monotonic();
    const idleMs = now - lane.lastRelease;
    if (idleMs > COLD_AFTER_MS) lane.coldLeft = Math.ceil(lane.perSecond);
    lane.strainMs *= 0.5 ** (idleMs / STRAIN_HALF_LIFE_MS);
    lane.lastRelease = now;
    const cold = lane.coldLeft > 0 ? COLD_SLACK_MS : 0;
    lane.coldLeft = Math.max(0, lane.coldLeft - 1);
    const call = { until: now + 1000 + WINDOW_SLACK_MS + cold + lane.strainMs };
    lane.window.push(call);
    const kept = Math.floor(lane.perSecond);
    if (lane.window.length > kept) lane.window.splice(0, lane.window.length - kept);
    (lane.urgent.shift() ?? lane.normal.shift())?.release(() => ended(lane, call, now));
  };

  const guardedStart = (lane: Lane, slot: number): number => {
    const full = lane.window.length >= Math.floor(lane.perSecond);
    return Math.max(slot, lane.pausedUntil, full ? (lane.window[0]?.until ?? 0) : 0);
  };

  const step = async (key: string, lane: Lane): Promise<void> => {
    const [slot] = lane.slots;
    if (slot === undefined) {
      await (lane.prefetch ?? reserve(key, lane));
      return;
    }
    // The next batch is asked for before this one ends, or each round trip to a shared ledger would cost a slot.
    if (lane.slots.length < 2 && waiting(lane) > lane.slots.length && lane.prefetch === undefined)
      lane.prefetch = reserve(key, lane)
        // A failing ledger is reported by the next reservation, which somebody waits for.
        .catch(() => undefined)
        .finally(() => {
          lane.prefetch = undefined;
        });
    const start = guardedStart(lane, slot);
    if (start > clock.monotonic()) {
      await pauseUntil(lane, start);
      return;
    }
    lane.slots.shift();
    if (clock.monotonic() - slot <= ledger.forfeitAfterMs) release(lane);
  };

  const pump = async (key: string, lane: Lane): Promise<void> => {
    while (waiting(lane) > 0) await step(key, lane);
  };

  const run = (key: string, lane: Lane): void => {
    if (lane.running) return;
    lane.running = true;
    pump(key, lane)
      .catch((error: unknown) => {
        for (const waiter of [...lane.urgent, ...lane.normal]) waiter.fail(error);
      })
      .finally(() => {
        lane.running = false;
        // Somebody may have come between the last look at the queue and now.
        if (waiting(lane) > 0) run(key, lane);
      });
  };

  return {
    acquire(key, limit: RateLimit, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const lane = laneOf(key);
      lane.perSecond = Math.max(1, limit.perSecond);
      const { promise, resolve, reject } = Promise.withResolvers<CallEnded>();
      const queue = limit.urgent === true ? lane.urgent : lane.normal;
      const leave = (): void => {
        const index = queue.indexOf(waiter);
        if (index >= 0) queue.splice(index, 1);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        release: (callEnded) => {
          signal.removeEventListener('abort', onAbort);
          resolve(callEnded);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => waiter.fail(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push(waiter);
      run(key, lane);
      return promise;
    },

    penalise(key, untilMs) {
      const lane = laneOf(key);
      const forMs = Math.max(0, untilMs - clock.now());
      // Calls that were under way at the first refusal are refused with it; together they teach one lesson.
      if (clock.monotonic() >= lane.pausedUntil)
        lane.strainMs = Math.min(STRAIN_MAX_MS, lane.strainMs + STRAIN_STEP_MS);
      lane.pausedUntil = Math.max(lane.pausedUntil, clock.monotonic() + forMs);
      lane.slots = [];
      lane.wake.abort();
      // Other processes learn of it by the ledger; should that fail, their own refusals will tell them.
      ledger.penalise(key, forMs).catch(() => undefined);
    },

    eta(key, calls, limit) {
      const lane = lanes.get(key);
      const queued = lane === undefined ? 0 : waiting(lane);
      const pause = lane === undefined ? 0 : Math.max(0, lane.pausedUntil - clock.monotonic());
      const step = (1000 / USED_SHARE + (lane?.strainMs ?? 0)) / Math.max(1, limit.perSecond);
      return Math.ceil(pause + (queued + calls) * step);
    },
  };
};
