import type pg from 'pg';
import { type Database, openDatabase } from './database.ts';
import { attachEmbedded, type EmbeddedServer, type ServerEvent, startEmbedded } from './embedded/index.ts';
import { appLogin, checkAppLogin, checkOwnerLogin, ownerLogin } from './logins.ts';
import { type MasterKeys, masterKeysFromFile, parseMasterKeys } from './master-keys.ts';
import { isSchemaCurrent } from './schema-state.ts';
import { createSecrets, type Secrets } from './secrets.ts';

/** What the configuration says about storage. */
export interface StoreSettings {
  readonly databaseUrl: string | null;
  readonly databaseAppUrl: string | null;
  readonly masterKey: string | null;
  /** Absolute path. */
  readonly dataDir: string;
  readonly embeddedPort: number | null;
  readonly poolSize: number;
}

export interface OpenStoreOptions {
  /** `attach` uses a running Muster's embedded server, and starts it only when there is none: for commands. */
  readonly server?: 'start' | 'attach';
  /** Told when the embedded server died unasked, when it is back, and what is unwise about the way it runs. */
  readonly onServerEvent?: (event: ServerEvent, detail: string) => void;
}

/** Everything below the flows: the database, its secrets, and the logins for what needs one of its own. */
export interface Store {
  readonly database: Database;
  readonly secrets: Secrets;
  /** For threads of this process, which open their own secrets. */
  readonly masterKeys: MasterKeys;
  /** Unprivileged; for the job queue's own pool. */
  readonly app: pg.ClientConfig;
  /** Owns the schema; for migrations only. */
  readonly owner: pg.ClientConfig;
  close(): Promise<void>;
}

type Server = Pick<EmbeddedServer, 'app' | 'owner' | 'stop'>;

const openServer = async (settings: StoreSettings, options: OpenStoreOptions): Promise<Server> => {
  if (settings.databaseUrl !== null) {
    const owner = ownerLogin(settings.databaseUrl);
    await checkOwnerLogin(owner);
    return {
      owner,
      app: appLogin(settings.databaseUrl, settings.databaseAppUrl),
      stop: async () => undefined,
    };
  }
  const embedded = {
    dataDir: settings.dataDir,
    ...(settings.embeddedPort === null ? {} : { port: settings.embeddedPort }),
    ...(options.onServerEvent === undefined ? {} : { onEvent: options.onServerEvent }),
  };
  const running = options.server === 'attach' ? await attachEmbedded(embedded) : null;
  return running ?? startEmbedded(embedded);
};

/** The migrator is loaded only when it is needed: it costs more time and memory than all the rest of the start. */
const bringUpToDate = async (server: Server): Promise<void> => {
  if (!(await isSchemaCurrent(server.owner))) {
    const { migrateUp } = await import('./migrate.ts');
    await migrateUp(server.owner);
  }
  await checkAppLogin(server.app);
};

/**
 * Opens storage: starts the embedded PostgreSQL where no other is named, brings the schema up to date, and checks
 * that row-level security binds the gateway.
 * @throws AppError CONFIGURATION_INVALID, DATA_DIR_IN_USE
 */
export const openStore = async (settings: StoreSettings, options: OpenStoreOptions = {}): Promise<Store> => {
  const keys =
    settings.masterKey === null
      ? await masterKeysFromFile(settings.dataDir)
      : parseMasterKeys(settings.masterKey);
  const server = await openServer(settings, options);
  try {
    await bringUpToDate(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const database = openDatabase({
    connection: server.app,
    pool: { size: settings.poolSize },
  });
  return {
    database,
    secrets: createSecrets(keys),
    masterKeys: keys,
    app: server.app,
    owner: server.owner,
    close: async () => {
      await database.close();
      await server.stop();
    },
  };
};
