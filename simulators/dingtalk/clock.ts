export { type Clock, createClock } from '../kit/clock.ts';

/** `2026-09-03 00:01:02` as the platform prints it, in Beijing time. */
export function beijing(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
