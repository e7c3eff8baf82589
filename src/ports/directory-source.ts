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
   * Units come before accounts, parents before children. The same person may be yielded more than once; the
   * consumer keeps one copy per external id. An abort ends the generator within one call.
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
