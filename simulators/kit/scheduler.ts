import { type Clock, createClock } from './clock.ts';

/** Things that happen later by the platform's clock: real time passes, or a test moves the clock. */
export interface Scheduler {
  /** `ms` from now; what is due at the same instant runs in the order it was asked for. */
  after(ms: number, run: () => void): void;
  /** Runs all that is due; every request and every move of the clock calls it. */
  settle(): void;
  /** How many things are still to come. */
  readonly waiting: number;
  close(): void;
}

export function createScheduler(clock: Clock): Scheduler {
  const entries: { readonly dueAt: number; readonly run: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    const first = entries[0];
    // A frozen clock does not get there by itself: then this only looks again.
    if (first) timer = setTimeout(settle, Math.max(1, first.dueAt - clock.now())).unref();
  };
  const settle = (): void => {
    for (let first = entries[0]; first && first.dueAt <= clock.now(); first = entries[0]) {
      entries.shift();
      first.run();
    }
    arm();
  };
  return {
    after: (ms, run) => {
      const dueAt = clock.now() + ms;
      const later = entries.findIndex((entry) => entry.dueAt > dueAt);
      entries.splice(later < 0 ? entries.length : later, 0, { dueAt, run });
      arm();
    },
    settle,
    get waiting() {
      return entries.length;
    },
    close: () => {
      clearTimeout(timer);
      entries.length = 0;
    },
  };
}

/** A clock that brings about at once what becomes due by moving it. */
export function createTime(): { readonly clock: Clock; readonly scheduler: Scheduler } {
  const clock = createClock();
  const scheduler = createScheduler(clock);
  const advance = (ms: number): void => {
    clock.advance(ms);
    scheduler.settle();
  };
  return { clock: { ...clock, advance }, scheduler };
}
