import pg from 'pg';
import { AppError } from '../domain/errors/index.ts';
import { APP_ROLE } from './app-role.ts';
import { errorCode } from './database-errors.ts';

/** Address with the start-up options taken out of the query, because pg lets the query override ours. */
const splitOptions = (address: string): { connectionString: string; options: string; database: string } => {
  const url = new URL(address);
  const options = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return { connectionString: url.href, options, database: decodeURIComponent(url.pathname.slice(1)) };
};

export const ownerLogin = (databaseUrl: string): pg.ClientConfig => splitOptions(databaseUrl);

/**
 * The application's login on a PostgreSQL of one's own. With a login for `muster_app` that is all; otherwise the
 * owner's login works as that role from the first moment (start-up option `role`), so that `reset role` leads
 * back to it. Only `set role none` would leave it, and no statement of Muster is put together from input.
 */
export const appLogin = (databaseUrl: string, appUrl: string | null): pg.ClientConfig => {
  if (appUrl !== null) return splitOptions(appUrl);
  const owner = splitOptions(databaseUrl);
  return { ...owner, options: `${owner.options} -c role=${APP_ROLE}`.trim() };
};

const OLDEST_SERVER = 15;

const refuse = (reason: string, cause?: unknown): AppError =>
  new AppError('CONFIGURATION_INVALID', { details: { reason }, cause });

/** Connects for one question; a login that fails is told in PostgreSQL's own words, which hold no password. */
const ask = async <Row extends pg.QueryResultRow>(
  login: pg.ClientConfig,
  sql: string,
  advice: (code: string | undefined) => string,
): Promise<Row | undefined> => {
  const client = new pg.Client({
    ...login,
    application_name: 'muster start',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows[0];
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`${advice(errorCode(cause))}: ${said}`, cause);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/**
 * Makes sure that the database can be reached and is new enough.
 * @throws AppError CONFIGURATION_INVALID
 */
export const checkOwnerLogin = async (owner: pg.ClientConfig): Promise<void> => {
  const sql = "select current_setting('server_version_num')::int / 10000 as major";
  const found = await ask<{ major: number }>(owner, sql, () => 'DATABASE_URL cannot be used');
  if ((found?.major ?? 0) < OLDEST_SERVER) {
    throw refuse(`PostgreSQL ${found?.major} is too old, ${OLDEST_SERVER} or newer is needed`);
  }
};

const ROLE_FACTS = `
  select rolname as name, rolsuper as "isSuperuser", rolbypassrls as bypasses,
    exists (select from pg_tables where schemaname = 'muster' and tableowner = current_user) as "ownsTables"
  from pg_roles where rolname = current_user`;

interface RoleFacts {
  name: string;
  isSuperuser: boolean;
  bypasses: boolean;
  ownsTables: boolean;
}

const PERMISSION_DENIED = '42501';

/**
 * Makes sure that row-level security binds the gateway's connections.
 * @throws AppError CONFIGURATION_INVALID when they would see every tenant, or cannot be made
 */
export const checkAppLogin = async (app: pg.ClientConfig): Promise<void> => {
  const role = await ask<RoleFacts>(app, ROLE_FACTS, (code) =>
    code === PERMISSION_DENIED
      ? `the login of DATABASE_URL may not work as ${APP_ROLE}; grant it that role, or set MUSTER_DATABASE_APP_URL`
      : 'the application’s database login cannot be used',
  );
  if (role === undefined || role.isSuperuser || role.bypasses || role.ownsTables) {
    const name = role?.name ?? 'an unknown role';
    throw refuse(
      `the gateway would work as ${name}, which row-level security does not bind; use ${APP_ROLE}`,
    );
  }
};
