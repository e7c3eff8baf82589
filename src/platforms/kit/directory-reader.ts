import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../domain/index.ts';

/** A person as one unit's listing shows him: `account.memberships` holds that unit alone. */
export interface Appearance {
  readonly account: RemoteAccountValue;
  /** Every unit that the person belongs to, as far as the listing says. */
  readonly unitIds: readonly string[];
}

export interface MemberPage {
  readonly people: readonly Appearance[];
  /** Cursor of the page behind this one, `null` at the end. */
  readonly next: string | null;
}

/** What the app may see, in the platform's words. */
export interface ReadableRange {
  readonly wholeCompany: boolean;
  readonly unitIds: readonly string[];
  readonly accountIds: readonly string[];
}

/**
 * The single calls that the common walk needs from a platform with a tree that is read unit by unit. Bound to one
 * connection and one abort signal. Everything throws `AppError`, after the retries that the error's class allows.
 */
export interface DirectoryReader {
  /** Id of the unit that holds the whole company. */
  readonly rootId: string;
  range(): Promise<ReadableRange>;
  unit(id: string): Promise<RemoteOrgUnitValue>;
  /** The unit and everything above it, upwards. */
  ancestors(id: string): Promise<readonly string[]>;
  /** Direct children only, in the platform's order. */
  children(id: string): Promise<readonly RemoteOrgUnitValue[]>;
  /** Direct members only. */
  members(id: string, cursor: string | null): Promise<MemberPage>;
  /** Ids of all direct members at once; regardless of the app's range where the platform does so. */
  memberIds(id: string): Promise<readonly string[]>;
  /** `null` when the platform says that there is no such person. */
  account(id: string): Promise<RemoteAccountValue | null>;
  /** Head count of the whole company by the platform's own book; absent where it tells none. */
  headCount?(): Promise<number>;
  /**
   * Ids of everybody in the company in a few calls, which is better than a head count; absent where there is no such
   * list, `null` when it cannot be had for now.
   */
  everybody?(): Promise<ReadonlySet<string> | null>;
  readonly meter: {
    calls(): number;
    readonly callsPerSecond: number;
    pausedUntil(): number | undefined;
  };
}
