import type { ErrorRow, RetryClass } from './app-error.ts';

/** The same sentence twice. */
type Words = readonly [zh: string, en: string];

export const never: RetryClass = { kind: 'never' };
export const afterFix: RetryClass = { kind: 'after-fix' };
export const after = (seconds: number): RetryClass => ({ kind: 'after', seconds });

/** A row of the table, its texts as pairs. */
export const row = (
  httpStatus: number,
  retry: RetryClass,
  words: { text: Words; remedy: Words },
): ErrorRow => ({
  httpStatus,
  retry,
  text: { zh: words.text[0], en: words.text[1] },
  remedy: { zh: words.remedy[0], en: words.remedy[1] },
});
