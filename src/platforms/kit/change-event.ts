import { createHash } from 'node:crypto';
import type { ChangeEvent, ChangeHint } from '../../domain/index.ts';

/** Longest id that is believed to be one; the platforms' own have at most 64 characters. */
const ID_MAX_LENGTH = 256;
const TYPE_MAX_LENGTH = 100;

/** Type of an event that tells none. */
export const UNKNOWN_TYPE = 'unknown';

const COMPANY: readonly ChangeHint[] = [{ kind: 'COMPANY', externalId: '' }];

/**
 * What an event of some type says has changed: the fields in which ids of people and of units stand. Without any field
 * it is about the company as a whole.
 */
export type HintRule = { readonly [Kind in 'ACCOUNT' | 'ORG_UNIT']?: readonly string[] };

/** Rules by type; a key is one type or several, blank between them. */
export const hintRules = (table: Readonly<Record<string, HintRule>>): ReadonlyMap<string, HintRule> =>
  new Map(Object.entries(table).flatMap(([types, rule]) => types.split(' ').map((type) => [type, rule])));

const idsIn = (value: unknown): string[] => {
  const ids = Array.isArray(value) ? value : [value];
  return ids
    .flatMap((id) => (typeof id === 'string' || typeof id === 'number' ? [String(id).trim()] : []))
    .filter((id) => id !== '' && id.length <= ID_MAX_LENGTH);
};

/**
 * Hints of an event by the rule of its type; none without a rule (row O2-28). An event that should name objects and does
 * not (a platform may leave contents out when a quota is used up) says no more than that something has changed.
 */
export const hintsBy = (
  rule: HintRule | undefined,
  payload: Readonly<Record<string, unknown>>,
): readonly ChangeHint[] => {
  if (rule === undefined) return [];
  const hints = (['ORG_UNIT', 'ACCOUNT'] as const).flatMap((kind) => {
    const ids = new Set((rule[kind] ?? []).flatMap((field) => idsIn(payload[field])));
    return [...ids].map((externalId) => ({ kind, externalId }));
  });
  return hints.length === 0 ? COMPANY : hints;
};

/** The same object with names in small letters, for platforms that spell them one way today and another tomorrow. */
export const withSmallNames = (told: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(told).map(([name, value]) => [name.toLowerCase(), value]));

/** Milliseconds or seconds since 1970 as platforms write them, `null` when it is neither. */
export const instant = (time: unknown): Date | null => {
  const digits = String(time);
  if (/^\d{13}$/.test(digits)) return new Date(Number(digits));
  return /^\d{10}$/.test(digits) ? new Date(Number(digits) * 1000) : null;
};

/** `key`: texts that are the same in every delivery of this event, and in no other's. */
export const changeEvent = (event: {
  readonly type: unknown;
  readonly time: unknown;
  readonly key: readonly string[];
  readonly hints: readonly ChangeHint[];
}): ChangeEvent => ({
  dedupeKey: createHash('sha256').update(JSON.stringify(event.key)).digest('hex'),
  type:
    typeof event.type === 'string' && event.type !== '' ? event.type.slice(0, TYPE_MAX_LENGTH) : UNKNOWN_TYPE,
  occurredAt: instant(event.time),
  hints: event.hints,
});
