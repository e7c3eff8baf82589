import type { CallEnded, RateBudget, RateLimit, SlotLedger } from '../../ports/rate-budget.ts';
import type { Clock } from './clock.ts';
import { CATCH_UP_MS, RateLane, type Waiter } from './rate-lane.ts';

/** Longest run of slots that one reservation takes, in seconds of the key's rate. */
const BATCH_SECONDS = 0.25;
/** Slots are reserved anew when those in hand last no longer than this: a round trip to a busy database. */
const PREFETCH_MS = 100;
/** Without a call for so long, connections have to be opened again. */
const COLD_AFTER_MS = 10_000;

/** Slots of one process: a virtual clock per key that never runs ahead of its rate (GCRA, ITU-T I.371). */
export const createMemoryLedger = (clock: Clock): SlotLedger => {
  const next = new Map<string, number>();
  return {
    async reserve(key, count, spacingMs) {
      const now = clock.monotonic();
      const start = Math.max(next.get(key) ?? 0, now - Math.min(CATCH_UP_MS, 5 * spacingMs));
      next.set(key, start + count * spacingMs);
      return { inMs: start - now, atMs: start };
    },
    async penalise(key, forMs) {
      next.set(key, Math.max(next.get(key) ?? 0, clock.monotonic() + forMs));
    },
  };
};

/**
 * Each key has a queue (two priorities) and a pump that releases one waiter per reserved slot, and never more than
 * `perSecond` within any second plus slack, measured at the instants of real release. Slots are shared with other
 * processes by the ledger; a limit per hour is kept by each process for itself.
 */
class PacedBudget implements RateBudget {
  readonly #clock: Clock;
  readonly #ledger: SlotLedger;
  readonly #lanes = new Map<string, RateLane>();
  /** Of any key: keys of one app share their connections. */
  #lastRelease = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ledger: SlotLedger) {
    this.#clock = clock;
    this.#ledger = ledger;
  }

  acquire(key: string, limit: RateLimit, signal: AbortSignal): Promise<CallEnded> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const lane = this.#lane(key);
    lane.perSecond = Math.max(1, limit.perSecond);
    lane.perHour = limit.perHour;
    const { promise, resolve, reject } = Promise.withResolvers<CallEnded>();
    const queue = limit.urgent === true ? lane.urgent : lane.normal;
    const waiter: Waiter = {
      release: (ended) => {
        signal.removeEventListener('abort', onAbort);
        resolve(ended);
      },
      fail: (error) => {
        const index = queue.indexOf(waiter);
        if (index >= 0) queue.splice(index, 1);
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    };
    const onAbort = (): void => waiter.fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    queue.push(waiter);
    this.#run(key, lane);
    return promise;
  }

  penalise(key: string, untilMs: number): void {
    const forMs = Math.max(0, untilMs - this.#clock.now());
    this.#lane(key).penalise(this.#clock.monotonic(), forMs);
    // Other processes learn of it by the ledger; should that fail, their own refusals will tell them.
    this.#ledger.penalise(key, forMs).catch(() => undefined);
  }

  eta(key: string, calls: number, limit: RateLimit): number {
    const lane = this.#lane(key);
    lane.perSecond = Math.max(1, limit.perSecond);
    const pause = Math.max(0, Math.max(lane.pausedUntil, lane.fullUntil()) - this.#clock.monotonic());
    return Math.ceil(pause + (lane.waiting + calls) * lane.spacingMs);
  }

  #lane(key: string): RateLane {
    const found = this.#lanes.get(key);
    if (found !== undefined) return found;
    const lane = new RateLane();
    this.#lanes.set(key, lane);
    return lane;
  }

  #run(key: string, lane: RateLane): void {
    if (lane.running) return;
    lane.running = true;
    this.#pump(key, lane)
      .catch((error: unknown) => {
        for (const waiter of [...lane.urgent, ...lane.normal]) waiter.fail(error);
      })
      .finally(() => {
        lane.running = false;
        // Somebody may have come between the last look at the queue and now.
        if (lane.waiting > 0) this.#run(key, lane);
      });
  }

  async #pump(key: string, lane: RateLane): Promise<void> {
    while (lane.waiting > 0) await this.#step(key, lane);
  }

  async #step(key: string, lane: RateLane): Promise<void> {
    const [slot] = lane.slots;
    if (slot === undefined) {
      await (lane.prefetch ?? this.#reserve(key, lane));
      return;
    }
    this.#prefetch(key, lane);
    const start = lane.startOf(slot);
    if (start > this.#clock.monotonic()) {
      await this.#pauseUntil(lane, start);
      return;
    }
    lane.slots.shift();
    const now = this.#clock.monotonic();
    if (lane.isForfeited(slot, now)) return;
    lane.release(this.#clock, now - this.#lastRelease > COLD_AFTER_MS);
    this.#lastRelease = now;
  }

  /** The next batch is asked for before this one ends, or each round trip to a shared ledger would cost a slot. */
  #prefetch(key: string, lane: RateLane): void {
    const scarce = lane.slots.length < 2 || lane.slots.length * lane.spacingMs < PREFETCH_MS;
    if (!scarce || lane.waiting <= lane.slots.length || lane.prefetch !== undefined) return;
    lane.prefetch = this.#reserve(key, lane)
      // A failing ledger is reported by the next reservation, which somebody waits for.
      .catch(() => undefined)
      .finally(() => {
        lane.prefetch = undefined;
      });
  }

  async #reserve(key: string, lane: RateLane): Promise<void> {
    const wanted = lane.waiting - lane.slots.length;
    const count = Math.max(1, Math.min(wanted, Math.ceil(lane.perSecond * BATCH_SECONDS)));
    const stepMs = lane.spacingMs;
    const { inMs, atMs } = await this.#ledger.reserve(key, count, stepMs);
    lane.reserved({ first: this.#clock.monotonic() + inMs, atMs, count, stepMs });
  }

  async #pauseUntil(lane: RateLane, instant: number): Promise<void> {
    lane.wake = new AbortController();
    try {
      await this.#clock.sleep(instant - this.#clock.monotonic(), lane.wake.signal);
    } catch (error) {
      if (!lane.wake.signal.aborted) throw error;
    }
  }
}

/** A budget over that ledger; without one it paces this process alone. */
export const createRateBudget = (clock: Clock, ledger: SlotLedger = createMemoryLedger(clock)): RateBudget =>
  new PacedBudget(clock, ledger);
