import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { runMigrations as migrateJobQueue } from 'graphile-worker';
import pg from 'pg';
import { APP_ROLE } from './app-role.ts';
import { MIGRATIONS } from './migrations/index.ts';

export { APP_ROLE } from './app-role.ts';

/** Any number that no other program on the same database is likely to choose. */
const MIGRATION_LOCK = 7_215_482_001;

const ENSURE_APP_ROLE = `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${APP_ROLE}') then
      create role ${APP_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
    -- Lets the owner's login work as the application. From PostgreSQL 16 on, whoever makes a role administers it
    -- but may not take it on. Where the role has a login of its own, as in the embedded server, the owner neither
    -- needs nor may do that.
    if not pg_has_role(current_user, '${APP_ROLE}',
      case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end
    ) and not exists (
      select from pg_roles where rolname = '${APP_ROLE}' and rolcanlogin
    ) then
      execute format('grant ${APP_ROLE} to %I', current_user);
    end if;
  end $$`;

// graphile-worker switches row-level security on for its tables and leaves the policies to us.
const OPEN_JOB_QUEUE = `
  grant select on muster.schema_migration to ${APP_ROLE};
  grant usage on schema graphile_worker to ${APP_ROLE};
  grant select, insert, update, delete on all tables in schema graphile_worker to ${APP_ROLE};
  grant usage on all sequences in schema graphile_worker to ${APP_ROLE};
  grant execute on all functions in schema graphile_worker to ${APP_ROLE};
  do $$ declare name regclass; begin
    for name in select oid from pg_class
      where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and relrowsecurity
    loop
      if not exists (select from pg_policy where polrelid = name and polname = 'application') then
        execute format('create policy application on %s to ${APP_ROLE} using (true) with check (true)', name);
      end if;
    end loop;
  end $$`;

export interface MigrationReport {
  /** Names of the migrations that this call ran, in order; empty when the schema was current. */
  readonly ran: readonly string[];
}

const openMigrator = (owner: pg.ClientConfig): { migrator: Migrator; close: () => Promise<void> } => {
  const orm = new MikroORM({
    entities: [],
    discovery: { warnWhenNoEntities: false },
    driverOptions: { ...owner, application_name: 'muster migrate' },
    dbName: owner.database ?? 'muster',
    pool: { min: 0, max: 1 },
    ensureDatabase: false,
    extensions: [Migrator],
    migrations: {
      tableName: 'muster.schema_migration',
      migrationsList: MIGRATIONS.map((migration) => ({ name: migration.name, class: migration })),
      transactional: true,
      allOrNothing: true,
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
  });
  return { migrator: new Migrator(orm.em), close: () => orm.close(true) };
};

/**
 * Runs `work` while this process alone may change the schema; others wait. The lock ends with the connection,
 * so that a killed process leaves none behind.
 */
const alone = async <T>(owner: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ ...owner, application_name: 'muster migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(client);
  } finally {
    await client.end();
  }
};

/**
 * Brings the schema, the job queue and the application's rights up to date; safe to call from many processes.
 * @param options.upTo number of migrations to have run in the end, counted from the first; all by default
 */
export const migrateUp = (
  owner: pg.ClientConfig,
  options: { readonly upTo?: number } = {},
): Promise<MigrationReport> =>
  alone(owner, async (client) => {
    await client.query(ENSURE_APP_ROLE);
    const { migrator, close } = openMigrator(owner);
    try {
      const last = options.upTo === undefined ? undefined : MIGRATIONS[options.upTo - 1]?.name;
      const ran = await migrator.up(last === undefined ? {} : { to: last });
      await migrateQueue(owner);
      await client.query(OPEN_JOB_QUEUE);
      return { ran: ran.map(({ name }) => name) };
    } finally {
      await close();
    }
  });

/** Takes every migration back, newest first; the data goes with the tables. */
export const migrateDown = (owner: pg.ClientConfig): Promise<MigrationReport> =>
  alone(owner, async () => {
    const { migrator, close } = openMigrator(owner);
    try {
      return { ran: (await migrator.down({ to: 0 })).map(({ name }) => name) };
    } finally {
      await close();
    }
  });

/** True when every migration that this code knows has run. */
export const isMigrated = async (owner: pg.ClientConfig): Promise<boolean> => {
  const { migrator, close } = openMigrator(owner);
  try {
    return (await migrator.getPending()).length === 0;
  } finally {
    await close();
  }
};

const migrateQueue = async (owner: pg.ClientConfig): Promise<void> => {
  const pgPool = new pg.Pool({ ...owner, max: 2 });
  // A lost connection fails the query that runs on it; an unheard 'error' would end the process as well.
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await migrateJobQueue({ pgPool });
  } finally {
    await pgPool.end();
  }
};
