import type { EventPolicy } from '../../domain/events.ts';
import type { Decision, Issue, StagedAction } from '../../domain/staging.ts';

/** What decides whether a row of a run of events may be committed at once. */
export interface SplitRow {
  readonly kind: 'ORG_UNIT' | 'ACCOUNT';
  readonly externalId: string;
  readonly action: StagedAction;
  readonly decision: Decision;
  readonly blocking: boolean;
  readonly issues: readonly Issue[];
}

/** Ids of what waits for a person already. */
export interface HeldObjects {
  readonly ORG_UNIT: ReadonlySet<string>;
  readonly ACCOUNT: ReadonlySet<string>;
}

const UNKNOWN_UNIT: ReadonlySet<string> = new Set(['ORG_UNIT_UNKNOWN', 'PARENT_UNKNOWN']);

/** The row refers to something that is held: written now, it would be written without that. */
const needsHeld = (row: SplitRow, held: HeldObjects): boolean =>
  row.issues.some(({ code, value }) => {
    if (value === null) return false;
    if (code === 'MANAGER_UNKNOWN') return held.ACCOUNT.has(value);
    return UNKNOWN_UNIT.has(code) && held.ORG_UNIT.has(value);
  });

/** A leaver waits in any run; where events are committed at once he does, too, unless there is another reason. */
const waitsAsLeaver = ({ action, issues }: SplitRow): boolean =>
  action === 'DISABLE' && issues.every(({ code }) => code === 'LEAVER');

/**
 * Whether a row may be committed without a person having seen it. Nothing that waits for a reason of its own may: a
 * blocking issue, a tripped guard, a conflict, somebody who returns, an administrator. With the policy `HOLD` only what
 * writes nothing may: both sides agree already, and that is what is noted.
 */
export const mayBeCommitted = (row: SplitRow, policy: EventPolicy, held: HeldObjects): boolean => {
  if (row.blocking || needsHeld(row, held)) return false;
  if (row.action === 'NONE' && row.decision === 'ACCEPTED') return true;
  if (policy !== 'COMMIT') return false;
  return row.decision === 'ACCEPTED' || waitsAsLeaver(row);
};
