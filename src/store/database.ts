import type { EntityManager } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { TenantId } from '../domain/index.ts';
import type { ActorContext } from './actor-context.ts';
import { copyInto } from './copy.ts';
import { LazyEntityManagers } from './lazy-entity-managers.ts';
import { Listener, type Subscription } from './listener.ts';
import { ConnectionPool, type PoolOptions } from './pool.ts';
import { queryConfig, type Statement, TenantSessions } from './tenant-session.ts';
import { type TransactionOptions, Transactions, type Tx } from './transaction.ts';

/** What the rest of Muster may do with PostgreSQL. Every failure to reach it is AppError UNAVAILABLE. */
export interface Database {
  /**
   * Rows of one statement that only reads, as one tenant, in one round trip. The server refuses writes here.
   * Give hot statements a name: they are then prepared once per connection.
   */
  read<Row extends pg.QueryResultRow>(
    tenantId: TenantId,
    statement: Statement,
    params?: readonly unknown[],
  ): Promise<Row[]>;

  /**
   * Rows of one statement that writes, in a transaction of its own and in one round trip. After a deadlock it is
   * sent again (3 times at most). Several changes fit into one statement as data-modifying CTEs.
   */
  write<Row extends pg.QueryResultRow>(
    context: ActorContext,
    statement: Statement,
    params?: readonly unknown[],
  ): Promise<Row[]>;

  /**
   * Work in one transaction as one actor in one tenant. It is committed when `work` resolves and rolled back
   * when it throws. After a serialization failure or a deadlock `work` runs again (3 times at most), so it
   * must have no effects outside the transaction.
   */
  transaction<T>(
    context: ActorContext,
    work: (tx: Tx) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;

  /** A transaction in which entities are read and written; they are flushed before the commit. */
  em<T>(context: ActorContext, work: (em: EntityManager) => Promise<T>): Promise<T>;

  /**
   * A transaction without a tenant, for what stands above them: the list of tenants (`muster.system` is on), the
   * job queue, the rate budget. Row-level security hides every row of every tenant's tables.
   */
  system<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;

  /** Streams lines made by `copyLine` into a temporary table of the transaction; see `copyInto`. */
  copyInto(
    tx: Tx,
    target: { readonly table: string; readonly columns: readonly string[] },
    rows: AsyncIterable<Buffer | string> | Iterable<Buffer | string>,
  ): Promise<number>;

  /** Calls `onPayload` for each NOTIFY; `onGap` after a reconnection, when notifications may have been lost. */
  listen(channel: string, onPayload: (payload: string) => void, onGap?: () => void): Promise<Subscription>;

  /** False while PostgreSQL is known not to answer; costs nothing. */
  readonly isUp: boolean;
  /** Connections that are open, idle, and waited for. */
  readonly load: { readonly open: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Login of the unprivileged role `muster_app`. */
  readonly connection: pg.ClientConfig;
  readonly pool?: PoolOptions;
}

/** Opens the pool; connections are made when they are first needed. */
export const openDatabase = (options: DatabaseOptions): Database => {
  const pool = new ConnectionPool(options.connection, options.pool);
  const sessions = new TenantSessions();
  const managers = new LazyEntityManagers();
  const transactions = new Transactions(pool, managers);
  const listener = new Listener(options.connection);
  return {
    read: <Row extends pg.QueryResultRow>(
      tenantId: TenantId,
      statement: Statement,
      params: readonly unknown[] = [],
    ) =>
      pool.with(
        async (client) => (await sessions.query<Row>(client, tenantId, queryConfig(statement, params))).rows,
      ),
    write: (context, statement, params = []) => transactions.runOne(context, statement, params),
    transaction: (context, work, transactionOptions) => transactions.run(context, work, transactionOptions),
    em: (context, work) => transactions.run(context, (tx) => work(tx.em)),
    system: (work) => transactions.runWithoutTenant(work, (client) => sessions.clear(client)),
    copyInto,
    listen: (channel, onPayload, onGap) => listener.listen(channel, onPayload, onGap),
    get isUp() {
      return pool.availability.isUp;
    },
    get load() {
      return pool.load;
    },
    close: async () => {
      await listener.close();
      await pool.close();
      await managers.close();
    },
  };
};
