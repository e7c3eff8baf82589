import type { RemoteMembershipValue, Seen } from '../../domain/index.ts';

/** Blanks that people paste: all that `trim` knows (full-width and no-break ones too), and those of no width. */
const EDGES = /^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$/g;

/** Trimmed at both ends and NFC-normalised. */
export const cleanText = (text: string): string => text.normalize('NFC').replace(EDGES, '');

/** Three-state text of a foreign field: absent stays absent, blank becomes `null` (field-notes rule 22). */
export const seenText = (text: string | null | undefined): Seen<string> => {
  if (text === undefined || text === null) return text;
  const clean = cleanText(text);
  return clean === '' ? null : clean;
};

/** Texts of a foreign object under our names, each three-state. */
export const seenTexts = <Wire extends string>(
  from: Readonly<Partial<Record<Wire, string | undefined>>>,
  names: Readonly<Record<string, Wire>>,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(names).map(([name, wire]) => [name, seenText(from[wire])]));

/** A place among a unit's members on a platform where a larger number stands nearer the top. */
export const descendingMembership = (
  orgUnitExternalId: string,
  leader: boolean | undefined,
  order: string | undefined,
): RemoteMembershipValue => ({
  orgUnitExternalId,
  leader: leader ?? false,
  ...(order === undefined ? {} : { order: negated(order) }),
});

/** Keys with a value: an absent one is not the same as none. */
export const withoutAbsent = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const present: Record<string, unknown> = {};
  // Of every person of a company: a list of pairs and another object made of it cost several times as much.
  for (const key of Object.keys(values)) if (values[key] !== undefined) present[key] = values[key];
  return present;
};

/** Decimal text with the opposite sign, for platforms that sort descending; safe beyond 2^53. */
export const negated = (decimal: string): string => {
  if (/^-?0*$/.test(decimal)) return '0';
  return decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`;
};
