import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/store/embedded/index.ts';
import { migrateUp } from '../../src/store/migrate.ts';

export const TEMPLATE = 'muster_template';

/** Logins of the one PostgreSQL that a test run starts; plain values, because they cross to the workers. */
export interface TestServer {
  readonly superuser: Login;
  readonly owner: Login;
  readonly app: Login;
}

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer;
  }
}

const loginOf = (config: pg.ClientConfig): Login => ({
  host: config.host ?? '',
  port: config.port ?? 0,
  user: config.user ?? '',
  password: String(config.password),
});

/** Starts PostgreSQL without durability and migrates the database that every test file clones. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-test-'));
  // When root runs the tests, PostgreSQL runs as somebody else, who must get in.
  await chmod(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, durable: false });
  const client = new pg.Client(server.superuser);
  await client.connect();
  await client.query(`create database ${TEMPLATE} owner muster_owner`);
  await client.query(`grant temporary on database ${TEMPLATE} to muster_app`);
  await client.end();
  await migrateUp({ ...server.owner, database: TEMPLATE });
  project.provide('server', {
    superuser: loginOf(server.superuser),
    owner: loginOf(server.owner),
    app: loginOf(server.app),
  });
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
};
