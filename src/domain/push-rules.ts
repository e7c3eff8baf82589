import type { AccountId, OrgUnitId } from './ids.ts';

export const PUSH_FIELD_MOMENTS = ['ON_CREATE', 'ALWAYS', 'NEVER', 'CLEAR'] as const;
/**
 * When a field is written: only for a new person (what is changed there later stays), whenever it differs, never, or
 * always set to empty.
 */
export type PushFieldMoment = (typeof PUSH_FIELD_MOMENTS)[number];

/** Where a field's value comes from. */
export type PushFieldSource =
  /** A field of the account (`displayName`, `mobile` …) or the name of a custom attribute. */
  | { readonly kind: 'ATTRIBUTE'; readonly name: string }
  | { readonly kind: 'CONSTANT'; readonly value: string }
  /** Text with `{field|function(argument)}` in it; see `planner/push/template.ts`. */
  | { readonly kind: 'TEMPLATE'; readonly template: string };

export interface PushFieldRule {
  /** The platform's field, by its name among the target's fields. */
  readonly field: string;
  /** `null` only with the moments `NEVER` and `CLEAR`. */
  readonly source: PushFieldSource | null;
  readonly when: PushFieldMoment;
}

export const GUARD_KINDS = [
  'ACCOUNT_DELETE',
  'ACCOUNT_DISABLE',
  'ACCOUNT_MOVE',
  'ACCOUNT_RENAME',
  'ACCOUNT_LOGIN_ID',
  'ACCOUNT_MANAGER_CLEAR',
  'ORG_UNIT_DELETE',
  'ORG_UNIT_MOVE',
  'ORG_UNIT_RENAME',
  'MEMBERSHIP_REMOVE',
] as const;
/** What a guard counts over the whole plan, each kind by itself (field-notes rules 1–3). */
export type GuardKind = (typeof GUARD_KINDS)[number];

/** The smaller of the two counts, never below 3. */
export interface GuardRule {
  /** Share of the objects of that kind that are linked, 0 to 1. */
  readonly fraction: number;
  readonly count: number;
}

/** What a guard has let pass of one object. */
export interface PassedEffect {
  readonly kind: GuardKind;
  /** Id of the roster's object, or that of the platform's where there is none. */
  readonly object: string;
  readonly count: number;
}

export const OPERATION_SWITCHES = [
  'createOrgUnits',
  'updateOrgUnits',
  'moveOrgUnits',
  'deleteOrgUnits',
  'createAccounts',
  'updateAccounts',
  'moveAccounts',
  'removeAccounts',
  'setReferences',
  'link',
] as const;
/** Each can be switched off; `createAccounts` is row W-DD-31, `setReferences` means leaders and managers. */
export type OperationSwitch = (typeof OPERATION_SWITCHES)[number];

/** How a change of the roster reaches the platform by itself. */
export const INCREMENTAL_MODES = ['OFF', 'HOLD', 'APPLY'] as const;
/** `HOLD` makes a plan that waits for approval; `APPLY` applies what no guard holds. */
export type IncrementalMode = (typeof INCREMENTAL_MODES)[number];

/** How the roster becomes a plan for this connection. Rows W-DD-30…38, ID-22. Matching keys are `PullRules.matchKeys`. */
export interface PushRules {
  /**
   * Roster unit that stands for the platform's top (row ID-22). `null` = the unit that is linked to the platform's
   * root, else the tenant's root; then the names of both must be equal, or nothing is planned (row W-DD-47).
   */
  readonly rootOrgUnitId: OrgUnitId | null;
  /** Platform unit below which the root and everything in it is hung (rows W-DD-30, 48); `null` = the platform's root. */
  readonly topOrgUnitExternalId: string | null;
  /** Rows W-DD-35, 36. Exclude beats include, include beats the range of units. */
  readonly scope: {
    /** Units with everything below them; empty = all. */
    readonly orgUnitIds: readonly OrgUnitId[];
    readonly includeAccountIds: readonly AccountId[];
    readonly excludeAccountIds: readonly AccountId[];
  };
  /** What becomes of linked people and units outside of the scope: treated as leavers, or left alone. */
  readonly outOfScope: 'REMOVE' | 'KEEP';
  /** Row W-DD-32: push other memberships than the primary one. */
  readonly secondaryMemberships: boolean;
  /**
   * Row W-DD-33: of a person in several platform units, `REPLACE` = only the roster's remain, `UNION` = the others
   * stay. Of a person in exactly one platform unit the roster's always replace it.
   */
  readonly membershipOwnership: 'REPLACE' | 'UNION';
  /** Over the platform's own defaults, by field. */
  readonly fields: readonly PushFieldRule[];
  /** Template of the platform id of new people (row W-DD-45); `null` = the platform makes it. */
  readonly externalIdTemplate: string | null;
  readonly leaver: {
    readonly action: 'DISABLE' | 'DELETE' | 'NONE';
    /** With `DISABLE`: days after which the disabled person is deleted; `null` = never. */
    readonly deleteAfterDays: number | null;
    /** With `DISABLE`: platform unit into which disabled people are put; `null` = they stay where they are. */
    readonly parkOrgUnitExternalId: string | null;
  };
  readonly operations: Readonly<Record<OperationSwitch, boolean>>;
  /** Never disabled, deleted, moved or renamed there. */
  readonly protectedAccountIds: readonly AccountId[];
  readonly protectedOrgUnitIds: readonly OrgUnitId[];
  /** Write positions of units and people. */
  readonly pushOrder: boolean;
  readonly guards: Readonly<Record<GuardKind, GuardRule>>;
  /** Row W-DD-37: fewer roster accounts in scope than at the last full plan, by more than the smaller of the two. */
  readonly shrink: GuardRule;
  readonly approval: {
    /** Two different people have to approve. */
    readonly secondApprover: boolean;
    /** Hours for which a plan can be approved and applied, 1 to 720. */
    readonly validHours: number;
  };
  readonly incremental: IncrementalMode;
  /** Minutes between timed full pushes; 0 = off (row W-DD-38). They are applied as `incremental` says. */
  readonly everyMinutes: number;
}

const GUARD_DEFAULT: GuardRule = { fraction: 0.05, count: 20 };

export const DEFAULT_PUSH_RULES: PushRules = {
  rootOrgUnitId: null,
  topOrgUnitExternalId: null,
  scope: { orgUnitIds: [], includeAccountIds: [], excludeAccountIds: [] },
  outOfScope: 'KEEP',
  secondaryMemberships: false,
  membershipOwnership: 'UNION',
  fields: [],
  externalIdTemplate: null,
  leaver: { action: 'DISABLE', deleteAfterDays: null, parkOrgUnitExternalId: null },
  operations: {
    createOrgUnits: true,
    updateOrgUnits: true,
    moveOrgUnits: true,
    deleteOrgUnits: true,
    createAccounts: true,
    updateAccounts: true,
    moveAccounts: true,
    removeAccounts: true,
    setReferences: true,
    link: true,
  },
  protectedAccountIds: [],
  protectedOrgUnitIds: [],
  pushOrder: false,
  guards: {
    ACCOUNT_DELETE: GUARD_DEFAULT,
    ACCOUNT_DISABLE: GUARD_DEFAULT,
    ACCOUNT_MOVE: GUARD_DEFAULT,
    ACCOUNT_RENAME: GUARD_DEFAULT,
    ACCOUNT_LOGIN_ID: GUARD_DEFAULT,
    ACCOUNT_MANAGER_CLEAR: GUARD_DEFAULT,
    ORG_UNIT_DELETE: GUARD_DEFAULT,
    ORG_UNIT_MOVE: GUARD_DEFAULT,
    ORG_UNIT_RENAME: GUARD_DEFAULT,
    MEMBERSHIP_REMOVE: GUARD_DEFAULT,
  },
  shrink: GUARD_DEFAULT,
  approval: { secondApprover: false, validHours: 72 },
  incremental: 'OFF',
  everyMinutes: 0,
};
