import type { Text } from '../../domain/errors/app-error.ts';
import type { OperationState, PlannedOperation, PushIssue } from '../../domain/sync.ts';
import {
  HOLD_TEXTS,
  OPERATION_STATE_TEXTS,
  PUSH_ISSUE_TEXTS,
  PUSH_REASON_TEXTS,
} from './explain-push-texts.ts';

export interface PushExplanation {
  /** Stable: the reason, then what holds it and what speaks against it, e.g. `ROSTER_CHANGED+GUARD_TRIPPED`. */
  readonly code: string;
  readonly reason: Text;
  /** Why it waits, one per hold. */
  readonly holds: readonly Text[];
  /** What speaks against it, one per issue. */
  readonly issues: readonly Text[];
  readonly state: Text;
}

const fill = (text: Text, values: Readonly<Record<string, string | null>>): Text => {
  const put = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '–');
  return { zh: put(text.zh), en: put(text.en) };
};

/** Text of one issue, with its field and value. */
export const pushIssueText = ({ code, field, value }: PushIssue): Text =>
  fill(PUSH_ISSUE_TEXTS[code], { field, value });

/** Why a row is in a plan, why it waits, and what became of it; from what is stored of it alone. */
export const explainOperation = (
  row: Pick<PlannedOperation, 'reason' | 'rule' | 'holds' | 'issues'> & { readonly state: OperationState },
): PushExplanation => ({
  code: [row.reason, ...row.holds, ...new Set(row.issues.map(({ code }) => code))].join('+'),
  reason: fill(PUSH_REASON_TEXTS[row.reason], { rule: row.rule }),
  holds: row.holds.map((code) => HOLD_TEXTS[code]),
  issues: row.issues.map(pushIssueText),
  state: OPERATION_STATE_TEXTS[row.state],
});
