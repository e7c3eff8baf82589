import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import {
  forgetPrincipalChanges,
  PRINCIPAL_CHANNEL,
  readPrincipalChanges,
} from '../../store/queries/principal-changes.ts';

export { SIGNING_KEYS_SUBJECT } from '../../store/queries/principal-changes.ts';

/** Hears which sessions, accounts, machine clients or keys have changed. */
export interface PrincipalListener {
  /** Ids of what changed. */
  onChanges(subjects: ReadonlySet<string>): void;
  /** Changes may have been missed: nothing that is remembered is to be believed. */
  onGap(): void;
}

export interface PrincipalFeed {
  /** True while everything that was committed more than `STALE_MS` ago has been heard. */
  readonly isFresh: boolean;
  add(listener: PrincipalListener): void;
  close(): Promise<void>;
}

export interface PrincipalFeedOptions {
  /** Pause between looks when nobody says that there is something, in milliseconds. Default 400. */
  readonly everyMs?: number;
  /** Whether to LISTEN as well. Default true; without it changes are heard a look later. */
  readonly listen?: boolean;
}

const EVERY_MS = 400;
/** What is remembered is believed for this long after the last look began. */
const STALE_MS = 900;
/** After this long without a look everything is forgotten: the rows may have been removed. */
const GAP_MS = 20_000;
/** Rows are removed when their transaction had ended this long ago. */
const FORGET_MS = 60_000;

/**
 * Looks for changed principals at every NOTIFY and, because a notification can be lost, every 400 ms. Both do the
 * same read, which misses no commit whatever its order. While the database does not answer, the feed is not fresh
 * and its users must look for themselves.
 */
class PollingFeed implements PrincipalFeed {
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #everyMs: number;
  readonly #listeners = new Set<PrincipalListener>();
  #cursor: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #oldCursor: { readonly cursor: string; readonly at: number } | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #subscription: { close(): Promise<void> } | null = null;
  #closed = false;

  constructor(db: Database, logger: Logger, everyMs: number) {
    this.#db = db;
    this.#logger = logger;
    this.#everyMs = everyMs;
  }

  get isFresh(): boolean {
    return performance.now() - this.#lookedAt < STALE_MS;
  }

  add(listener: PrincipalListener): void {
    this.#listeners.add(listener);
  }

  async start(listen: boolean): Promise<void> {
    if (listen) {
      const look = (): void => void this.#look();
      this.#subscription = await this.#db.listen(PRINCIPAL_CHANNEL, look, look);
    }
    await this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#subscription?.close();
    await this.#looking;
  }

  /** One look at a time; what is asked for during a look is done after it. */
  #look(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#looking !== null) {
      this.#again = true;
      return this.#looking;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = null;
      if (this.#closed) return;
      if (this.#again) {
        this.#again = false;
        void this.#look();
        return;
      }
      this.#timer = setTimeout(() => void this.#look(), this.#everyMs);
      this.#timer.unref();
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const began = performance.now();
    try {
      const { subjects, cursor } = await readPrincipalChanges(this.#db, this.#cursor);
      const missed = this.#cursor !== null && began - this.#lookedAt > GAP_MS;
      if (missed) for (const listener of this.#listeners) listener.onGap();
      if (subjects.length > 0) {
        const changed = new Set(subjects);
        for (const listener of this.#listeners) listener.onChanges(changed);
      }
      this.#cursor = cursor;
      this.#lookedAt = began;
      await this.#forget(cursor, began);
    } catch (error) {
      this.#logger.debug({ err: error }, 'could not look for changed principals');
    }
  }

  async #forget(cursor: string, now: number): Promise<void> {
    this.#oldCursor ??= { cursor, at: now };
    if (now - this.#oldCursor.at < FORGET_MS) return;
    await forgetPrincipalChanges(this.#db, this.#oldCursor.cursor);
    this.#oldCursor = { cursor, at: now };
  }
}

/** Starts to look; resolves after the first look. */
export const startPrincipalFeed = async (
  deps: { readonly db: Database; readonly logger: Logger },
  options: PrincipalFeedOptions = {},
): Promise<PrincipalFeed> => {
  const feed = new PollingFeed(deps.db, deps.logger, options.everyMs ?? EVERY_MS);
  await feed.start(options.listen ?? true);
  return feed;
};
