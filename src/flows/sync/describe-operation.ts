import type { PushIssue, Text } from '../../domain/index.ts';
import {
  HOLD_TEXTS,
  OPERATION_STATE_TEXTS,
  PUSH_ISSUE_TEXTS,
  PUSH_REASON_TEXTS,
} from '../../planner/push/push-texts.ts';

const fill = (text: Text, issue: PushIssue): Text => {
  const put = (template: string): string =>
    template.replaceAll('{field}', issue.field ?? '–').replaceAll('{value}', issue.value ?? '–');
  return { zh: put(text.zh), en: put(text.en) };
};

const known = (table: Readonly<Record<string, Text>>, code: string): Text =>
  table[code] ?? { zh: code, en: code };

/** Why a row is in a plan, as a sentence; a code that is not known any more describes itself. */
export const describePushReason = (code: string): Text => known(PUSH_REASON_TEXTS, code);

/** Why a row waits for a person's word. */
export const describeHold = (code: string): Text => known(HOLD_TEXTS, code);

/** Why a row is skipped, or what the reviewer should know of it. */
export const describePushIssue = (issue: PushIssue): Text => fill(known(PUSH_ISSUE_TEXTS, issue.code), issue);

/** What the state of a row means. */
export const describeState = (code: string): Text => known(OPERATION_STATE_TEXTS, code);
