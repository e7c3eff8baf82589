import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database } from './database.ts';

const MIGRATION_FILE = /^(\d{14})-([a-z0-9-]+)\.[jt]s$/;
const QUEUE_MIGRATION = /^(\d{6})\.sql$/;

/** What this code needs the database to have: read from file names, because to load the migrations costs 0.2 s. */
const needed = (): { names: string[]; queue: number } => {
  const folder = fileURLToPath(new URL('./migrations', import.meta.url));
  const names = readdirSync(folder).flatMap((file) => {
    const [, stamp, words = ''] = MIGRATION_FILE.exec(file) ?? [];
    if (stamp === undefined) return [];
    return [words.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase()) + stamp];
  });
  const queueFolder = join(dirname(fileURLToPath(import.meta.resolve('graphile-worker'))), '..', 'sql');
  const numbers = readdirSync(queueFolder).map((file) => Number(QUEUE_MIGRATION.exec(file)?.[1] ?? 0));
  return { names, queue: Math.max(...numbers) };
};

const MISSING = {
  name: 'missing_migrations',
  text: `
    select array(select unnest($1::text[]) except select name from muster.schema_migration) as names,
           (select coalesce(max(id), 0) from graphile_worker.migrations) < $2::integer as queue`,
};

interface Missing {
  names: string[];
  queue: boolean;
}

const UNDEFINED_TABLE = '42P01';

const isMissingTable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;

const isCurrent = async (ask: (values: unknown[]) => Promise<Missing | undefined>): Promise<boolean> => {
  const { names, queue } = needed();
  try {
    const missing = await ask([names, queue]);
    return missing !== undefined && missing.names.length === 0 && !missing.queue;
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  }
};

/** True when every migration that this code knows has run, the job queue's among them. One round trip. */
export const isSchemaCurrent = async (owner: pg.ClientConfig): Promise<boolean> => {
  const client = new pg.Client({ ...owner, application_name: 'muster start' });
  await client.connect();
  try {
    return await isCurrent(async (values) => (await client.query<Missing>({ ...MISSING, values })).rows[0]);
  } finally {
    await client.end();
  }
};

/** The same question of the running gateway. */
export const isStillCurrent = (db: Database): Promise<boolean> =>
  isCurrent((values) =>
    db.system(async (client) => (await client.query<Missing>({ ...MISSING, values })).rows[0]),
  );
