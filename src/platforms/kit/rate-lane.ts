import type { CallEnded } from '../../ports/rate-budget.ts';

/** Share of the platform's limit that is used: the rest absorbs jitter between sending and being counted. */
const USED_SHARE = 0.98;
/** Milliseconds by which any window of `perSecond` + 1 calls exceeds one second, whatever the timers do. */
const WINDOW_SLACK_MS = 15;
/** More of it for the first calls after a rest, which have connections to open before they are counted. */
const COLD_SLACK_MS = 40;
/**
 * Added after a refusal, doubled when another follows soon, and halving every two minutes: calls reach some
 * platforms' counters with more jitter than others', which only refusals tell; a single one is mere chance.
 */
const STRAIN_STEP_MS = 8;
const STRAIN_MAX_MS = 240;
const STRAIN_SOON_MS = 60_000;
const STRAIN_HALF_LIFE_MS = 120_000;
/** Longer than the mean and two deviations by this much, and a call's answer is unusually late. */
const OUTLIER_MS = 4;
/** How late a slot may be used while other processes may reserve between ours, and while none does. */
const FORFEIT_AFTER_MS = 12;
export const CATCH_UP_MS = 250;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface Waiter {
  readonly release: (ended: CallEnded) => void;
  readonly fail: (error: unknown) => void;
}

/** Everything about one key; all instants are monotonic milliseconds and handed in. */
export class RateLane {
  readonly urgent: Waiter[] = [];
  readonly normal: Waiter[] = [];
  /** Reserved instants, ascending. */
  slots: number[] = [];
  prefetch: Promise<void> | undefined;
  running = false;
  /** Wakes a pump that sleeps, after a penalty. */
  wake = new AbortController();
  perSecond = 1;
  perHour: number | undefined;
  pausedUntil = 0;
  /** Of the last calls, the instant before which the call that many releases later may not start. */
  readonly #window: { until: number }[] = [];
  /** Calls of the last hour by the minute: for a window so long that is exact enough, and costs nothing to keep. */
  readonly #minutes: { readonly endsAt: number; calls: number }[] = [];
  /** End of the last reservation by the ledger's clock, and the instant since which nobody else reserved any. */
  #reservedTo = Number.NaN;
  #aloneSince = 0;
  #lastRelease = Number.NEGATIVE_INFINITY;
  #coldLeft = 0;
  #strainMs = 0;
  /** Mean of how long calls take and mean deviation from it, as TCP estimates its round trips (RFC 6298). */
  #meanMs = 0;
  #deviationMs = 0;

  get waiting(): number {
    return this.urgent.length + this.normal.length;
  }

  /** Milliseconds between two slots. */
  get spacingMs(): number {
    return (1000 / USED_SHARE + this.#strainMs) / this.perSecond;
  }

  /** Takes over reserved slots; `atMs` is the first one's instant by the ledger's clock. */
  reserved(run: {
    readonly first: number;
    readonly atMs: number;
    readonly count: number;
    readonly stepMs: number;
  }): void {
    // Slots that do not follow on were somebody else's, or nobody's.
    if (!(Math.abs(run.atMs - this.#reservedTo) < 0.01)) this.#aloneSince = run.first;
    this.#reservedTo = run.atMs + run.count * run.stepMs;
    for (let index = 0; index < run.count; index += 1) this.slots.push(run.first + index * run.stepMs);
  }

  /** The earliest instant for a call with that slot: penalties and the sliding window come on top of it. */
  startOf(slot: number): number {
    const full = this.#window.length >= Math.floor(this.perSecond);
    return Math.max(slot, this.pausedUntil, full ? (this.#window[0]?.until ?? 0) : 0, this.fullUntil());
  }

  /** The instant at which the hour has room again; in the past while it has. This process's own calls are counted. */
  fullUntil(): number {
    if (this.perHour === undefined) return 0;
    let over =
      this.#minutes.reduce((sum, { calls }) => sum + calls, 0) - Math.floor(this.perHour * USED_SHARE);
    for (const { endsAt, calls } of this.#minutes) {
      if (over < 0) return 0;
      over -= calls;
      if (over < 0) return endsAt + HOUR_MS;
    }
    return 0;
  }

  #countMinute(now: number): void {
    if (this.perHour === undefined) return;
    while ((this.#minutes[0]?.endsAt ?? now) + HOUR_MS < now) this.#minutes.shift();
    const last = this.#minutes.at(-1);
    if (last !== undefined && now < last.endsAt) last.calls += 1;
    else this.#minutes.push({ endsAt: now + MINUTE_MS, calls: 1 });
  }

  /** A slot that was missed is made up for only where the window knows of all calls that count with it. */
  isForfeited(slot: number, now: number): boolean {
    const alone = slot - this.#aloneSince > 1000 + WINDOW_SLACK_MS;
    return now - slot > (alone ? CATCH_UP_MS : FORFEIT_AFTER_MS);
  }

  /** Lets the next waiter go. `cold` = the first call after a rest. */
  release(clock: { monotonic(): number }, cold: boolean): void {
    const now = clock.monotonic();
    if (cold) this.#coldLeft = Math.ceil(this.perSecond);
    const coldMs = this.#coldLeft > 0 ? COLD_SLACK_MS : 0;
    this.#coldLeft = Math.max(0, this.#coldLeft - 1);
    this.#strainMs *= 0.5 ** ((now - this.#lastRelease) / STRAIN_HALF_LIFE_MS);
    this.#lastRelease = now;
    this.#countMinute(now);
    const call = { until: now + 1000 + WINDOW_SLACK_MS + coldMs + this.#strainMs };
    this.#window.push(call);
    const kept = Math.floor(this.perSecond);
    if (this.#window.length > kept) this.#window.splice(0, this.#window.length - kept);
    const waiter = this.urgent.shift() ?? this.normal.shift();
    waiter?.release(() => this.#ended(call, now, clock.monotonic()));
  }

  penalise(now: number, forMs: number): void {
    // Calls that were under way at the first refusal are refused with it; together they teach one lesson.
    if (now >= this.pausedUntil) {
      const soon = now - this.pausedUntil < STRAIN_SOON_MS && this.pausedUntil > 0;
      const step = soon ? Math.max(STRAIN_STEP_MS, this.#strainMs) : STRAIN_STEP_MS;
      this.#strainMs = Math.min(STRAIN_MAX_MS, this.#strainMs + step);
    }
    this.pausedUntil = Math.max(this.pausedUntil, now + forMs);
    this.slots = [];
    this.wake.abort();
  }

  /** A call far slower than its like was perhaps counted as much later as its answer came. */
  #ended(call: { until: number }, startedAt: number, now: number): void {
    const first = this.#meanMs === 0;
    const usualMs = first ? Number.POSITIVE_INFINITY : this.#meanMs + 2 * this.#deviationMs + OUTLIER_MS;
    const tookMs = now - startedAt;
    if (tookMs > usualMs)
      call.until = Math.max(call.until, now - this.#meanMs + 1000 + WINDOW_SLACK_MS + this.#strainMs);
    // Clipped, or the first late answer would make the rest of a stall look usual.
    const learntMs = Math.min(tookMs, usualMs);
    const deviation = first ? learntMs / 2 : Math.abs(learntMs - this.#meanMs);
    this.#deviationMs += (deviation - this.#deviationMs) * (first ? 1 : 0.25);
    this.#meanMs = Math.max(0.001, this.#meanMs + (learntMs - this.#meanMs) * (first ? 1 : 0.125));
  }
}
