import pg from 'pg';
import { AppError } from '../domain/errors/index.ts';
import { APP_ROLE } from './app-role.ts';

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

interface RoleFacts {
  name: string;
  isSuperuser: boolean;
  bypasses: boolean;
  ownsTables: boolean;
}

/**
 * Makes sure that row-level security binds the gateway's connections.
 * @throws AppError CONFIGURATION_INVALID when they would see every tenant
 */
export const checkAppLogin = async (app: pg.ClientConfig): Promise<void> => {
  const client = new pg.Client(app);
  try {
    await client.connect();
    const { rows } = await client.query<RoleFacts>(
      `select rolname as name, rolsuper as "isSuperuser", rolbypassrls as bypasses,
         exists (select from pg_tables where schemaname = 'muster' and tableowner = current_user) as "ownsTables"
       from pg_roles where rolname = current_user`,
    );
    const role = rows[0];
    if (role === undefined || role.isSuperuser || role.bypasses || role.ownsTables) {
      throw new AppError('CONFIGURATION_INVALID', {
        details: {
          reason: `the gateway would work as ${role?.name ?? 'an unknown role'}, which row-level security does not bind; use ${APP_ROLE}`,
        },
      });
    }
  } finally {
    await client.end().catch(() => undefined);
  }
};
