import type { Text } from '../domain/errors/app-error.ts';
import type { Decision, Issue, MatchKey, Outcome, Situation, StagedAction } from '../domain/staging.ts';
import { ISSUE_TEXTS, OUTCOME_TEXTS, REASON_TEXTS, REFUSAL_TEXTS, SITUATION_TEXTS } from './explain-texts.ts';
import type { LEAVER_REFUSALS } from './leavers.ts';
import type { ReasonCode } from './reasons.ts';

/** What is stored of a staged row, and all that an explanation is made of. */
export interface StoredFacts {
  readonly situation: Situation;
  readonly action: StagedAction;
  readonly reason: ReasonCode;
  /** The matching key that decided, `null` when none did. */
  readonly matchKey: MatchKey | null;
  readonly candidates: number;
  readonly issues: readonly Issue[];
  readonly decision: Decision;
  /** `null` before the commit. */
  readonly outcome: Outcome | null;
  /** Why nobody could be taken for a leaver in this run; `null` when absence did mean leaving. */
  readonly leaverRefusal: (typeof LEAVER_REFUSALS)[number] | null;
}

export interface Explanation {
  /** Stable: reason of the action, then the codes of what holds it, e.g. `FIELDS_CHANGED+MOBILE_DUPLICATE`. */
  readonly code: string;
  /** Why this situation. */
  readonly situation: Text;
  /** Why this action. */
  readonly action: Text;
  /** What the reviewer should know, one per issue. */
  readonly issues: readonly Text[];
  /** What came of it, or what it waits for. */
  readonly outcome: Text;
}

type Values = Readonly<Record<string, string>>;

const fill = (text: Text, values: Values): Text => {
  const put = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '–');
  return { zh: put(text.zh), en: put(text.en) };
};

const join = (one: Text, other: Text): Text => ({
  zh: `${one.zh}${other.zh}`,
  en: `${one.en} ${other.en}`,
});

const situationText = (facts: StoredFacts): Text => {
  const { matchKey, situation } = facts;
  return fill(SITUATION_TEXTS[situation], {
    remote: matchKey?.remoteField ?? '–',
    roster: matchKey?.rosterField ?? '–',
    candidates: String(facts.candidates),
  });
};

const actionText = (facts: StoredFacts): Text => {
  const reason = REASON_TEXTS[facts.reason];
  return facts.leaverRefusal === null ? reason : join(reason, REFUSAL_TEXTS[facts.leaverRefusal]);
};

const outcomeText = ({ outcome, decision, issues }: StoredFacts): Text => {
  if (outcome !== null) return OUTCOME_TEXTS[outcome];
  if (issues.some(({ blocking }) => blocking)) return OUTCOME_TEXTS.BLOCKED;
  return OUTCOME_TEXTS[decision];
};

/** Text of one issue, with its field and value. */
export const issueText = ({ code, field, value }: Issue): Text =>
  fill(ISSUE_TEXTS[code], { field: field ?? '–', value: value ?? '–' });

/** Why a staged row has its situation and its action, and what came of it; from stored facts alone. */
export const explainRow = (facts: StoredFacts): Explanation => ({
  code: [facts.reason, ...new Set(facts.issues.map(({ code }) => code))].join('+'),
  situation: situationText(facts),
  action: actionText(facts),
  issues: facts.issues.map(issueText),
  outcome: outcomeText(facts),
});
