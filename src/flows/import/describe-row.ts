import type { Issue, Text } from '../../domain/index.ts';
import { issueText } from '../../planner/explain.ts';
import { REASON_TEXTS } from '../../planner/explain-texts.ts';

/** What is wrong with a staged row, or worth knowing, as a sentence. */
export const describeIssue = (issue: Issue): Text => issueText(issue);

const TEXTS: ReadonlyMap<string, Text> = new Map(Object.entries(REASON_TEXTS));

/** Why a staged row has its action, as a sentence; a code that is not known any more describes itself. */
export const describeReason = (code: string): Text => TEXTS.get(code) ?? { zh: code, en: code };
