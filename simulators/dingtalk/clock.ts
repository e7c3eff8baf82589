/** The platform's clock: real time, moved by hand when a test wants two hours to pass. */
export interface Clock {
  /** Epoch milliseconds, with fractions. */
  now(): number;
  advance(ms: number): void;
}

export function createClock(): Clock {
  let offset = 0;
  return {
    now: () => performance.timeOrigin + performance.now() + offset,
    advance: (ms) => {
      offset += ms;
    },
  };
}

/** `2026-09-03 00:01:02` as the platform prints it, in Beijing time. */
export function beijing(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
