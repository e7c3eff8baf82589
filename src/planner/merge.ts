import type { MasteredField } from '../domain/events.ts';
import type { FieldChange, Issue } from '../domain/staging.ts';
import { NO_CHANGES } from './facts.ts';
import { issue } from './issues.ts';
import { type Masters, masterOf, winnerOf } from './masters.ts';

/** A field's value of the roster, as the two sides last agreed on it. */
export type Base = { readonly value: unknown } | 'UNKNOWN';

/** How the fields of one kind of object are merged. */
export interface FieldMerge {
  readonly masters: Masters;
  /** The mastered field that a roster's field belongs to; `null` = it has no master and is changed as proposed. */
  readonly fieldOf: (field: string) => MasteredField | null;
  /** What both last agreed on; asked only of fields that differ and that both sides may write. */
  readonly baseOf: (field: string) => Base;
  readonly isSame: (field: string, a: unknown, b: unknown) => boolean;
  /** Fields about which a person has decided in sight of the platform's value. */
  readonly decided: ReadonlySet<string>;
}

/** A change that both sides have made otherwise. */
export interface Contest {
  readonly change: FieldChange;
  readonly base: Base;
}

/** What becomes of the fields in which the two sides differ. */
export interface Merged {
  /** To be written to the roster, contested ones too: whether they are is for a person to say. */
  readonly changes: readonly FieldChange[];
  /** The roster's value stands. */
  readonly kept: readonly FieldChange[];
  readonly contested: readonly Contest[];
}

const NO_CONTESTS: readonly Contest[] = Object.freeze([]);

/** Everything goes as proposed: shared, because it is what nearly everybody gets. */
export const UNMERGED = (changes: readonly FieldChange[]): Merged => ({
  changes,
  kept: NO_CHANGES,
  contested: NO_CONTESTS,
});

/** Three-way merge of the fields in which a platform's object and the roster's differ. */
export const mergeFields = (merge: FieldMerge, proposed: readonly FieldChange[]): Merged => {
  const changes: FieldChange[] = [];
  const kept: FieldChange[] = [];
  const contested: Contest[] = [];
  for (const change of proposed) {
    const { field, before, after } = change;
    const mastered = merge.decided.has(field) ? null : merge.fieldOf(field);
    const master = mastered === null ? 'PLATFORM' : masterOf(merge.masters, mastered);
    const base = master === 'BOTH' ? merge.baseOf(field) : 'UNKNOWN';
    const changed =
      base === 'UNKNOWN'
        ? null
        : {
            platform: !merge.isSame(field, base.value, after),
            roster: !merge.isSame(field, base.value, before),
          };
    const winner = winnerOf(master, changed);
    if (winner === 'ROSTER') kept.push(change);
    else changes.push(change);
    if (winner === 'NEITHER') contested.push({ change, base });
  }
  return { changes: changes.length === 0 ? NO_CHANGES : changes, kept, contested };
};

/** A field's value in an issue; empty is an empty text. */
export const shownValue = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return value.map((one: { readonly orgUnitId?: string }) => one.orgUnitId ?? JSON.stringify(one)).join(' ');
};

/** What the reviewer is told of a merge; a conflict names the value that both last agreed on, if it is known. */
export const mergeIssues = ({ kept, contested }: Merged): Issue[] => [
  ...contested.map(({ change, base }) =>
    issue('FIELD_CONFLICT', change.field, base === 'UNKNOWN' ? null : shownValue(base.value), false),
  ),
  ...kept.map(({ field, after }) => issue('FIELD_KEPT', field, shownValue(after), false)),
];
