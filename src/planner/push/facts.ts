import type { AgreedAccount, AgreedOrgUnit, FieldMasters } from '../../domain/agreed.ts';
import type { ErrorCode } from '../../domain/errors/index.ts';
import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import type { PassedEffect, PushRules } from '../../domain/push-rules.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import type { AccountStatus, Attributes } from '../../domain/roster.ts';
import type { MatchKey } from '../../domain/staging.ts';
import type { PlannedOperation, PushGuardVerdict, SyncPlanKind, SyncPlanTotals } from '../../domain/sync.ts';
import type { TargetCapabilities } from '../../domain/target.ts';

/** A unit of the roster. */
export interface PushUnit {
  readonly id: OrgUnitId;
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  /** Position among its siblings, ascending decimal text. */
  readonly order: string;
  readonly deleted: boolean;
  readonly version: number;
}

export interface PushMembership {
  readonly orgUnitId: OrgUnitId;
  readonly leader: boolean;
  /** Decimal text. */
  readonly order: string;
}

/** What of a person of the roster may be written to a platform's fields. */
export interface PushFields {
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly jobNumber: string | null;
  readonly title: string | null;
  readonly managerId: AccountId | null;
  readonly attributes: Attributes;
}

/** A person of the roster. */
export interface PushAccount extends PushFields {
  readonly id: AccountId;
  readonly version: number;
  readonly status: AccountStatus;
  /** Since when the account has its status; only leavers need it. `null` = not known. */
  readonly statusSince: Date | null;
  readonly primaryOrgUnitId: OrgUnitId;
  /** All of them, the primary one too. */
  readonly memberships: readonly PushMembership[];
}

/** A unit of the platform, as last seen. */
export interface RemoteUnitState {
  readonly externalId: string;
  /** `null` for the platform's root, and for top units where there is no root. */
  readonly parentExternalId: string | null;
  readonly name: string;
  /** Decimal text; absent = not known. */
  readonly order?: string;
  /** Content hash of the copy, hex. */
  readonly hash: string;
  /** A complete fetch has not found it any more. */
  readonly gone: boolean;
  /**
   * Platform ids of all who are directly in it. A plan that is not given all people of the platform has to say it of
   * units that it may delete; absent = taken from `remoteAccounts` where all of them are given, else not known.
   */
  readonly memberExternalIds?: readonly string[];
  /** Platform ids of all its leaders; absent = taken from the memberships of `remoteAccounts`, as above. */
  readonly leaderExternalIds?: readonly string[];
}

/** A person of the platform: what was seen, over what is believed of the rest. */
export interface RemoteAccountState {
  readonly value: RemoteAccountValue;
  /** Content hash of the copy, hex. */
  readonly hash: string;
  readonly gone: boolean;
}

/** Somebody who was asked to agree, and has not yet. */
export interface PushInvitation {
  readonly externalId: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
}

/** All that a plan is made of. Values in, a plan out: no clock, no dice, no database. */
export interface PushInput {
  /**
   * Which roster objects this plan may act on; everything else is context. Absent sets mean all of that type, except
   * that `UNITS` acts on no people and `ACCOUNTS` on no units.
   */
  readonly scope: {
    readonly kind: SyncPlanKind;
    readonly orgUnitIds?: ReadonlySet<OrgUnitId>;
    readonly accountIds?: ReadonlySet<AccountId>;
  };
  /** The whole tree, always; deleted units only when they are linked. */
  readonly units: readonly PushUnit[];
  /**
   * `FULL` and `ACCOUNTS`: all of the tenant that are not deleted, and the deleted ones that are linked or were invited. Others: those
   * named, their managers, all leaders of the units concerned, and rivals of the matching keys.
   */
  readonly accounts: readonly PushAccount[];
  /** All units of the platform, always. */
  readonly remoteUnits: readonly RemoteUnitState[];
  /**
   * `FULL` and `ACCOUNTS`: all people of the platform. Others: those linked to `accounts`, those whom a matching key
   * or an invitation may find, and whoever holds a unique value that somebody named wants.
   */
  readonly remoteAccounts: readonly RemoteAccountState[];
  /** `false`: creates and deletes are held (`REMOTE_INCOMPLETE`). */
  readonly remoteComplete: boolean;
  /** Platform ids. Units: all. Accounts: at least those of `accounts`, and of their managers. */
  readonly links: {
    readonly units: ReadonlyMap<OrgUnitId, string>;
    readonly accounts: ReadonlyMap<AccountId, string>;
  };
  /** How many are linked in all, what the guards take shares of; absent = as many as `links` and copies show. */
  readonly linked?: { readonly orgUnits: number; readonly accounts: number; readonly memberships: number };
  /**
   * Of a plan that nobody will look at: what plans that nobody has looked at have done lately. The guards count it with
   * the plan's own, so that many small plans pass no more than one large one.
   */
  readonly passed?: readonly PassedEffect[];
  /** Version of the roster object at which both sides last agreed: tells drift from a change of the roster. */
  readonly agreed: ReadonlyMap<AccountId | OrgUnitId, number>;
  /**
   * Of linked people who have changed since: how they were then. What the platform does not show is taken to be that:
   * a change of the roster reaches it, and nothing else of it is ever touched.
   */
  readonly agreedFields?: ReadonlyMap<AccountId, PushFields>;
  /** Masters of the connection's fields; what is not declared is the roster's. */
  readonly masters?: FieldMasters;
  /** What both last agreed on of linked people and units, field by field; needed where both sides may write one. */
  readonly agreedValues?: ReadonlyMap<AccountId, AgreedAccount>;
  readonly agreedUnits?: ReadonlyMap<OrgUnitId, AgreedOrgUnit>;
  readonly invitations: ReadonlyMap<AccountId, PushInvitation>;
  /** Ids of roster objects that wait in quarantine. */
  readonly quarantined: ReadonlySet<string>;
  readonly rules: PushRules;
  readonly matchKeys: readonly MatchKey[];
  readonly capabilities: TargetCapabilities;
  /** Roster accounts in scope at the last full plan; `null` = there was none. */
  readonly previousAccountsInScope: number | null;
  readonly now: Date;
  readonly tenantRootId: OrgUnitId;
}

export type PushPlan =
  | {
      readonly outcome: 'ABORTED';
      readonly code: Extract<ErrorCode, 'PUSH_ROOT_NAME_MISMATCH' | 'PUSH_ROOT_UNKNOWN'>;
      readonly details: Readonly<Record<string, string>>;
    }
  | {
      readonly outcome: 'PLANNED';
      readonly operations: readonly PlannedOperation[];
      readonly guards: readonly PushGuardVerdict[];
      readonly totals: SyncPlanTotals;
    };
