import type { HeldRow } from '../../store/queries/plan-review.ts';

/** A row that stays held, and the rows that it waits for. */
export interface Blocked {
  readonly ordinal: number;
  readonly waitsFor: readonly number[];
}

interface Decided {
  readonly changed: readonly number[];
  readonly followed: readonly number[];
}

/** Ordinals of held rows by those that they depend on. */
const dependentsOf = (rows: readonly HeldRow[]): ReadonlyMap<number, readonly HeldRow[]> => {
  const found = new Map<number, HeldRow[]>();
  for (const row of rows) {
    for (const on of row.dependsOn) {
      const known = found.get(on);
      if (known === undefined) found.set(on, [row]);
      else known.push(row);
    }
  }
  return found;
};

/** Rows reachable from the given ones over what depends on what, without themselves. */
const reach = (
  from: readonly number[],
  next: ReadonlyMap<number, readonly HeldRow[]>,
  goes: (row: HeldRow) => boolean,
): HeldRow[] => {
  const seen = new Set(from);
  const found: HeldRow[] = [];
  const queue = [...from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const row of next.get(at) ?? []) {
      if (seen.has(row.ordinal) || !goes(row)) continue;
      seen.add(row.ordinal);
      found.push(row);
      queue.push(row.ordinal);
    }
  }
  return found;
};

/**
 * What a release comes to. A row can go when all that it depends on can: was never held, was released before, or is
 * released with it. A row that was held for a dependency alone goes when the last of them does.
 */
export const releaseRows = (rows: readonly HeldRow[]): Decided & { readonly blocked: readonly Blocked[] } => {
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  const next = dependentsOf(rows);
  const free = new Set(rows.filter(({ decision }) => decision === 'RELEASED').map(({ ordinal }) => ordinal));
  const wants = (row: HeldRow): boolean => row.meant || (row.follows && row.decision === null);
  const waitsFor = (row: HeldRow): number[] =>
    row.dependsOn.filter((ordinal) => byOrdinal.has(ordinal) && !free.has(ordinal));
  // Each row is looked at again when something that it waits for has become free.
  const queue = rows.filter(({ meant }) => meant);
  const changed: number[] = [];
  const followed: number[] = [];
  for (let row = queue.pop(); row !== undefined; row = queue.pop()) {
    if (!free.has(row.ordinal)) {
      if (!wants(row) || waitsFor(row).length > 0) continue;
      free.add(row.ordinal);
      (row.meant ? changed : followed).push(row.ordinal);
    } else if (!row.meant) continue;
    queue.push(...(next.get(row.ordinal) ?? []).filter(({ ordinal }) => !free.has(ordinal)));
  }
  const blocked = rows
    .filter((row) => row.meant && !free.has(row.ordinal))
    .map((row) => ({ ordinal: row.ordinal, waitsFor: waitsFor(row) }));
  return { changed: changed.sort(ascending), followed: followed.sort(ascending), blocked };
};

/** What a rejection comes to: held rows that depend on a rejected one cannot be applied, and are rejected with it. */
export const rejectRows = (rows: readonly HeldRow[]): Decided => {
  const changed = rows.filter(({ meant, decision }) => meant && decision !== 'REJECTED');
  const ordinals = changed.map(({ ordinal }) => ordinal);
  const dependents = reach(ordinals, dependentsOf(rows), (row) => row.decision !== 'REJECTED');
  return { changed: ordinals, followed: dependents.map(({ ordinal }) => ordinal).sort(ascending) };
};

const ascending = (a: number, b: number): number => a - b;
