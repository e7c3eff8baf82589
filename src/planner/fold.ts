const PLAIN_LOWER = /^[\x20-\x40\x5b-\x7e]*$/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The one case folding of Muster: NFKC, then Unicode's locale-free lower case, so that `Ａnn`, `ANN` and `ann`
 * are one text. Used wherever texts are compared for uniqueness, matching or search. Idempotent, and the same
 * as the database's function `muster.fold` for every letter that both versions of Unicode know.
 */
export const fold = (text: string): string => {
  if (PLAIN_LOWER.test(text)) return text;
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKC').toLowerCase();
};

/**
 * Order of two texts by code point, which is the order of UTF-8 bytes and of PostgreSQL's `COLLATE "C"`.
 * JavaScript's own `<` compares UTF-16 units and puts characters beyond U+FFFF before U+E000…U+FFFF.
 */
export const compareCodePoints = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xSurrogate = x >= 0xd800 && x <= 0xdfff;
    const ySurrogate = y >= 0xd800 && y <= 0xdfff;
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
};
