import type { PushIssueCode } from '../../domain/sync.ts';
import { type Draft, hold, isOut, issue, isUnitRow, skip } from './draft.ts';

/** What waits for each row, and what was only done to make room for it. */
export interface Dependents {
  readonly waiting: ReadonlyMap<Draft, readonly Draft[]>;
  readonly vacating: ReadonlyMap<Draft, readonly Draft[]>;
}

const file = (map: Map<Draft, Draft[]>, key: Draft, row: Draft): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [row]);
  else known.push(row);
};

export const dependentsOf = (rows: readonly Draft[]): Dependents => {
  const waiting = new Map<Draft, Draft[]>();
  const vacating = new Map<Draft, Draft[]>();
  for (const row of rows) {
    for (const need of row.needs) file(waiting, need, row);
    for (const giver of row.room) file(waiting, giver, row);
    if (row.vacatedFor !== null) file(vacating, row.vacatedFor, row);
  }
  return { waiting, vacating };
};

/** What a row lacks when another that it waits for does not go. */
const lackOf = (row: Draft, cause: Draft): PushIssueCode => {
  const isUnit = isUnitRow(row);
  if (row.room.includes(cause)) return isUnit ? 'SIBLING_NAME_TAKEN' : 'VALUE_TAKEN';
  if (row.kind === 'DELETE_ORG_UNIT') return 'ORG_UNIT_NOT_EMPTY';
  if (row.kind === 'SET_LEADERS' || row.kind === 'SET_MANAGER') return 'REFERENCE_MISSING';
  if (isUnit) return 'PARENT_BLOCKED';
  return isUnitRow(cause) ? 'ORG_UNIT_MISSING' : (cause.issues[0]?.code ?? 'REFERENCE_MISSING');
};

const spread = (
  rows: readonly Draft[],
  { waiting, vacating }: Dependents,
  step: { readonly starts: (row: Draft) => boolean; readonly pass: (row: Draft, cause: Draft) => boolean },
): void => {
  const queue = rows.filter(step.starts);
  for (let cause = queue.pop(); cause !== undefined; cause = queue.pop()) {
    for (const row of waiting.get(cause) ?? []) if (step.pass(row, cause)) queue.push(row);
    for (const row of vacating.get(cause) ?? []) if (step.pass(row, cause)) queue.push(row);
  }
};

/** Whatever waits for a row that does not go does not go either, and says what it lacks. */
export const spreadSkips = (rows: readonly Draft[], dependents: Dependents): void =>
  spread(rows, dependents, {
    starts: isOut,
    pass: (row, cause) => {
      if (isOut(row)) return false;
      skip(
        row,
        row.vacatedFor === cause
          ? (cause.issues[0] ?? issue('PARENT_BLOCKED'))
          : issue(lackOf(row, cause), null, cause.name),
      );
      return true;
    },
  });

/** Whatever waits for a held row is held with it: to release one is to look at the other. */
export const spreadHolds = (rows: readonly Draft[], dependents: Dependents): void =>
  spread(rows, dependents, {
    starts: (row) => !isOut(row) && row.holds.length > 0,
    pass: (row) => {
      if (isOut(row) || row.holds.length > 0) return false;
      hold(row, 'DEPENDS_ON_HELD');
      return true;
    },
  });
