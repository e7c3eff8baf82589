import type { AccountId, ConnectionId, OrgUnitId, SyncPlanId, SyncRunId } from './ids.ts';
import type { GuardKind } from './push-rules.ts';
import type { FieldChange } from './staging.ts';
import type { OperationKind } from './target.ts';

export const SYNC_PLAN_KINDS = ['FULL', 'UNITS', 'ACCOUNTS', 'FILTER', 'INCREMENTAL', 'UNDO'] as const;
/** What a plan looks at: everything, units or people alone, what a filter names, what changed, or what a run did. */
export type SyncPlanKind = (typeof SYNC_PLAN_KINDS)[number];

export const SYNC_PLAN_PHASES = [
  'PLANNING',
  'REVIEW',
  'APPROVED',
  'APPLYING',
  'APPLIED',
  'EMPTY',
  'DISCARDED',
  'EXPIRED',
  'SUPERSEDED',
  'FAILED',
] as const;
/**
 * PLANNING → REVIEW → APPROVED → APPLYING → APPLIED
 * with EMPTY (nothing to do) and FAILED (aborted, e.g. a root-name mismatch; nothing written) from PLANNING,
 * DISCARDED, EXPIRED and SUPERSEDED (a newer incremental plan covers it) from REVIEW and APPROVED.
 */
export type SyncPlanPhase = (typeof SYNC_PLAN_PHASES)[number];

export const OPERATION_STATES = [
  'PLANNED',
  'RUNNING',
  'WAITING',
  'INVITED',
  'APPLIED',
  'UNCHANGED',
  'SKIPPED',
  'HELD',
  'FAILED',
  'QUARANTINED',
  'SUPERSEDED',
] as const;
/**
 * PLANNED → RUNNING (intent recorded) → APPLIED | UNCHANGED (it was so already) | FAILED | INVITED | WAITING (tried
 * again later); HELD by a guard until it is released or rejected; SKIPPED by rule, by an issue or by rejection;
 * QUARANTINED after equal failures; SUPERSEDED when what it was computed from has changed. Each row ends in exactly
 * one of the last seven, with an outcome code (field-notes rule 25). INVITED waits for the person, WAITING for time.
 */
export type OperationState = (typeof OPERATION_STATES)[number];

export const PUSH_REASONS = [
  'NEW_IN_ROSTER',
  'SAME_NAME_AND_LEVEL',
  'MATCHED',
  'ROSTER_CHANGED',
  'DRIFT',
  'DISABLED_IN_ROSTER',
  'DELETED_IN_ROSTER',
  'DELETE_DUE',
  'PARKED',
  'OUT_OF_SCOPE',
  'EXCLUDED',
  'RETURNED',
  'GONE_ON_PLATFORM',
  'VACATE_NAME',
  'VACATE_VALUE',
  'INVITATION_ACCEPTED',
  'INVITATION_PENDING',
  'UNDO',
] as const;
/** Why a row is in a plan. Stable: stored, exposed, explained. */
export type PushReason = (typeof PUSH_REASONS)[number];

export const HOLD_CODES = [
  'GUARD_TRIPPED',
  'SHRINK_GUARD',
  'REMOTE_INCOMPLETE',
  'GONE_ON_PLATFORM',
  'FIELD_CONFLICT',
  'DEPENDS_ON_HELD',
] as const;
/** Why a row waits for a person's word although the plan is approved. */
export type HoldCode = (typeof HOLD_CODES)[number];

export const PUSH_ISSUE_CODES = [
  'SWITCHED_OFF',
  'UNSUPPORTED',
  'PROTECTED',
  'QUARANTINED',
  'MATCH_DISPUTED',
  'MATCH_TAKEN',
  'NAME_ILLEGAL',
  'NAME_TOO_LONG',
  'SIBLING_NAME_TAKEN',
  'DEPTH_EXCEEDED',
  'CHILDREN_EXCEEDED',
  'FIELD_REQUIRED',
  'FIELD_ILLEGAL',
  'FIELD_TOO_LONG',
  'FIELD_NOT_UPDATABLE',
  'FIELD_NOT_CLEARABLE',
  'VALUE_TAKEN',
  'TEMPLATE_FAILED',
  'EXTERNAL_ID_ILLEGAL',
  'EXTERNAL_ID_TAKEN',
  'ORG_UNIT_MISSING',
  'MEMBERSHIPS_EXCEEDED',
  'MEMBERSHIP_REQUIRED',
  'ORG_UNIT_NOT_EMPTY',
  'PARENT_BLOCKED',
  'REFERENCE_MISSING',
  'ROOT_FIXED',
  'IRREVERSIBLE',
  'FIELD_CONFLICT',
  'PLATFORM_MASTER',
  'WAITS_FOR_PULL',
] as const;
export type PushIssueCode = (typeof PUSH_ISSUE_CODES)[number];

/** Why a row is skipped, or what the reviewer should know of it. */
export interface PushIssue {
  readonly code: PushIssueCode;
  readonly field: string | null;
  readonly value: string | null;
}

/** A unit named by the roster, or one that only the platform knows. Resolved to a platform id when it is applied. */
export type UnitRef = { readonly orgUnitId: OrgUnitId } | { readonly externalId: string };
/** A person named by the roster, or one that only the platform knows. */
export type AccountRef = { readonly accountId: AccountId } | { readonly externalId: string };

/** Where a planned membership leads. */
export interface PlannedMembership {
  readonly orgUnit: UnitRef;
  readonly primary: boolean;
  readonly order?: string;
}

/**
 * What one operation will write, with references that are resolved when it is applied: a unit that the same plan
 * creates has no platform id yet. Members by kind, all others absent.
 */
export interface OperationContent {
  /** Parent of a unit that is created or moved; `null` = a top unit. */
  readonly parent?: UnitRef | null;
  readonly name?: string;
  readonly order?: string;
  readonly values?: Readonly<Record<string, string | null>>;
  readonly memberships?: readonly PlannedMembership[];
  /** What the platform holds before, by platform id. */
  readonly membershipsBefore?: readonly {
    readonly orgUnitExternalId: string;
    readonly primary: boolean;
    readonly order?: string;
  }[];
  readonly leaders?: readonly AccountRef[];
  readonly manager?: AccountRef | null;
  /** Platform id that a new person asks for. */
  readonly wantedExternalId?: string;
  /** Of a link: the platform's fields that both sides hold the same of, `memberships` among them. */
  readonly agreed?: readonly string[];
}

/** One row of a plan, as the planner makes it. Immutable. */
export interface PlannedOperation {
  /** Position in the plan, from 0; also its id within the plan. */
  readonly ordinal: number;
  readonly kind: OperationKind;
  readonly objectType: 'ORG_UNIT' | 'ACCOUNT';
  /** The roster's object; `null` for a platform object that only an undo concerns. */
  readonly objectId: OrgUnitId | AccountId | null;
  /** The platform's object; `null` when it is to be created. */
  readonly externalId: string | null;
  /** For people: the name by which a reviewer knows it. */
  readonly name: string;
  readonly reason: PushReason;
  /** The push rule that decided, as a path: `leaver.action`, `fields.mobile`, `scope.excludeAccountIds` … */
  readonly rule: string;
  /** Before and after of each field, sorted by field. */
  readonly changes: readonly FieldChange[];
  readonly content: OperationContent;
  /** Earlier waves first; within one the order means nothing. */
  readonly wave: number;
  /** Ordinals that must have ended well before. */
  readonly dependsOn: readonly number[];
  readonly base: {
    /** Version of the roster's object. */
    readonly version: number | null;
    /** Content hash of the platform copy, hex. */
    readonly remoteHash: string | null;
  };
  /** What the guards count of it: kind and how many. */
  readonly effects: readonly { readonly kind: GuardKind; readonly count: number }[];
  readonly state: 'PLANNED' | 'HELD' | 'SKIPPED' | 'QUARANTINED';
  readonly holds: readonly HoldCode[];
  readonly issues: readonly PushIssue[];
}

export interface PushGuardVerdict {
  readonly kind: GuardKind | 'SHRINK';
  readonly tripped: boolean;
  readonly counted: number;
  /** Highest number that passes. */
  readonly limit: number;
  /** What the share is taken of. */
  readonly base: number;
}

/** How many objects there are and what becomes of them. Every object of the scope is counted exactly once per type. */
export interface SyncPlanTotals {
  readonly orgUnits: number;
  readonly accounts: number;
  /** Roster accounts in scope: what the shrink guard of the next full plan compares with. */
  readonly accountsInScope: number;
  readonly unchangedOrgUnits: number;
  readonly unchangedAccounts: number;
  readonly byKind: Readonly<Partial<Record<OperationKind, number>>>;
  readonly byState: Readonly<Partial<Record<OperationState, number>>>;
}

export const SYNC_RUN_PHASES = ['QUEUED', 'RUNNING', 'WAITING', 'STOPPED', 'DONE', 'FAILED'] as const;
/**
 * QUEUED → RUNNING → DONE, with WAITING (every operation left waits for its next attempt, or the connection is in
 * quarantine) and STOPPED (somebody asked; can be resumed). FAILED only when the run itself could not go on.
 */
export type SyncRunPhase = (typeof SYNC_RUN_PHASES)[number];

/** The application of exactly one plan. */
export interface SyncRunRef {
  readonly id: SyncRunId;
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
}
