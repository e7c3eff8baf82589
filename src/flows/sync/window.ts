/** Seconds of the platform's rate that are on their way at first: as much as its calls usually take. */
const FIRST_SECONDS = 0.1;
const SPARE = 2;
const MOST = 500;
/** Milliseconds between two looks at how fast calls end. */
const LOOK_MS = 500;
/** Share of the rate that is taken for all of it: the budget itself stays a little below. */
const FULL_SHARE = 0.95;

/**
 * How many calls may be on their way: as many as the rate times the platform's latency (Little's law), which nobody
 * knows beforehand. It grows while there is enough to do and calls still end slower than the rate allows; it does not
 * shrink below what it has learnt, and it is small at first, because everything on its way is lost in a crash.
 */
export class Window {
  readonly #perSecond: number;
  #size: number;
  #since: number;
  #ended = 0;
  #wasIdle = false;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#size = Math.min(MOST, Math.ceil(perSecond * FIRST_SECONDS) + SPARE);
    this.#since = nowMs;
  }

  get size(): number {
    return this.#size;
  }

  /** There is nothing that could be started: how fast calls end says nothing of the platform. */
  idle(): void {
    this.#wasIdle = true;
  }

  /** A call has ended. */
  ended(nowMs: number): void {
    this.#ended += 1;
    const passed = nowMs - this.#since;
    if (passed < LOOK_MS) return;
    const rate = (this.#ended * 1_000) / passed;
    if (!this.#wasIdle && rate < this.#perSecond * FULL_SHARE) {
      this.#size = Math.min(MOST, Math.ceil(this.#size * 1.5));
    }
    this.#since = nowMs;
    this.#ended = 0;
    this.#wasIdle = false;
  }
}
