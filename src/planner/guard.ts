import type { PullRules } from '../domain/connection.ts';

/** Below this number a guard never trips, however small the company. */
export const GUARD_FLOOR = 3;

export interface GuardVerdict {
  readonly tripped: boolean;
  readonly counted: number;
  /** Highest number that passes. */
  readonly limit: number;
}

/** What a guard judges: the whole plan, before anything is written (field-notes rules 1–3). */
export interface GuardCounts {
  /** Accounts linked to this connection. */
  readonly linked: number;
  /** Proposed DISABLE rows. */
  readonly disables: number;
  /** Proposed MOVE rows. */
  readonly moves: number;
}

/** Each kind is judged by itself: a reorganisation must not hide leavers, nor leavers a reorganisation. */
export interface Guards {
  readonly disables: GuardVerdict;
  readonly moves: GuardVerdict;
}

/**
 * Highest number of dangerous rows that passes: the share of the linked accounts (rounded down) or the count
 * of the rule, whichever is smaller, never below {@link GUARD_FLOOR}.
 */
export const guardLimit = (rule: PullRules['guard'], linked: number): number =>
  Math.max(GUARD_FLOOR, Math.min(Math.floor(rule.fraction * linked), Math.floor(rule.count)));

const judge = (counted: number, limit: number): GuardVerdict => ({
  tripped: counted > limit,
  counted,
  limit,
});

/** Verdicts over a whole plan. A tripped guard holds the rows of its kind and no others. */
export const judgeGuards = (rule: PullRules['guard'], counts: GuardCounts): Guards => {
  const limit = guardLimit(rule, counts.linked);
  return { disables: judge(counts.disables, limit), moves: judge(counts.moves, limit) };
};
