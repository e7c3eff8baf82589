import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { newId, type TenantId } from '../../src/domain/index.ts';
import type { ActorContext } from '../../src/store/actor-context.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/database.ts';

const TEMPLATE = 'muster_template';

/** A database of one test file, cloned from the migrated template. */
export interface TestDatabase {
  readonly name: string;
  /** As the gateway has it: the unprivileged role, row-level security on. */
  readonly database: Database;
  readonly app: pg.ClientConfig;
  readonly owner: pg.ClientConfig;
  /** Bypasses row-level security: for looking at what really is there. */
  readonly superuser: pg.ClientConfig;
  /** Rows of one statement as the superuser. */
  look<Row extends pg.QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface TestDatabaseOptions {
  /** `null` for a database without Muster's schema. */
  readonly template?: typeof TEMPLATE | null;
  readonly pool?: NonNullable<DatabaseOptions['pool']>;
}

const withClient = async <T>(
  config: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/**
 * Clones the template for the calling test file and drops the clone when the file is done; call it at the top of
 * the file or in `beforeAll`. Fails the file when connections were left open.
 */
export const createTestDatabase = async (options: TestDatabaseOptions = {}): Promise<TestDatabase> => {
  const server = inject('server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = { ...server.superuser, database: 'postgres' };
  await withClient(admin, async (client) => {
    const template = options.template === null ? '' : `template ${options.template ?? TEMPLATE}`;
    // Copying files is half the work of logging every page of them, on a server that need not be durable.
    await client.query(`create database ${name} owner muster_owner ${template} strategy file_copy`);
    await client.query(`grant temporary on database ${name} to muster_app`);
  });
  const app = { ...server.app, database: name };
  const superuser = { ...server.superuser, database: name };
  const database = openDatabase({
    connection: app,
    ...(options.pool === undefined ? {} : { pool: options.pool }),
  });
  // Kept open: a connection costs more than most of what is looked at.
  const lookers = new pg.Pool({ ...superuser, max: 3, application_name: 'look' });
  // The server, or this one connection of it, may be killed by a test; the next look opens another.
  lookers.on('error', () => undefined);
  afterAll(async () => {
    await lookers.end();
    await database.close();
    await withClient(admin, async (client) => {
      const look = async () =>
        (
          await client.query<{ application_name: string; query: string }>(
            'select application_name, query from pg_stat_activity where datname = $1',
            [name],
          )
        ).rows;
      let rows = await look();
      // A backend ends a little after its client has said goodbye.
      for (let i = 0; rows.length > 0 && i < 40; i++) {
        await setTimeout(50);
        rows = await look();
      }
      await client.query(`drop database ${name} with (force)`);
      if (rows.length > 0) throw new Error(`connections were left open: ${JSON.stringify(rows)}`);
    });
  });
  return {
    name,
    database,
    app,
    superuser,
    owner: { ...server.owner, database: name },
    look: async (sql, params = []) => (await lookers.query(sql, [...params])).rows,
  };
};

/** The actor of most tests: Muster itself, in the given tenant. */
export const systemContext = (tenantId: TenantId, more: Partial<ActorContext> = {}): ActorContext => ({
  tenantId,
  actor: { kind: 'SYSTEM', id: null, name: 'test' },
  source: 'SYSTEM',
  ...more,
});

/** Makes a tenant and nothing in it. */
export const createTenant = async (
  database: Database,
  name = '测试公司',
): Promise<{ tenantId: TenantId; context: ActorContext }> => {
  const tenantId = newId<'Tenant'>();
  const context = systemContext(tenantId);
  await database.transaction(context, (tx) =>
    tx.execute('insert into muster.tenant (id, code, name, password_policy) values ($1, $2, $3, $4)', [
      tenantId,
      `t-${tenantId.slice(-12)}`,
      name,
      '{}',
    ]),
  );
  return { tenantId, context };
};
