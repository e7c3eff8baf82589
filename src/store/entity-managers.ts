import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { createPostgreSqlTypeParsers } from '@mikro-orm/sql';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { parse as parseArray } from 'postgres-array';
import { entities } from './entities/load.ts';

/** What MikroORM's own driver tells pg: dates stay text, its mapped types read them. */
const mikroTypes = new pg.TypeOverrides();
for (const [oid, parser] of Object.entries(createPostgreSqlTypeParsers(parseArray))) {
  mikroTypes.setTypeParser(Number(oid), parser);
}

const CHANGES_ROWS = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** One checked-out connection, as Kysely sees it. */
class BoundConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const answer = await this.#client.query({
      text: query.sql,
      values: [...query.parameters],
      types: mikroTypes,
    });
    const rows: Row[] = answer.rows;
    if (!CHANGES_ROWS.has(answer.command)) return { rows };
    return { rows, numAffectedRows: BigInt(answer.rowCount ?? 0) };
  }

  // biome-ignore lint/correctness/useYield: the interface wants a generator; em.stream() is not offered here.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new TypeError('read long results with Tx.query and a keyset instead of a stream');
  }
}

const alreadyBegun = async (): Promise<void> => {
  throw new TypeError('transactions are begun by Database.transaction, never by an entity manager');
};

/** A dialect that hands out one given connection, or none at all. */
const boundDialect = (connection: DatabaseConnection | null): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createDriver: () => ({
    init: async () => undefined,
    acquireConnection: async () => {
      if (connection === null)
        throw new TypeError('an entity manager works only inside Database.transaction');
      return connection;
    },
    beginTransaction: alreadyBegun,
    commitTransaction: alreadyBegun,
    rollbackTransaction: alreadyBegun,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  }),
});

/** Makes entity managers that share the connection, and so the tenant, of a running transaction. */
export class EntityManagers {
  readonly #orm: MikroORM;

  constructor() {
    this.#orm = new MikroORM({
      entities: [...entities().ENTITIES],
      dbName: 'muster',
      driverOptions: boundDialect(null),
      ensureDatabase: false,
      implicitTransactions: false,
    });
  }

  fork(client: pg.PoolClient): EntityManager {
    const em = this.#orm.em.fork({ clear: true, useContext: false, disableTransactions: true });
    em.setTransactionContext(new Kysely({ dialect: boundDialect(new BoundConnection(client)) }));
    return em;
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
  }
}
