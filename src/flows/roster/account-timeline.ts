import type { VersionRow } from '../../store/queries/history.ts';
import {
  accountFieldsOf,
  type Change,
  changesBetween,
  endOf,
  type Hidden,
  type Origin,
  originOf,
} from './row-fields.ts';

/** One thing that happened to an account or to one of its memberships. */
export interface AccountChange extends Origin {
  /** Version of the account that it made; null for a membership. */
  readonly version: number | null;
  readonly kind: 'CREATED' | 'CHANGED' | 'PURGED';
  readonly changes: readonly Change[];
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** What happened to the account itself; `versions` newest first, complete unless `cut`. */
export const accountChanges = (
  versions: readonly VersionRow[],
  hidden: Hidden,
  cut: boolean,
): AccountChange[] =>
  versions.flatMap((row, i) => {
    const before = versions[i + 1];
    const events: AccountChange[] = [];
    if (row.operation === 'DELETE') {
      events.push({ ...endOf(row.endedBy, row.validTo), version: null, kind: 'PURGED', changes: [] });
    }
    if (before === undefined && cut) return events;
    const changes = changesBetween(
      before === undefined ? NOTHING : accountFieldsOf(before.data, hidden),
      accountFieldsOf(row.data, hidden),
    );
    const kind = before === undefined ? 'CREATED' : 'CHANGED';
    events.push({ ...originOf(row.data), version: Number(row.data['version']), kind, changes });
    return events;
  });

const membershipValue = (row: VersionRow): Record<string, unknown> => ({
  leader: row.data['leader'],
  title: row.data['title'] ?? null,
  order: String(row.data['sort_order'] ?? '0'),
});

const membershipEvent = (
  origin: Origin,
  row: VersionRow,
  sides: readonly [before: unknown, after: unknown],
): AccountChange => ({
  ...origin,
  version: null,
  kind: 'CHANGED',
  changes: [{ field: `memberships.${String(row.data['org_unit_id'])}`, before: sides[0], after: sides[1] }],
});

/** What happened to memberships; `versions` newest first, of all memberships of one account. */
export const membershipChanges = (versions: readonly VersionRow[], cut: boolean): AccountChange[] =>
  versions.flatMap((row, i) => {
    const before = versions.slice(i + 1).find((older) => older.data['id'] === row.data['id']);
    const value = membershipValue(row);
    const events: AccountChange[] = [];
    if (row.operation === 'DELETE')
      events.push(membershipEvent(endOf(row.endedBy, row.validTo), row, [value, null]));
    if (before === undefined && cut) return events;
    const old = before === undefined ? null : membershipValue(before);
    events.push(membershipEvent(originOf(row.data), row, [old, value]));
    return events;
  });

/** Newest first. */
export const newestFirst = (changes: readonly AccountChange[]): AccountChange[] =>
  changes.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.at < b.at ? 1 : -1));
