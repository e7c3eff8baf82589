import type { AgreedAccount } from '../domain/agreed.ts';
import type { PullRules } from '../domain/connection.ts';
import type { AccountId, OrgUnitId } from '../domain/ids.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import type { Account, AttributeDefinition, Attributes, OrgUnitStatus } from '../domain/roster.ts';
import type {
  Decision,
  FieldChange,
  Issue,
  MatchResult,
  Situation,
  StagedAction,
} from '../domain/staging.ts';
import type { Masters } from './masters.ts';
import type { ReasonCode } from './reasons.ts';

/** Membership as the planner compares it. Whether it is primary stands at the account. */
export interface MembershipState {
  readonly orgUnitId: OrgUnitId;
  readonly leader: boolean;
  readonly title: string | null;
  /** Decimal text, because platforms' positions exceed 2^53. */
  readonly order: string;
}

/** What an import may see and write of an account. There is no role in it, and there must never be one. */
export interface AccountState extends Omit<Account, 'id' | 'tenantId' | 'version'> {
  readonly memberships: readonly MembershipState[];
}

/** An account of the roster as the planner needs it. */
export interface RosterAccount extends AccountState {
  readonly id: AccountId;
  readonly version: number;
  /** Disabled by an import as a leaver, so that an import may propose to enable it again. */
  readonly disabledByImport: boolean;
  /** Holds OWNER or DIRECTORY_ADMIN: an import never disables it, links it or changes how it signs in. */
  readonly protected: boolean;
}

/** An org unit of the roster as the planner needs it. */
export interface RosterOrgUnit {
  readonly id: OrgUnitId;
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  /** Decimal text. */
  readonly order: string;
  readonly status: OrgUnitStatus;
  readonly attributes: Attributes;
  readonly version: number;
}

/** What the rows of one run have in common. */
export interface AccountPlanContext {
  readonly rules: Pick<PullRules, 'userNameSource' | 'requireMobile' | 'leaverAction'>;
  /** Enabled definitions of accounts; a remote attribute of the same name fills them. */
  readonly definitions: readonly AttributeDefinition[];
  /** Unit that a platform's unit is linked to, or will become in this run; absent when neither. */
  readonly orgUnitOf: (externalId: string) => OrgUnitId | undefined;
  /** True when the unit is linked to this connection: only memberships in such units belong to the import. */
  readonly ownsOrgUnit: (id: OrgUnitId) => boolean;
  /** Account that a platform's person is linked to, or will become in this run; absent when neither. */
  readonly accountOf: (externalId: string) => AccountId | undefined;
  /** Whose the fields are; absent = everything is the platform's to say. */
  readonly masters?: Masters | undefined;
}

/** One person of a run, joined with what the roster knows. */
export interface AccountRow {
  readonly externalId: string;
  /** `null` = linked, and absent from a complete fetch. */
  readonly remote: RemoteAccountValue | null;
  /** The linked, the matched or the chosen account; `null` when there is none. */
  readonly current: RosterAccount | null;
  readonly match: MatchResult;
  /** Why a disputed match is disputed. */
  readonly dispute?: 'MATCH_DISPUTED' | 'MATCH_TAKEN';
  /** User name that the reviewer typed for a create; absent = proposed by rule. */
  readonly userName?: string;
  /** What both last agreed on; `null` or absent = nothing is known of it. */
  readonly base?: AgreedAccount | null;
  /** Fields of the roster in which the reviewer has put another value in place of the platform's. */
  readonly decided?: ReadonlySet<string>;
}

/** What becomes of one person of a run. */
export interface PlannedAccount {
  readonly externalId: string;
  readonly situation: Situation;
  readonly action: StagedAction;
  readonly reason: ReasonCode;
  /** Sorted by field; empty exactly when nothing would be written to the account. */
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly blocking: boolean;
  readonly decision: Decision;
  /** `null` for a create and for a disputed row. */
  readonly targetId: AccountId | null;
  readonly baseVersion: number | null;
  readonly candidates: readonly string[];
  readonly keyIndex: number | null;
  /**
   * Once applied, copy and account agree entirely: nothing unresolved, withheld or illegal. Only then may the
   * content hash be remembered as agreed; an unsettled row has to be planned again at the next pull.
   */
  readonly settled: boolean;
}

/** What becomes of one unit of a run. */
export interface PlannedOrgUnit {
  readonly externalId: string;
  readonly situation: Situation;
  readonly action: StagedAction;
  readonly reason: ReasonCode;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly blocking: boolean;
  readonly decision: Decision;
  /** The linked or matched unit, for a create the id it will get; `null` for a disputed row. */
  readonly orgUnitId: OrgUnitId | null;
  readonly baseVersion: number | null;
  readonly candidates: readonly string[];
  readonly settled: boolean;
}

/** No changes: shared, so that unchanged rows allocate nothing. */
export const NO_CHANGES: readonly FieldChange[] = Object.freeze([]);
/** No issues: shared, so that clean rows allocate nothing. */
export const NO_ISSUES: readonly Issue[] = Object.freeze([]);
