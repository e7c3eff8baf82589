import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/store/embedded/index.ts';
import { migrateUp } from '../../src/store/migrate.ts';

const TEMPLATE = 'bench_migrated';

/** Logins of one database of the server. */
export interface BenchDatabase {
  readonly name: string;
  /** Unprivileged, under row-level security: what the gateway has. */
  readonly app: pg.ClientConfig;
  readonly owner: pg.ClientConfig;
  /** Bound by nothing: what a limit is measured with. */
  readonly superuser: pg.ClientConfig;
  /** The same three as addresses on loopback TCP, for other processes. */
  readonly urls: { readonly app: string; readonly owner: string; readonly superuser: string };
}

/** A PostgreSQL of the benchmark's own, with production's settings: every commit reaches the disk. */
export interface BenchServer {
  /** An empty, migrated database, or a copy of another that nobody is connected to. */
  create(name: string, copyOf?: BenchDatabase): Promise<BenchDatabase>;
  drop(database: BenchDatabase): Promise<void>;
  readonly superuser: pg.ClientConfig;
  stop(): Promise<void>;
}

/** A TCP port of loopback that is free now. */
export const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
};

/** Runs some work with a connection of its own. */
export const withClient = async <T>(
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

const urlOf = (login: pg.ClientConfig, port: number, database: string): string =>
  `postgres://${login.user}:${encodeURIComponent(String(login.password))}@127.0.0.1:${port}/${database}`;

export const startServer = async (): Promise<BenchServer> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  // When root runs the benchmark, PostgreSQL runs as somebody else, who must get in.
  await chmod(dataDir, 0o755);
  const port = await freePort();
  const server = await startEmbedded({ dataDir, port });
  const admin = { ...server.superuser, database: 'postgres' };
  const databaseOf = (name: string): BenchDatabase => ({
    name,
    app: { ...server.app, database: name },
    owner: { ...server.owner, database: name },
    superuser: { ...server.superuser, database: name },
    urls: {
      app: urlOf(server.app, port, name),
      owner: urlOf(server.owner, port, name),
      superuser: urlOf(server.superuser, port, name),
    },
  });
  const create = async (name: string, template: string): Promise<BenchDatabase> => {
    await withClient(admin, async (client) => {
      await client.query(
        `create database ${name} owner muster_owner template ${template} strategy file_copy`,
      );
      await client.query(`grant connect, temporary on database ${name} to muster_app`);
    });
    return databaseOf(name);
  };
  const template = await create(TEMPLATE, 'template1');
  await migrateUp(template.owner);
  return {
    superuser: admin,
    create: (name, copyOf) => create(name, (copyOf ?? template).name),
    drop: (database) =>
      withClient(admin, async (client) => {
        await client.query(`drop database ${database.name} with (force)`);
      }),
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
