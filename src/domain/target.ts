import type { Text } from './errors/app-error.ts';
import type { PushFieldMoment, PushFieldSource } from './push-rules.ts';

/**
 * Kinds of change that a plan can make on a platform. `LINK_*` and `UNLINK_*` write nothing there. `UPDATE_ACCOUNT`
 * may carry memberships as well as fields, `MOVE_ACCOUNT` carries memberships alone; leaders of units and managers
 * of people are references and come in a second wave (field-notes rule 23).
 */
export const OPERATION_KINDS = [
  'LINK_ORG_UNIT',
  'UNLINK_ORG_UNIT',
  'CREATE_ORG_UNIT',
  'UPDATE_ORG_UNIT',
  'MOVE_ORG_UNIT',
  'SET_LEADERS',
  'DELETE_ORG_UNIT',
  'LINK_ACCOUNT',
  'UNLINK_ACCOUNT',
  'CREATE_ACCOUNT',
  'UPDATE_ACCOUNT',
  'MOVE_ACCOUNT',
  'SET_MANAGER',
  'ENABLE_ACCOUNT',
  'DISABLE_ACCOUNT',
  'DELETE_ACCOUNT',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Of these, the kinds that call the platform. */
export type TargetOperationKind = Exclude<OperationKind, `${'LINK' | 'UNLINK'}_${string}`>;

/** A person's place on the platform, in its words. */
export interface TargetMembership {
  readonly orgUnitExternalId: string;
  /** The person's first unit there, where the platform knows one. */
  readonly primary: boolean;
  /** Ascending decimal text, as in `RemoteMembershipValue.order`; absent = leave it to the platform. */
  readonly order?: string;
  /**
   * Whether the person leads it, as far as that is known, for platforms that keep the lead with the place. Told of
   * `membershipsBefore` and `SET_LEADERS` only: places are written without a word about leads, which stay as they are.
   */
  readonly leader?: boolean;
}

/** A person and where he sits, as Muster knows it. */
export interface SeatedPerson {
  readonly externalId: string;
  readonly memberships: readonly TargetMembership[];
}

/** Values by the platform's field name; `null` = set to empty. Fields that are absent are left alone. */
export type TargetValues = Readonly<Record<string, string | null>>;

/**
 * One change of one object, every reference resolved to the platform's own ids: what an adapter is handed.
 * Setting, moving and deleting mean the same however often they are applied.
 */
export type TargetOperation =
  | {
      readonly kind: 'CREATE_ORG_UNIT';
      /** Muster's id of the unit. Platforms that keep a developer's own key are given it: the natural key. */
      readonly orgUnitId: string;
      /** `null` = a top unit, where the platform has no root of its own. */
      readonly parentExternalId: string | null;
      readonly name: string;
      readonly order?: string;
    }
  | {
      readonly kind: 'UPDATE_ORG_UNIT';
      readonly externalId: string;
      readonly name?: string;
      readonly order?: string;
    }
  | {
      readonly kind: 'MOVE_ORG_UNIT';
      readonly externalId: string;
      readonly parentExternalId: string | null;
      /** When the unit is renamed as well. */
      readonly name?: string;
    }
  | {
      readonly kind: 'SET_LEADERS';
      readonly externalId: string;
      /** All of them, ordered by id; empty = none. */
      readonly leaderExternalIds: readonly string[];
      /** These people and those who led before, where the platform keeps leads with people's places. */
      readonly people?: readonly SeatedPerson[];
    }
  | { readonly kind: 'DELETE_ORG_UNIT'; readonly externalId: string }
  | {
      readonly kind: 'CREATE_ACCOUNT';
      /** Muster's id of the account, for platforms that keep a foreign key (SCIM `externalId`). */
      readonly accountId: string;
      /** The id that the person is to have there; `null` = the platform makes one. */
      readonly externalId: string | null;
      readonly values: TargetValues;
      readonly memberships: readonly TargetMembership[];
    }
  | {
      readonly kind: 'UPDATE_ACCOUNT' | 'MOVE_ACCOUNT';
      readonly externalId: string;
      readonly values: TargetValues;
      /** All of them; absent = left alone. */
      readonly memberships?: readonly TargetMembership[];
      /** Those that the platform is known to hold now, for platforms that add and remove one by one. */
      readonly membershipsBefore?: readonly TargetMembership[];
    }
  | {
      readonly kind: 'SET_MANAGER';
      readonly externalId: string;
      /** `null` = nobody. */
      readonly managerExternalId: string | null;
    }
  | { readonly kind: 'ENABLE_ACCOUNT' | 'DISABLE_ACCOUNT' | 'DELETE_ACCOUNT'; readonly externalId: string };

/** What a call came to. A failure is an `AppError`. */
export interface TargetResult {
  /**
   * `DONE`: the platform holds it now. `ALREADY`: it held it before, nothing was written. `INVITED`: the person has
   * to agree first; there is no such person yet, and that is no failure.
   */
  readonly outcome: 'DONE' | 'ALREADY' | 'INVITED';
  /** The platform's id of the object; `null` exactly when `INVITED` and the platform told none. */
  readonly externalId: string | null;
  /** Further ids that the answer told, by kind. */
  readonly ids?: readonly { readonly kind: string; readonly value: string }[];
  /**
   * Fields that were written and that the platform may have passed over without a word: nobody knows what they hold
   * now, so that they are neither believed nor counted as done.
   */
  readonly unconfirmed?: readonly string[];
  /** Calls that were made, looking up included. */
  readonly calls: number;
}

/** Rule for a text, checked before the call so that the row says what is wrong with it. */
export interface TextRule {
  readonly maxLength: number;
  /** Counted in UTF-16 units, in code points, or in bytes of UTF-8; default code points. */
  readonly unit?: 'utf16' | 'bytes';
  /** A regular expression that the whole text must match, and what is said otherwise. */
  readonly pattern?: { readonly source: string; readonly message: Text };
}

/** A field of a platform's people that can be written. */
export interface TargetField {
  /** Name in {@link TargetValues}: a field of `RemoteAccountValue`, or a key of its `attributes`. */
  readonly name: string;
  readonly label: Text;
  readonly rule: TextRule;
  /** A person cannot be created without it. */
  readonly required: boolean;
  /** No two people of the company may have the same. */
  readonly unique: boolean;
  /** Can be changed once the person is there. */
  readonly updatable: boolean;
  /** Attribute of the copy that, when it is `true`, makes the field the person's own: it can be changed no longer. */
  readonly lockedBy?: string;
  /** Can be set to empty. */
  readonly clearable: boolean;
  /** People sign in with it: a change counts as a change of login id (field-notes rule 3). */
  readonly loginId: boolean;
  /** What it is filled from unless a push rule says otherwise; `null` = not written. */
  readonly source: PushFieldSource | null;
  readonly when: PushFieldMoment;
}

/** What a platform can take, and its limits. Data, so that the planner can judge a row before any call. */
export interface TargetCapabilities {
  readonly operations: ReadonlySet<TargetOperationKind>;
  /** Platform id of the unit that is the whole company; `null` where there is none (then the root is not pushed). */
  readonly rootExternalId: string | null;
  readonly orgUnitName: TextRule;
  /** Names of siblings must differ without regard to case. */
  readonly foldOrgUnitNames: boolean;
  /** Deepest level below the root; children of the root have level 1. `null` = no limit. */
  readonly maxDepth: number | null;
  readonly maxChildren: number | null;
  /** Most units that a person can be in; `null` = no limit. */
  readonly maxMemberships: number | null;
  /** A person must be in at least one unit. */
  readonly membershipRequired: boolean;
  /** A unit can be removed only when nobody is in it. */
  readonly deleteOnlyEmpty: boolean;
  /** `CHOSEN`: we may say the id of a new person; `ASSIGNED`: the platform alone makes it. */
  readonly accountIds: {
    readonly mode: 'CHOSEN' | 'ASSIGNED';
    readonly rule: TextRule;
    /** Ids that differ in case alone are the same. */
    readonly foldCase: boolean;
    /** What ids are made of unless the push rules say otherwise, where the platform makes none. */
    readonly template?: string;
  };
  readonly fields: readonly TargetField[];
  /** Of each of these groups of fields a new person must have at least one. */
  readonly oneOf?: readonly (readonly string[])[];
  /** Positions of units and people can be written. */
  readonly orders: boolean;
  /** Ascending positions that can be written, first and last; those beyond are written as the nearest one. Absent = any. */
  readonly orderRange?: readonly [first: string, last: string];
  /** Who leads is kept with people's places: operations that write either are told how people sit (`membershipsBefore`). */
  readonly leadsWithPlaces?: boolean;
}
