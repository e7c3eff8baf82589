import { median, range, type Samples } from './samples.ts';

/** One line of the result: a goal of the project beside what was measured for it. */
export interface BenchRow {
  /** Number of the goal; several rows may belong to one. */
  readonly id: string;
  readonly what: string;
  /** What the subject is held against, measured in the same run; a fixed bound where the goal names one. */
  readonly limit: number;
  readonly subject: number;
  readonly unit: string;
  /** subject ÷ limit, each the median of its rounds. */
  readonly ratio: number;
  readonly goal: string;
  readonly holds: boolean;
  readonly limitIs: string;
  /** Least and most of the rounds; of a fixed bound twice itself. */
  readonly limitRange: readonly [number, number];
  readonly subjectRange: readonly [number, number];
  readonly rounds: number;
  readonly note?: string;
}

interface Named {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly limitIs: string;
  readonly note?: string;
}

/** A bound on the ratio: rates have a least one, times and sizes a most one. */
export type RatioGoal = { readonly atLeast: number } | { readonly atMost: number };

const shown = (value: number): string => (value < 10 ? String(value) : value.toLocaleString('en'));

const isHeld = (ratio: number, goal: RatioGoal): boolean =>
  'atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;

const goalText = (goal: RatioGoal): string =>
  'atLeast' in goal ? `≥ ${shown(goal.atLeast)} ×` : `≤ ${shown(goal.atMost)} ×`;

/** A subject beside a limit that was measured in the same run. */
export const ratioRow = (
  named: Named,
  measured: { readonly limit: Samples; readonly subject: Samples },
  goal: RatioGoal,
): BenchRow => {
  const limit = median(measured.limit);
  const subject = median(measured.subject);
  const ratio = subject / limit;
  return {
    ...named,
    limit,
    subject,
    ratio,
    goal: goalText(goal),
    holds: isHeld(ratio, goal),
    limitRange: range(measured.limit),
    subjectRange: range(measured.subject),
    rounds: measured.subject.length,
  };
};

/** A subject with a bound that the goal names, shown beside a limit that was measured in the same run. */
export const besideRow = (
  named: Named,
  measured: { readonly limit: Samples; readonly subject: Samples },
  goal: RatioGoal,
): BenchRow => {
  const { goal: text, holds } = boundRow(named, measured.subject, goal);
  return { ...ratioRow(named, measured, goal), goal: text, holds };
};

/** A subject beside a number that the goal itself names. */
export const boundRow = (named: Omit<Named, 'limitIs'>, subject: Samples, goal: RatioGoal): BenchRow => {
  const bound = 'atLeast' in goal ? goal.atLeast : goal.atMost;
  const sign = 'atLeast' in goal ? '≥' : '≤';
  const middle = median(subject);
  return {
    ...named,
    limitIs: 'the bound that the goal names',
    limit: bound,
    subject: middle,
    // Nothing over nothing is exactly as much as was allowed.
    ratio: bound === 0 && middle === 0 ? 1 : middle / bound,
    goal: `${sign} ${shown(bound)} ${named.unit}`,
    holds: 'atLeast' in goal ? middle >= bound : middle <= bound,
    limitRange: [bound, bound],
    subjectRange: range(subject),
    rounds: subject.length,
  };
};
