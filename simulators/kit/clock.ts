/** The platform's clock: real time, moved or stopped by hand when a test wants two hours to pass, or none. */
export interface Clock {
  /** Epoch milliseconds, with fractions. */
  now(): number;
  advance(ms: number): void;
  /** Stands still from here on; only `advance` moves it. */
  freeze(): void;
}

export function createClock(): Clock {
  let offset = 0;
  let frozenAt: number | null = null;
  const real = (): number => performance.timeOrigin + performance.now();
  return {
    now: () => (frozenAt ?? real()) + offset,
    advance: (ms) => {
      offset += ms;
    },
    freeze: () => {
      frozenAt ??= real();
    },
  };
}
