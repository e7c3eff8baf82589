import type { Database } from '../../../src/store/database.ts';
import type { Tx } from '../../../src/store/transaction.ts';
import type { Pick } from '../../import/random-changes.ts';

/** Milliseconds without a sign after which whoever has the turn counts as waiting for somebody's lock. */
const BLOCKED_MS = 12;

/**
 * Lets several pieces of work take turns, statement by statement, in an order that a seed decides: whoever waits at
 * a gate goes on when it is chosen, and the next one is chosen when that one is at its next gate, done, or blocked
 * by a lock.
 */
export class Turns {
  readonly #pick: Pick;
  readonly #waiting: { readonly who: string; readonly go: () => void }[] = [];
  #signal = Promise.withResolvers<void>();
  #left = 0;

  constructor(pick: Pick) {
    this.#pick = pick;
  }

  gate(who: string): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ who, go });
      this.#signal.resolve();
    });
  }

  /** Runs everything to its end and answers with what became of each, in the order given. */
  async run<T>(work: readonly { readonly who: string; readonly work: () => Promise<T> }[]): Promise<T[]> {
    this.#left = work.length;
    const outcomes = work.map(async ({ who, work: one }) => {
      try {
        await this.gate(who);
        return await one();
      } finally {
        this.#left -= 1;
        this.#signal.resolve();
      }
    });
    const settled = Promise.allSettled(outcomes);
    while (this.#left > 0) {
      this.#signal = Promise.withResolvers();
      const [next] = this.#waiting.splice(this.#pick(this.#waiting.length), 1);
      next?.go();
      await (next === undefined ? this.#signal.promise : this.#answerOrBlock());
    }
    await settled;
    return Promise.all(outcomes);
  }

  async #answerOrBlock(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const blocked = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, BLOCKED_MS);
    });
    await Promise.race([this.#signal.promise, blocked]);
    clearTimeout(timer);
  }
}

const gated = (tx: Tx, gate: () => Promise<void>): Tx => ({
  context: tx.context,
  client: tx.client,
  get em() {
    return tx.em;
  },
  query: async (statement, params) => {
    await gate();
    return tx.query(statement, params);
  },
  execute: async (statement, params) => {
    await gate();
    return tx.execute(statement, params);
  },
});

/** The database as one of them sees it: a turn for each beginning, each statement and each commit. */
export const withTurns = (db: Database, gate: () => Promise<void>): Database => ({
  ...db,
  get isUp() {
    return db.isUp;
  },
  get load() {
    return db.load;
  },
  read: async (tenantId, statement, params) => {
    await gate();
    return db.read(tenantId, statement, params);
  },
  write: async (context, statement, params) => {
    await gate();
    return db.write(context, statement, params);
  },
  transaction: async (context, work, options) => {
    await gate();
    return db.transaction(
      context,
      async (tx) => {
        const result = await work(gated(tx, gate));
        await gate();
        return result;
      },
      options,
    );
  },
});
