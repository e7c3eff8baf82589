import pg from 'pg';
import { runnableBinaries } from './binaries.ts';
import { type Credentials, ensureCluster, existingCredentials } from './cluster.ts';
import { liveOwner, readPostmaster } from './instance.ts';
import { type Location, locate, systemRootFor } from './location.ts';
import { Supervisor } from './supervisor.ts';
import { sharedUserWarning, systemUser } from './system-user.ts';

/** What an operator should hear of: `SHARED_USER` at the start, the others whenever the server ends unasked. */
export type ServerEvent = 'CRASHED' | 'RESTARTED' | 'SHARED_USER';

const DATABASE = 'muster';
const SOCKET_PORT = 5432;

export interface EmbeddedOptions {
  /** Where everything that Muster writes to disk lies; made when absent. */
  readonly dataDir: string;
  /** Loopback TCP port to listen on as well; by default there is only the socket. */
  readonly port?: number;
  /** `false` trades crash safety for speed. For tests only. */
  readonly durable?: boolean;
  /** Where root keeps what the server's user must reach. Default `/var/lib/muster`, else below the temporary directory. */
  readonly systemRoot?: string;
  readonly onEvent?: (event: ServerEvent, detail: string) => void;
}

/** A running server and its three logins. */
export interface EmbeddedServer {
  /** Owns the database; migrations run as this. */
  readonly owner: pg.ClientConfig;
  /** `muster_app`: owns nothing and is bound by row-level security. */
  readonly app: pg.ClientConfig;
  /** For the test harness and for the operator's own tools. */
  readonly superuser: pg.ClientConfig;
  stop(): Promise<void>;
}

const DURABLE = ['fsync=on', 'synchronous_commit=on'];
/** For what is thrown away: nothing is to outlive the server, not even in its log. */
const FAST = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=256MB',
];

/** Messages only, no statements, parameters or keys: a log must not hold personal records. */
const LOGGING = [
  'logging_collector=on',
  'log_directory=log',
  'log_filename=postgresql-%a.log',
  'log_truncate_on_rotation=on',
  'log_rotation_age=1d',
  'log_rotation_size=0',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_parameter_max_length_on_error=0',
];

const settingsOf = (options: EmbeddedOptions): string[] => [
  `listen_addresses=${options.port === undefined ? '' : '127.0.0.1'}`,
  `port=${options.port ?? SOCKET_PORT}`,
  'unix_socket_permissions=0700',
  'timezone=UTC',
  'max_connections=100',
  'shared_buffers=256MB',
  'work_mem=16MB',
  'maintenance_work_mem=256MB',
  'max_wal_size=4GB',
  'random_page_cost=1.1',
  'jit=off',
  ...(options.durable === false ? FAST : DURABLE),
  ...LOGGING,
];

const login = (
  location: Location,
  port: number,
  who: { readonly user: string; readonly password: string; readonly database: string },
): pg.ClientConfig => ({ ...who, host: location.sockets, port });

const loginsOf = (location: Location, port: number, passwords: Credentials) => ({
  superuser: login(location, port, {
    user: 'postgres',
    password: passwords.superuser,
    database: 'postgres',
  }),
  owner: login(location, port, { user: 'muster_owner', password: passwords.owner, database: DATABASE }),
  app: login(location, port, { user: 'muster_app', password: passwords.app, database: DATABASE }),
});

/** Makes roles and database where they are missing; each step may be repeated after a crash. */
const bootstrap = async (superuser: pg.ClientConfig, passwords: Credentials): Promise<void> => {
  const client = new pg.Client(superuser);
  await client.connect();
  const isMissing = async (sql: string, name: string): Promise<boolean> =>
    (await client.query(sql, [name])).rowCount === 0;
  try {
    for (const [role, password] of [
      ['muster_owner', passwords.owner],
      ['muster_app', passwords.app],
    ] as const) {
      if (await isMissing('select from pg_roles where rolname = $1', role)) {
        await client.query(
          `create role ${role} login nosuperuser nobypassrls password ${pg.escapeLiteral(password)}`,
        );
      }
    }
    if (await isMissing('select from pg_database where datname = $1', DATABASE)) {
      await client.query(`create database ${DATABASE} owner muster_owner`);
    }
    await client.query(`revoke connect on database ${DATABASE} from public`);
    await client.query(`grant connect, temporary on database ${DATABASE} to muster_app`);
  } finally {
    await client.end();
  }
};

/**
 * Starts Muster's own PostgreSQL on a data directory, initialising it the first time.
 * @throws AppError DATA_DIR_IN_USE, CONFIGURATION_INVALID
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const user = systemUser();
  const warning = sharedUserWarning(user);
  if (warning !== null) options.onEvent?.('SHARED_USER', warning);
  const systemRoot = await systemRootFor(user, options.systemRoot);
  const binaries = await runnableBinaries(user, systemRoot);
  const location = await locate(options.dataDir, user, systemRoot);
  const passwords = await ensureCluster(binaries, location, user);
  const supervisor = new Supervisor({
    binaries,
    location,
    user,
    settings: settingsOf(options),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  await supervisor.start();
  const logins = loginsOf(location, options.port ?? SOCKET_PORT, passwords);
  try {
    await bootstrap(logins.superuser, passwords);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return { ...logins, stop: () => supervisor.stop() };
};

/**
 * The logins of a server that another Muster process runs on this data directory, `null` when none does. Stopping
 * it is left to that process.
 */
export const attachEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer | null> => {
  const user = systemUser();
  const location = await locate(options.dataDir, user, await systemRootFor(user, options.systemRoot));
  const postmaster = await readPostmaster(location);
  if (postmaster === null || !postmaster.isReady || (await liveOwner(location)) === null) return null;
  const logins = loginsOf(location, postmaster.port, await existingCredentials(location));
  return { ...logins, stop: async () => undefined };
};
