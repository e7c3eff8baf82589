/** What one key may do. */
export interface RateLimit {
  /** The platform's own limit, calls per second; the budget stays a little below it. */
  readonly perSecond: number;
  /** A second limit over a longer time, where the platform has one: calls within any hour. */
  readonly perHour?: number;
  /** Goes before everybody who waits without it, e.g. the disabling of a leaver behind a long push. */
  readonly urgent?: boolean;
}

export type CallEnded = () => void;

/**
 * Paces calls just under a platform's limit instead of colliding with it, one budget per key (app × API).
 * Declared by its consumers, the platform adapters.
 */
export interface RateBudget {
  /**
   * Resolves when the call may be sent; rejects with the signal's reason when it is aborted first. The caller tells
   * by the function it is given when the call has ended: an answer that took unusually long was perhaps counted late.
   * A budget that does not want to know gives none.
   */
  acquire(key: string, limit: RateLimit, signal: AbortSignal): Promise<CallEnded | undefined>;
  /** The platform asked us to wait: nothing of this key is released before that instant (epoch milliseconds). */
  penalise(key: string, untilMs: number): void;
  /** Milliseconds until `calls` more calls of this key will have been released, as far as this process knows. */
  eta(key: string, calls: number, limit: RateLimit): number;
}

/** A run of slots that is ours alone. */
export interface ReservedSlots {
  /** Milliseconds from now to the first of them; a little negative when it was missed by a hair. */
  readonly inMs: number;
  /** The first of them by the ledger's own clock: slots that follow on without a gap were nobody else's. */
  readonly atMs: number;
}

/**
 * Hands out instants at which a call may start. One implementation counts in memory, one in the database,
 * so that several processes share a limit. Waits are relative, so that no two clocks are ever compared.
 */
export interface SlotLedger {
  /** Reserves `count` consecutive slots, `spacingMs` apart. */
  reserve(key: string, count: number, spacingMs: number): Promise<ReservedSlots>;
  /** Moves every slot that is not handed out yet behind `forMs` milliseconds from now. */
  penalise(key: string, forMs: number): Promise<void>;
}
