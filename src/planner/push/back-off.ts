const FIRST_MS = 60_000;
const LONGEST_MS = 6 * 3_600_000;
/** What nobody knows the outcome of is looked up soon: while it is open, its object can be neither used nor planned. */
const FIRST_UNKNOWN_MS = 5_000;

/** Attempts at one operation after which it has failed, those that were throttled not counted. */
export const MOST_ATTEMPTS = 12;

/**
 * Milliseconds until an operation is tried again: exponential with full jitter, from a minute up to six hours
 * (field-notes rule 11).
 * @param failed attempts that have failed so far, from 1
 * @param draw uniform in [0, 1)
 */
export const backOffMs = (
  failed: number,
  options: { readonly draw: number; readonly unknown: boolean },
): number => {
  const first = options.unknown ? FIRST_UNKNOWN_MS : FIRST_MS;
  const ceiling = Math.min(LONGEST_MS, first * 2 ** (failed - 1));
  return Math.ceil(options.draw * ceiling);
};
