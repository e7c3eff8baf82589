import type { CompletenessStatement } from '../domain/remote.ts';

export const LEAVER_REFUSALS = ['NOT_ASKED', 'INCOMPLETE', 'COUNT_MISMATCH', 'EMPTY'] as const;

/** Whether absence may be read as leaving, and if not, why. */
export type LeaverVerdict =
  | { readonly conclusive: true }
  | { readonly conclusive: false; readonly because: (typeof LEAVER_REFUSALS)[number] };

const no = (because: (typeof LEAVER_REFUSALS)[number]): LeaverVerdict => ({ conclusive: false, because });

/** What the fetch asked for and what was stored of it. */
export interface Fetched {
  /** The kind of object was part of the run's scope. */
  readonly asked: boolean;
  /** Distinct objects of that kind that this run stored. */
  readonly stored: number;
}

/**
 * Whether linked people that a fetch did not bring have left (field-notes rule 7). Only a fetch that vouches
 * for itself, counts as many people as the platform and the database do, and is not empty, is conclusive: a
 * successful but empty first page must never look like everybody's leaving.
 */
export const concludeLeavers = (statement: CompletenessStatement, fetched: Fetched): LeaverVerdict => {
  if (!fetched.asked) return no('NOT_ASKED');
  if (!statement.complete || statement.gaps.length > 0) return no('INCOMPLETE');
  if (statement.accounts !== fetched.stored) return no('COUNT_MISMATCH');
  const { platformAccountCount } = statement;
  if (platformAccountCount !== null && platformAccountCount !== statement.accounts) {
    return no('COUNT_MISMATCH');
  }
  return statement.accounts === 0 ? no('EMPTY') : { conclusive: true };
};

/** The same for units: a unit is gone only when a complete fetch of units does not name it. */
export const concludeUnitLeavers = (statement: CompletenessStatement, fetched: Fetched): LeaverVerdict => {
  if (!fetched.asked) return no('NOT_ASKED');
  if (!statement.complete || statement.gaps.length > 0) return no('INCOMPLETE');
  if (statement.orgUnits !== fetched.stored) return no('COUNT_MISMATCH');
  return statement.orgUnits === 0 ? no('EMPTY') : { conclusive: true };
};
