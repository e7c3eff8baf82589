import { compareCodePoints } from './fold.ts';

/** A create that counts against the tenant's quota. */
export interface QuotaRow {
  readonly externalId: string;
  /** Held back by another issue already. */
  readonly blocking: boolean;
}

/**
 * Platform ids of the creates that a quota leaves no room for (row ID-13). Rows that could be created come
 * first, then those that an issue blocks, each by platform id in code-point order, so that the same people
 * are left out however the rows arrive. In SQL: `row_number() over (order by blocking, external_id collate
 * "C") > room`.
 *
 * @param room accounts that may still be created; `null` = unlimited
 */
export const beyondQuota = (rows: readonly QuotaRow[], room: number | null): ReadonlySet<string> => {
  if (room === null || rows.length <= room) return new Set();
  const ordered = rows.toSorted(
    (a, b) => Number(a.blocking) - Number(b.blocking) || compareCodePoints(a.externalId, b.externalId),
  );
  return new Set(ordered.slice(Math.max(0, room)).map(({ externalId }) => externalId));
};
