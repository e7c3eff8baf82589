import type { HoldCode, PushGuardVerdict } from '../../domain/sync.ts';
import type { PushContext } from './context.ts';
import { type Draft, hold, isOut, isUnitRow } from './draft.ts';
import { type Dependents, spreadHolds } from './spread.ts';

/** What an incomplete fetch cannot vouch for: that somebody is not there, or that nobody else is. */
const UNSURE: ReadonlySet<string> = new Set([
  'CREATE_ORG_UNIT',
  'CREATE_ACCOUNT',
  'DELETE_ORG_UNIT',
  'DELETE_ACCOUNT',
]);

const NO_HOLDS: readonly HoldCode[] = Object.freeze([]);

/**
 * Holds what a guard, the shrink guard or an incomplete fetch holds, and all that waits for it; the rest may go on
 * (field-notes rules 5, 7).
 */
export const holdRows = (
  context: PushContext,
  rows: readonly Draft[],
  judged: { readonly verdicts: readonly PushGuardVerdict[]; readonly dependents: Dependents },
): void => {
  const tripped = new Set<string>();
  for (const { kind, tripped: isTripped } of judged.verdicts) if (isTripped) tripped.add(kind);
  for (const row of rows) {
    if (isOut(row)) {
      row.holds = NO_HOLDS;
      continue;
    }
    if (row.effects.some(({ kind }) => tripped.has(kind))) hold(row, 'GUARD_TRIPPED');
    if (tripped.has('SHRINK') && !isUnitRow(row) && row.kind !== 'LINK_ACCOUNT') hold(row, 'SHRINK_GUARD');
    if (!context.input.remoteComplete && UNSURE.has(row.kind)) hold(row, 'REMOTE_INCOMPLETE');
  }
  spreadHolds(rows, judged.dependents);
  for (const row of rows) if (row.holds.length > 0) row.state = 'HELD';
};
