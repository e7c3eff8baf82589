import type { Attributes } from '../domain/roster.ts';
import type { FieldChange, StagedAction } from '../domain/staging.ts';
import { fieldValue } from './apply-changes.ts';
import { sortChanges } from './digest.ts';
import { compareCodePoints } from './fold.ts';
import { jsonbText } from './jsonb-text.ts';

/** One committed row, as stored. */
export interface CommittedRow {
  readonly action: StagedAction;
  readonly changes: readonly FieldChange[];
}

/** Any unit or account as it is now: its fields by name. */
export type CurrentState = Readonly<Record<string, unknown>> & {
  readonly status: string;
  readonly attributes: Attributes;
};

/** A field that somebody has changed since the commit. */
export interface RevertConflict {
  readonly field: string;
  /** What the commit wrote. */
  readonly written: unknown;
  readonly found: unknown;
}

/**
 * What taking a committed row back means: `DELETE` the object that it created (softly), `RESTORE` the fields
 * that it wrote (and drop the link, if it made one), `NOTHING` when all is as before, or a `CONFLICT`.
 */
export type Inverse =
  | { readonly kind: 'NOTHING' }
  | { readonly kind: 'DELETE'; readonly unlink: true }
  | { readonly kind: 'RESTORE'; readonly unlink: boolean; readonly changes: readonly FieldChange[] }
  | { readonly kind: 'CONFLICT'; readonly conflicts: readonly RevertConflict[] };

const unitOf = (item: unknown): string =>
  typeof item === 'object' && item !== null && 'orgUnitId' in item ? String(item.orgUnitId) : '';

/** Comparable text of a value; the order of a list of memberships means nothing. */
const textOf = (value: unknown): string =>
  jsonbText(Array.isArray(value) ? value.toSorted((a, b) => compareCodePoints(unitOf(a), unitOf(b))) : value);

const gone = (written: unknown): Inverse => ({
  kind: 'CONFLICT',
  conflicts: [{ field: 'status', written, found: 'DELETED' }],
});

const conflictsOf = (changes: readonly FieldChange[], current: CurrentState): RevertConflict[] =>
  changes.flatMap(({ field, after }) => {
    const found = fieldValue(current, field) ?? null;
    return textOf(found) === textOf(after) ? [] : [{ field, written: after, found }];
  });

const invertCreate = (row: CommittedRow, current: CurrentState | null): Inverse => {
  // Created and gone again is what taking it back would have made.
  if (current === null || current.status === 'DELETED') return { kind: 'NOTHING' };
  const conflicts = conflictsOf(row.changes, current);
  return conflicts.length > 0 ? { kind: 'CONFLICT', conflicts } : { kind: 'DELETE', unlink: true };
};

/**
 * The inverse of one committed row, from what it wrote and what is there now. A field that already holds its
 * old value is left; one that holds neither is a conflict and the whole row is left to people: half a row
 * taken back would be a state that nobody ever approved. Imports are taken back in SQL, for all rows at once;
 * this is the meaning that it has, written once more to be tested by itself.
 */
export const invertRow = (row: CommittedRow, current: CurrentState | null): Inverse => {
  if (row.action === 'NONE') return { kind: 'NOTHING' };
  if (row.action === 'CREATE') return invertCreate(row, current);
  const unlink = row.action === 'LINK';
  if (current === null || current.status === 'DELETED') {
    return gone(row.changes.find(({ field }) => field === 'status')?.after ?? null);
  }
  const open = row.changes.filter(
    ({ field, before }) => textOf(fieldValue(current, field) ?? null) !== textOf(before),
  );
  const conflicts = conflictsOf(open, current);
  if (conflicts.length > 0) return { kind: 'CONFLICT', conflicts };
  if (open.length === 0 && !unlink) return { kind: 'NOTHING' };
  const changes = open.map(({ field, before, after }) => ({ field, before: after, after: before }));
  return { kind: 'RESTORE', unlink, changes: sortChanges(changes) };
};
