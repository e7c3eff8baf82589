import type { OpenConnection } from '../domain/connection.ts';
import type {
  CompletenessStatement,
  RemoteAccountValue,
  RemoteOrgUnitValue,
  SourcePage,
  SourceProgress,
} from '../domain/remote.ts';

/** What a snapshot is asked for. */
export interface SnapshotRequest {
  readonly scope: 'ORG_UNITS' | 'ACCOUNTS' | 'ALL';
  /** Cursor of the last page that was stored; absent = from the beginning. */
  readonly resumeAfter?: string;
  readonly onProgress?: (progress: SourceProgress) => void;
  /**
   * What this run has stored up to `resumeAfter`. Without it a source cannot know the tree and people behind the
   * cursor, and starts from the beginning.
   */
  readonly stored?: StoredSoFar;
  /**
   * Objects that were there at the last complete fetch. Those that the walk did not meet are asked for singly: one
   * that still exists proves the listings short. Only a bounded number is asked for.
   */
  readonly expected?: {
    readonly orgUnits: readonly string[];
    readonly accounts: readonly string[];
  };
}

/** Copies of this very run, in any order. */
export interface StoredSoFar {
  readonly orgUnits: readonly Pick<RemoteOrgUnitValue, 'externalId' | 'parentExternalId'>[];
  readonly accounts: readonly Pick<RemoteAccountValue, 'externalId' | 'memberships'>[];
}

/**
 * Reading side of a platform, declared by its consumers (the pull and the event flows).
 *
 * Implementations hold no database and return domain values only. Every foreign answer is validated before
 * use; every failure is an `AppError` from the closed table.
 */
export interface DirectorySource {
  /**
   * Pages of units, then pages of people, then (as the generator's return value) the completeness statement.
   * Units come before accounts, parents before children; the scope `ACCOUNTS` walks and yields the units as well,
   * because people are found through them. The same object may be yielded more than once: the consumer keeps one
   * copy per external id, the last. An abort ends the generator within one call.
   */
  snapshot(
    connection: OpenConnection,
    request: SnapshotRequest,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePage, CompletenessStatement, void>;

  /** One object read afresh, `null` when the platform says that it does not exist (or no longer does). */
  one(
    connection: OpenConnection,
    what: { readonly kind: 'orgUnit' | 'account'; readonly externalId: string },
    signal: AbortSignal,
  ): Promise<RemoteOrgUnitValue | RemoteAccountValue | null>;

  /** Walks from name resolution to visible range; never throws, each step says what was found and how to mend it. */
  check(connection: OpenConnection, signal: AbortSignal): AsyncGenerator<CheckStep, void, void>;
}

export type CheckStepCode =
  | 'DNS'
  | 'TCP_TLS'
  | 'API_REACHABLE'
  | 'CREDENTIALS'
  | 'IP_ALLOW_LIST'
  | 'PERMISSION'
  | 'VISIBLE_RANGE'
  | 'FIELD_PERMISSION'
  | 'HEAD_COUNT';

/** One line of the doctor's report. */
export interface CheckStep {
  readonly code: CheckStepCode;
  /** What exactly was looked at: host, permission point, field … */
  readonly subject: string;
  readonly status: 'PASS' | 'WARN' | 'FAIL' | 'SKIPPED';
  readonly message: { readonly zh: string; readonly en: string };
  /** What to do and where (console page), when not PASS. */
  readonly remedy?: { readonly zh: string; readonly en: string };
}
