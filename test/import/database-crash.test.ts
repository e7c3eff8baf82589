import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded/index.ts';
import { migrateUp } from '../../src/store/migrate.ts';
import type { TestDatabase } from '../support/index.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { commit, connectTo, createWorld, pull, runOf, startDingTalk } from './support.ts';

let server: EmbeddedServer;
let dataDir: string;
let database: TestDatabase;

const connect = async (): Promise<pg.Client> => {
  for (;;) {
    const client = new pg.Client({ ...server.superuser, database: 'muster' });
    client.on('error', () => undefined);
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    if (connected) return client;
    await sleep(20);
  }
};

/** One statement as the superuser, as soon as the server answers. */
const look: TestDatabase['look'] = async (sql, params = []) => {
  const client = await connect();
  try {
    return (await client.query(sql, [...params])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

beforeAll(async () => {
  dataDir = await scratchDirectory('crash');
  server = await startEmbedded({ dataDir, durable: true });
  await migrateUp(server.owner);
  database = {
    name: 'muster',
    database: openDatabase({ connection: server.app }),
    app: server.app,
    owner: server.owner,
    superuser: server.superuser,
    look,
  };
});

afterAll(async () => {
  await database.database.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const killServer = async (): Promise<void> => {
  const [row] = await look<{ pid: string }>(
    "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid",
  );
  process.kill(Number(row?.pid), 'SIGKILL');
};

test.each([15, 60, 140, 260])(
  'the server is killed %i ms into a commit: all of it or nothing',
  async (wait) => {
    const world = await createWorld(database);
    const simulator = await startDingTalk({ people: 400, seed: wait });
    const connection = await connectTo(world, simulator);
    const run = await pull(world, connection);
    const committing = commit(world, run).then(
      () => true,
      () => false,
    );
    await sleep(wait);
    await killServer();
    const acknowledged = await committing;
    const [found] = await look<{ phase: string; accounts: number; links: number; changes: number }>(
      `select phase, (select count(*)::int from muster.account where tenant_id = $1) as accounts,
       (select count(*)::int from muster.account_link where tenant_id = $1) as links,
       (select count(*)::int from muster.directory_change where tenant_id = $1 and object_type = 'ACCOUNT') as changes
     from muster.import_run where id = $2`,
      [world.tenantId, run.id],
    );
    if (acknowledged) expect(found?.phase).toBe('COMMITTED');
    const all = found?.phase === 'COMMITTED' ? 400 : 0;
    expect(found).toEqual({ phase: all ? 'COMMITTED' : 'REVIEW', accounts: all, links: all, changes: all });
    // The same process goes on with the server that came back.
    while (!database.database.isUp) await sleep(10);
    if (all === 0) await commit(world, await runOf(world, run.id));
    const next = await pull(world, connection);
    expect(next.counts?.accounts.rows).toBe(0);
  },
);
