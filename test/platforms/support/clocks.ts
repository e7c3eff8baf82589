import { type Clock, systemClock } from '../../../src/platforms/kit/clock.ts';

/** Real time in which every wait is over at once, and the clock has moved on by it. */
export const hastyClock = (): Clock => {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    monotonic: () => performance.now() + skipped,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      skipped += Math.max(0, ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

/** Time that moves only when everybody waits, straight to the next who wakes up. */
export const virtualClock = (): Clock & { readonly elapsed: () => number } => {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  let moving = false;
  const move = (): void => {
    if (moving) return;
    moving = true;
    setImmediate(() => {
      moving = false;
      sleepers.sort((a, b) => a.at - b.at);
      const next = sleepers.shift();
      if (next === undefined) return;
      now = Math.max(now, next.at);
      next.wake();
      if (sleepers.length > 0) move();
    });
  };
  return {
    now: () => now,
    monotonic: () => now,
    elapsed: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = { at: now + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          reject(signal.reason);
        });
        move();
      }),
  };
};

export { systemClock };
