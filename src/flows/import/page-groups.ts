import type { CompletenessStatement, SourcePage, SourceProgress } from '../../domain/index.ts';

/** Consecutive pages of one kind that are stored together, and how far the fetch had come with the last. */
export interface PageGroup {
  readonly pages: readonly [SourcePage, ...SourcePage[]];
  readonly progress: SourceProgress | null;
}

/** Objects that one group holds at most, give or take a page. */
const MOST_TOGETHER = 2_000;
/** Objects that may wait for their turn before the platform is asked for no more. */
const MOST_WAITING = 4_000;

interface Waiting {
  readonly page: SourcePage;
  readonly progress: SourceProgress | null;
}

/** Pages on their way from the platform to the database. */
class PageQueue {
  readonly #waiting: Waiting[] = [];
  #objects = 0;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#objects += waiting.page.items.length;
    this.#notify();
  }

  /** Nothing more will come, or nothing more will be taken. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /** Resolves when one more page may be read. */
  async room(): Promise<void> {
    while (this.#objects > MOST_WAITING && !this.#closed) await this.#changed.promise;
  }

  /** What waits, up to the most that is stored together; `null` when nothing more will come. */
  async take(): Promise<PageGroup | null> {
    while (this.#waiting.length === 0 && !this.#closed) await this.#changed.promise;
    const first = this.#waiting.shift();
    if (first === undefined) return null;
    const pages: [SourcePage, ...SourcePage[]] = [first.page];
    let { progress } = first;
    let objects = first.page.items.length;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.page.kind !== first.page.kind || objects >= MOST_TOGETHER) break;
      pages.push(next.page);
      progress = next.progress;
      objects += next.page.items.length;
      this.#waiting.shift();
    }
    this.#objects -= objects;
    this.#notify();
    return { pages, progress };
  }

  #notify(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}

/**
 * Stores pages while further ones are read. A page that comes while nothing is being stored is stored by itself, at
 * once, so that a crash costs no more than that; at a platform's pace this is every page. Pages that come faster
 * than the disk confirms them wait for one another and share a transaction.
 * @returns what the source says at the end. @throws what reading or storing throws; the other is then ended as well
 */
export const storeWhileReading = async (
  pages: AsyncGenerator<SourcePage, CompletenessStatement, void>,
  progress: () => SourceProgress | null,
  sink: { readonly store: (group: PageGroup) => Promise<void>; readonly stopReading: AbortController },
): Promise<CompletenessStatement> => {
  const queue = new PageQueue();
  const read = async (): Promise<CompletenessStatement> => {
    try {
      for (;;) {
        const next = await pages.next();
        if (next.done === true) return next.value;
        queue.push({ page: next.value, progress: progress() });
        await queue.room();
      }
    } finally {
      queue.close();
    }
  };
  const write = async (): Promise<void> => {
    try {
      for (let group = await queue.take(); group !== null; group = await queue.take())
        await sink.store(group);
    } catch (error) {
      sink.stopReading.abort(error);
      queue.close();
      throw error;
    }
  };
  const [statement, stored] = await Promise.allSettled([read(), write()]);
  // Reading may have ended only because storing did.
  if (stored.status === 'rejected') throw stored.reason;
  if (statement.status === 'rejected') throw statement.reason;
  return statement.value;
};
