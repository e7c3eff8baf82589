import type { PrincipalFeed } from '../../src/flows/sign-in/principal-feed.ts';
import type { PrincipalState, PrincipalSubject } from '../../src/flows/sign-in/principal-state.ts';
import { BoundedCache } from './bounded-cache.ts';

interface Entry {
  readonly state: PrincipalState;
  /** Ids whose change makes the entry worthless. */
  readonly subjects: readonly string[];
  readonly loadedAt: number;
}

interface Load {
  readonly subjects: readonly string[];
  readonly state: Promise<PrincipalState | null>;
  /** A change was heard while it ran: the answer may be older than the change. */
  overtaken: boolean;
}

/** Names are shown in history and audit; they are read again after this many milliseconds. */
const OLDEST_MS = 60_000;

const subjectsOf = (subject: PrincipalSubject): readonly string[] =>
  subject.kind === 'ACCOUNT' ? [subject.sessionId, subject.accountId] : [subject.clientId];

/** All that a token says about its subject, so that one entry answers for exactly one subject. */
const keyOf = (subject: PrincipalSubject): string => [subject.tenantId, ...subjectsOf(subject)].join();

/**
 * Remembers what principals may do for as long as the feed vouches that nothing has changed. Requests that come
 * together share one load. A refusal is not remembered.
 */
export class PrincipalCache {
  readonly #feed: PrincipalFeed;
  readonly #read: (subject: PrincipalSubject) => Promise<PrincipalState | null>;
  readonly #entries: BoundedCache<Entry>;
  readonly #loads = new Map<string, Load>();

  constructor(
    feed: PrincipalFeed,
    read: (subject: PrincipalSubject) => Promise<PrincipalState | null>,
    limit = 20_000,
  ) {
    this.#feed = feed;
    this.#read = read;
    this.#entries = new BoundedCache(limit);
    feed.add({ onChanges: (changed) => this.#drop(changed), onGap: () => this.#dropAll() });
  }

  /** At once when it is remembered and vouched for; otherwise from the database. */
  get(subject: PrincipalSubject): PrincipalState | null | Promise<PrincipalState | null> {
    const key = keyOf(subject);
    const entry = this.#feed.isFresh ? this.#entries.get(key) : undefined;
    if (entry !== undefined && performance.now() - entry.loadedAt < OLDEST_MS) return entry.state;
    return this.#load(key, subject);
  }

  async #load(key: string, subject: PrincipalSubject): Promise<PrincipalState | null> {
    const subjects = subjectsOf(subject);
    const running = this.#loads.get(key);
    // One that was overtaken may answer with what is no longer true: start another.
    if (running !== undefined && !running.overtaken && this.#feed.isFresh) return running.state;
    const load: Load = { subjects, state: this.#read(subject), overtaken: false };
    this.#loads.set(key, load);
    try {
      const state = await load.state;
      if (state !== null && !load.overtaken) {
        this.#entries.set(key, { state, subjects, loadedAt: performance.now() });
      }
      return state;
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  #drop(changed: ReadonlySet<string>): void {
    const touches = ({ subjects }: { readonly subjects: readonly string[] }): boolean =>
      subjects.some((id) => changed.has(id));
    this.#entries.deleteWhere(touches);
    for (const load of this.#loads.values()) if (touches(load)) load.overtaken = true;
  }

  #dropAll(): void {
    this.#entries.clear();
    for (const load of this.#loads.values()) load.overtaken = true;
  }
}
