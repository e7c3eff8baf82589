import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { type ActorContext, actorValues, SET_ACTOR } from './actor-context.ts';
import { isRetryable } from './database-errors.ts';
import type { LazyEntityManagers } from './lazy-entity-managers.ts';
import type { ConnectionPool } from './pool.ts';
import { queryConfig, type Statement } from './tenant-session.ts';

export interface TransactionOptions {
  /** Default READ COMMITTED. */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** Repetitions after a serialization failure or a deadlock. Default 3; 0 for work with effects outside. */
  readonly retries?: number;
  /** Longest statement inside, in milliseconds, when the pool's limit is too short. */
  readonly statementTimeout?: number;
}

/** What work inside a transaction may do. It must not be kept after the work has returned. */
export interface Tx {
  readonly context: ActorContext;
  /** Rows of one statement. */
  query<Row extends pg.QueryResultRow>(statement: Statement, params?: readonly unknown[]): Promise<Row[]>;
  /** Number of rows that one statement changed. */
  execute(statement: Statement, params?: readonly unknown[]): Promise<number>;
  /** Entities bound to this transaction; flushed before the commit. */
  readonly em: EntityManager;
  /** The connection itself, for COPY. */
  readonly client: pg.PoolClient;
}

const BEGIN = {
  'READ COMMITTED': 'begin isolation level read committed read write',
  'REPEATABLE READ': 'begin isolation level repeatable read read write',
  SERIALIZABLE: 'begin isolation level serializable read write',
} as const;

const SET_SYSTEM = "select set_config('muster.system', 'on', true)";
const SET_STATEMENT_TIMEOUT = "select set_config('statement_timeout', $1, true)";

class BoundTx implements Tx {
  readonly context: ActorContext;
  readonly client: pg.PoolClient;
  readonly #managers: LazyEntityManagers;
  #em: EntityManager | null = null;

  constructor(context: ActorContext, client: pg.PoolClient, managers: LazyEntityManagers) {
    this.context = context;
    this.client = client;
    this.#managers = managers;
  }

  get em(): EntityManager {
    this.#em ??= this.#managers.fork(this.client);
    return this.#em;
  }

  async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    params: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.client.query<Row>(queryConfig(statement, params))).rows;
  }

  async execute(statement: Statement, params: readonly unknown[] = []): Promise<number> {
    return (await this.client.query(queryConfig(statement, params))).rowCount ?? 0;
  }

  async flush(): Promise<void> {
    await this.#em?.flush();
  }
}

const commit = async (client: pg.PoolClient): Promise<void> => {
  const { command } = await client.query('commit');
  // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (command !== 'COMMIT') throw new TypeError('an error inside the transaction was swallowed by its work');
};

/** The messages that begin a transaction and name its actor, all sent before any is answered: one round trip. */
const begin = (
  client: pg.PoolClient,
  context: ActorContext,
  options: TransactionOptions,
): Promise<unknown>[] => {
  const sent: Promise<unknown>[] = [
    client.query(BEGIN[options.isolation ?? 'READ COMMITTED']),
    client.query({ ...SET_ACTOR, values: actorValues(context) }),
  ];
  if (options.statementTimeout !== undefined) {
    sent.push(client.query(SET_STATEMENT_TIMEOUT, [String(options.statementTimeout)]));
  }
  return sent;
};

const inTransaction = async <T>(
  client: pg.PoolClient,
  begun: readonly Promise<unknown>[],
  work: () => Promise<T>,
): Promise<T> => {
  try {
    for (const outcome of await Promise.allSettled(begun)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    const result = await work();
    await commit(client);
    return result;
  } catch (error) {
    // A rollback that fails has nothing to add: the pool throws the connection away.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
};

/**
 * BEGIN, settings, statement and COMMIT are sent before any of them is answered. Should the statement fail, the
 * COMMIT that is already under way rolls back; should BEGIN itself fail, the server refuses the statement,
 * because outside of a transaction it only reads.
 */
const singleStatement = async <Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  context: ActorContext,
  query: pg.QueryConfig,
): Promise<Row[]> => {
  const begun = begin(client, context, {});
  const answer = client.query<Row>(query);
  const ended = client.query('commit');
  for (const outcome of await Promise.allSettled([...begun, answer, ended])) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return (await answer).rows;
};

const repeated = async <T>(retries: number, work: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= retries || !isRetryable(error)) throw error;
      await sleep((attempt + 1) * 5 * (1 + Math.random()));
    }
  }
};

/** Runs transactions over a pool; see `Database.transaction`. */
export class Transactions {
  readonly #pool: ConnectionPool;
  readonly #managers: LazyEntityManagers;

  constructor(pool: ConnectionPool, managers: LazyEntityManagers) {
    this.#pool = pool;
    this.#managers = managers;
  }

  run<T>(context: ActorContext, work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return repeated(options.retries ?? 3, () => this.#once(context, work, options));
  }

  /** A transaction of one statement in one round trip; see `Database.write`. */
  runOne<Row extends pg.QueryResultRow>(
    context: ActorContext,
    statement: Statement,
    params: readonly unknown[],
  ): Promise<Row[]> {
    return repeated(3, () =>
      this.#pool.with((client) => singleStatement<Row>(client, context, queryConfig(statement, params))),
    );
  }

  /** A transaction that belongs to no tenant; `clear` takes the pooled connection's tenant away first. */
  runWithoutTenant<T>(
    work: (client: pg.PoolClient) => Promise<T>,
    clear: (client: pg.PoolClient) => Promise<void>,
  ): Promise<T> {
    return this.#pool.with(async (client) => {
      await clear(client);
      return inTransaction(client, [client.query(BEGIN['READ COMMITTED']), client.query(SET_SYSTEM)], () =>
        work(client),
      );
    });
  }

  #once<T>(context: ActorContext, work: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    return this.#pool.with((client) =>
      inTransaction(client, begin(client, context, options), async () => {
        const tx = new BoundTx(context, client, this.#managers);
        const result = await work(tx);
        await tx.flush();
        return result;
      }),
    );
  }
}
