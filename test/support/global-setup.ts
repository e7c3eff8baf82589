import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/store/embedded/index.ts';
import { migrateUp } from '../../src/store/migrate.ts';
import { scratchDirectory, sweepScratch } from './scratch.ts';

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

/** Where the many short-lived processes of the tests find what the first one has compiled: half of their start. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/muster-tests', import.meta.url));

/** Starts PostgreSQL without durability and migrates the database that every test file clones. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  process.env['NODE_COMPILE_CACHE'] ??= COMPILE_CACHE;
  sweepScratch();
  const dataDir = await scratchDirectory('test');
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
