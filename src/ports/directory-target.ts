import type { Connection, OpenConnection } from '../domain/connection.ts';
import type { ErrorCode } from '../domain/errors/index.ts';
import type { TargetCapabilities, TargetOperation, TargetResult } from '../domain/target.ts';

export interface ApplyOptions {
  readonly signal: AbortSignal;
  /**
   * The operation may have been applied before: its call got no answer, or the process died in the middle. The
   * object is looked up by its natural key first, and nothing is written twice (goal R5: at most two extra calls).
   */
  readonly afterUnknownOutcome: boolean;
  /** Goes before everything that waits without it (goal P13). */
  readonly urgent: boolean;
}

/**
 * Failures after which nobody can know whether the platform has carried a writing call out: no answer, one that broke
 * off or cannot be read, or the platform's own time-out. The next attempt has to say `afterUnknownOutcome`. All other
 * failures mean that nothing was written.
 */
export const UNKNOWN_OUTCOMES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNREACHABLE',
  'PLATFORM_BUSY',
  'PLATFORM_ANSWER_INVALID',
]);

/**
 * Writing side of a platform, declared by its consumer, the flow that applies plans.
 *
 * Implementations hold no database. Every foreign answer is validated; every failure is an `AppError` from the closed
 * table. After one of {@link UNKNOWN_OUTCOMES} a target never repeats a writing call by itself.
 */
export interface DirectoryTarget {
  /** What this connection's platform can take, by its open settings. Throws `INPUT_INVALID` when one is malformed. */
  capabilities(connection: Connection): TargetCapabilities;
  /** Applies one operation. */
  apply(connection: OpenConnection, operation: TargetOperation, options: ApplyOptions): Promise<TargetResult>;
  /** One cheap read with the connection's credentials; throws what keeps it from working (field-notes rule 14). */
  probe(connection: OpenConnection, signal: AbortSignal): Promise<void>;
  /** Calls per second that the platform allows for writing, for the ETA. */
  callsPerSecond(connection: OpenConnection): number;
}
