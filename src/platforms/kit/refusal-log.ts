import type { Clock } from './clock.ts';

/**
 * How long calls wait that a platform refuses by a limit without saying for how long. It blocks for as long as the
 * window that was exceeded: the shortest is taken first, and the next one when a refusal follows right behind it.
 */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #windowsMs: readonly number[];
  readonly #last = new Map<string, { readonly until: number; readonly step: number }>();

  /** Windows ascend, in milliseconds; one may be listed several times, to be tried as often. */
  constructor(clock: Clock, windowsMs: readonly number[]) {
    this.#clock = clock;
    this.#windowsMs = windowsMs;
  }

  /** Notes a refusal of that key now; answers with the instant (epoch milliseconds) at which to try again. */
  until(key: string): number {
    const now = this.#clock.now();
    const last = this.#last.get(key);
    // Calls that were under way at the first refusal are refused with it.
    if (last !== undefined && now < last.until) return last.until;
    const [shortest = 1_000] = this.#windowsMs;
    const soon = last !== undefined && now - last.until < shortest;
    const step = soon ? Math.min(last.step + 1, this.#windowsMs.length - 1) : 0;
    const until = now + (this.#windowsMs[step] ?? shortest);
    this.#last.set(key, { until, step });
    return until;
  }
}
