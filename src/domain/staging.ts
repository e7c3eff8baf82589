import type { AccountId, OrgUnitId } from './ids.ts';

export const SITUATIONS = ['LINKED', 'UNLINKED', 'UNMATCHED', 'DISPUTED', 'DELETED'] as const;
/**
 * Of a remote object: `LINKED`; `UNLINKED` = exactly one match, not linked; `UNMATCHED` = no match;
 * `DISPUTED` = several matches, or a match that is taken; `DELETED` = linked, and absent from a complete fetch.
 */
export type Situation = (typeof SITUATIONS)[number];

export const STAGED_ACTIONS = ['CREATE', 'UPDATE', 'MOVE', 'LINK', 'DISABLE', 'NONE'] as const;
export type StagedAction = (typeof STAGED_ACTIONS)[number];

export const DECISIONS = ['PENDING', 'ACCEPTED', 'SKIPPED'] as const;
/** What the reviewer said. Rows without issue are `ACCEPTED` at staging; leavers are `PENDING` (held) always. */
export type Decision = (typeof DECISIONS)[number];

export const OUTCOMES = ['APPLIED', 'UNCHANGED', 'SKIPPED', 'HELD', 'FAILED'] as const;
/** How a staged row ended; every row of a committed run has exactly one, with a reason code. */
export type Outcome = (typeof OUTCOMES)[number];

export const ISSUE_CODES = [
  'NAME_MISSING',
  'NAME_TOO_LONG',
  'MOBILE_MISSING',
  'MOBILE_ILLEGAL',
  'MOBILE_DUPLICATE',
  'EMAIL_ILLEGAL',
  'EMAIL_DUPLICATE',
  'USER_NAME_MISSING',
  'USER_NAME_ILLEGAL',
  'USER_NAME_DUPLICATE',
  'ORG_UNIT_UNKNOWN',
  'ORG_UNIT_MISSING',
  'PARENT_UNKNOWN',
  'PARENT_CYCLE',
  'SIBLING_NAME_DUPLICATE',
  'MATCH_DISPUTED',
  'MATCH_TAKEN',
  'QUOTA_EXCEEDED',
  'ATTRIBUTE_ILLEGAL',
  'ATTRIBUTE_REQUIRED',
  'ATTRIBUTE_DUPLICATE',
  'IDENTITY_DUPLICATE',
  'LEAVER',
  'PROTECTED_ACCOUNT',
  'GUARD_TRIPPED',
  'MANAGER_UNKNOWN',
  'FIELD_CONFLICT',
  'FIELD_KEPT',
] as const;
export type IssueCode = (typeof ISSUE_CODES)[number];

/** Why a staged row may not be committed as it is (`blocking`) or what the reviewer should know. */
export interface Issue {
  readonly code: IssueCode;
  readonly field: string | null;
  readonly value: string | null;
  /** A blocking issue keeps the row from being accepted until it is mended, skipped or removed. */
  readonly blocking: boolean;
}

/** Before and after of one field. `null` on either side means "empty". */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One key of a matching rule: which remote field is compared with which roster field. */
export interface MatchKey {
  readonly remoteField: 'externalId' | 'mobile' | 'email' | 'jobNumber' | 'name';
  readonly rosterField: 'userName' | 'mobile' | 'email' | 'jobNumber' | 'displayName';
  /** Compare without regard to case (Unicode simple folding). */
  readonly foldCase: boolean;
}

export interface MatchResult {
  readonly situation: Situation;
  readonly accountId?: AccountId;
  readonly orgUnitId?: OrgUnitId;
  /** Candidates of a disputed row, at most ten, in id order. */
  readonly candidates: readonly string[];
  /** Index of the matching key that decided, `null` when linked before or no key matched. */
  readonly keyIndex: number | null;
}
