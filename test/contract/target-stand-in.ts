import type { ErrorCode, OpenConnection, TargetOperationKind, TargetValues } from '../../src/domain/index.ts';

/** A unit as the stand-in really holds it. */
export interface HeldOrgUnit {
  readonly externalId: string;
  readonly parentExternalId: string | null;
  readonly name: string;
  /** Ascending decimal text; absent where the platform keeps none. */
  readonly order?: string;
  /** In any order. */
  readonly leaderExternalIds: readonly string[];
}

/** A person as the stand-in really holds one. */
export interface HeldAccount {
  readonly externalId: string;
  /** By the target's field names; `null` = empty. Holds at least every field that the target can write. */
  readonly values: TargetValues;
  /** The primary one first where the platform knows one; `order` ascending. */
  readonly memberships: readonly { readonly orgUnitExternalId: string; readonly order?: string }[];
  readonly managerExternalId: string | null;
  /** `false` = may not be used. */
  readonly active: boolean;
  /** What others keep with this person and Muster knows nothing of, as one text. */
  readonly foreign: string;
}

export const LIMIT_NAMES = [
  'ORG_UNIT_NAME',
  'SIBLING_NAMES',
  'DEPTH',
  'CHILDREN',
  'MEMBERSHIPS',
  'MEMBERSHIP_REQUIRED',
  'DELETE_ONLY_EMPTY',
  'FIELD_LENGTH',
  'FIELD_REQUIRED',
  'FIELD_UNIQUE',
  'ACCOUNT_ID_LENGTH',
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** A fault that the stand-in can be made to have. */
export interface TargetFault {
  readonly what: string;
  /**
   * The written table: what the first attempt fails with, `null` = it succeeds in spite of the fault. The ending
   * follows from the code's class: `after` and `refresh-token` = retry, `never` = park that object,
   * `after-fix` = stop the connection.
   */
  readonly code: ErrorCode | null;
  /** Sets it for the next writing calls of that kind, or of any kind; ended by {@link TargetStandIn.heal}. */
  strike(kind: TargetOperationKind): void;
}

/**
 * What a platform's stand-in lends to the contract of writing; written once per platform. It looks at and changes the
 * stand-in's own state, past the API that the adapter speaks.
 */
export interface TargetStandIn {
  /** A connection that may write, with every setting on that adds an operation. */
  connection(): OpenConnection;
  orgUnits(): Promise<readonly HeldOrgUnit[]>;
  accounts(): Promise<readonly HeldAccount[]>;
  /** Requests that have reached it so far, those for tokens left out. */
  calls(): number;
  /** Values that make a new person acceptable, for every field that can be written; each number makes others. */
  values(number: number): TargetValues;
  /** A value of that field of exactly so many characters, `null` when its form does not allow that. */
  valueOfLength(field: string, length: number): string | null;
  /** Which of the limits that the capabilities declare this stand-in enforces. */
  readonly enforces: ReadonlySet<LimitName>;
  /** Units added by the platform's own administrator; returns their ids. `null` = top units. */
  addOrgUnits(parentExternalId: string | null, names: readonly string[]): Promise<readonly string[]>;
  /**
   * A person added by the platform's own administrator, of the kind that can be disabled, in that unit, with
   * something {@link HeldAccount.foreign} that Muster does not know.
   */
  hire(orgUnitExternalId: string, number: number): Promise<string>;
  /** Gives a person something that Muster does not know. */
  addForeign(accountExternalId: string): Promise<void>;
  /**
   * Once: the next writing call is carried out and its answer lost (`ANSWER`), or it never arrives (`REQUEST`).
   * How it is lost (broken off, no answer) alternates.
   */
  loseNext(what: 'ANSWER' | 'REQUEST'): void;
  /** Where people may have to agree before they join; absent where a platform has no such thing. */
  readonly invitations?: {
    /** The person with these values will have to agree. */
    protect(values: TargetValues): void;
    accept(values: TargetValues): Promise<void>;
  };
  /** At least thirty. */
  readonly faults: readonly TargetFault[];
  /** Takes every fault away, and what it has done to permissions, tokens and address lists. */
  heal(): void;
  close(): Promise<void>;
}
