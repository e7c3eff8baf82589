import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange, Issue, IssueCode } from '../domain/staging.ts';
import { fieldValue } from './apply-changes.ts';
import { attributeValueKey } from './attribute-grams.ts';
import { attributeField } from './attributes.ts';
import type { RosterAccount } from './facts.ts';
import { fold } from './fold.ts';
import { issue } from './issues.ts';

/** A planned row as uniqueness sees it. */
export interface ClashRow {
  readonly externalId: string;
  /** `null` for a create. */
  readonly targetId: string | null;
  readonly changes: readonly FieldChange[];
}

interface UniqueField {
  readonly field: string;
  readonly code: IssueCode;
  /** What two values must not share. */
  readonly key: (value: unknown) => string | null;
}

const folded = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? fold(value) : null;

const attributeKey = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? attributeValueKey(value)
    : null;

/** Fields whose values no two accounts may share: the sign-in names, and attributes that are defined unique. */
export const uniqueFields = (definitions: readonly AttributeDefinition[]): readonly UniqueField[] => [
  { field: 'userName', code: 'USER_NAME_DUPLICATE', key: folded },
  { field: 'mobile', code: 'MOBILE_DUPLICATE', key: folded },
  { field: 'email', code: 'EMAIL_DUPLICATE', key: folded },
  ...definitions
    .filter(({ unique }) => unique)
    .map(({ name }) => ({
      field: attributeField(name),
      code: 'ATTRIBUTE_DUPLICATE' as const,
      key: attributeKey,
    })),
];

const changeOf = (row: ClashRow | undefined, field: string): FieldChange | undefined =>
  row?.changes.find((change) => change.field === field);

const count = (counts: Map<string, number>, key: string | null): void => {
  if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
};

/**
 * Duplicates of unique values in the state that the rows lead to, by row. A value is judged where it ends up,
 * not where it was: two people who swap their numbers do not clash. Whoever keeps a value is not blamed; those
 * who take it are, all of them. Deleted accounts hold nothing.
 *
 * At staging the rows are all that would write; at commit those that were accepted, because a skipped row
 * keeps a value that another row may have counted on.
 */
export const findClashes = (
  rows: readonly ClashRow[],
  roster: Iterable<RosterAccount>,
  definitions: readonly AttributeDefinition[],
): ReadonlyMap<string, readonly Issue[]> => {
  const fields = uniqueFields(definitions);
  const byTarget = new Map(rows.flatMap((row) => (row.targetId === null ? [] : [[row.targetId, row]])));
  const counts = fields.map(() => new Map<string, number>());
  for (const account of roster) {
    if (account.status === 'DELETED') continue;
    const row = byTarget.get(account.id);
    for (const [i, { field, key }] of fields.entries()) {
      const keeps = changeOf(row, field) === undefined;
      if (keeps) count(counts[i] ?? new Map(), key(fieldValue({ ...account }, field)));
    }
  }
  for (const row of rows) {
    for (const [i, { field, key }] of fields.entries()) {
      count(counts[i] ?? new Map(), key(changeOf(row, field)?.after));
    }
  }
  return blame(rows, fields, counts);
};

const blame = (
  rows: readonly ClashRow[],
  fields: readonly UniqueField[],
  counts: readonly ReadonlyMap<string, number>[],
): ReadonlyMap<string, readonly Issue[]> => {
  const clashes = new Map<string, Issue[]>();
  for (const row of rows) {
    for (const [i, { field, code, key }] of fields.entries()) {
      const after = changeOf(row, field)?.after;
      const value = key(after);
      if (value === null || (counts[i]?.get(value) ?? 0) < 2) continue;
      const issues = clashes.get(row.externalId) ?? [];
      issues.push(issue(code, field, String(after)));
      clashes.set(row.externalId, issues);
    }
  }
  return clashes;
};
