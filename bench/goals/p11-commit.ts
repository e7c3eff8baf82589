import type pg from 'pg';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { interleave, type Samples, seconds } from '../measure/samples.ts';
import { ImportWorld } from '../world/import-world.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { type BenchServer, withClient } from '../world/server.ts';

export interface CommitMeasured {
  /** Accounts per second. */
  readonly bare: Samples;
  readonly commit: Samples;
  /** Seconds of one commit. */
  readonly seconds: Samples;
  /** Longest that a reader of the roster had to wait meanwhile, milliseconds. */
  readonly readerMs: Samples;
}

/** Roster tables that a create of an account writes, in the order of their foreign keys. */
const TABLES = ['account', 'membership', 'account_search', 'account_link'] as const;

const insertable = async (client: pg.Client, table: string): Promise<string> => {
  const { rows } = await client.query<{ names: string }>(
    `select string_agg(attname, ', ' order by attnum) as names from pg_attribute
     where attrelid = 'bare.${table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  return rows[0]?.names ?? '';
};

const TRUNCATE = `truncate ${TABLES.map((table) => `bare.${table}`).join(', ')}`;

/** The foreign keys of the real tables, among the bare ones where both ends are bare. */
const addForeignKeys = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ child: string; name: string; definition: string }>(
    `select c.relname as child, k.conname as name, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.contype = 'f' and k.connamespace = 'muster'::regnamespace and c.relname = any ($1)`,
    [TABLES],
  );
  for (const { child, name, definition } of rows) {
    const bare = definition.replace(/REFERENCES (?:muster\.)?(\w+)\(/, (_all, parent: string) =>
      (TABLES as readonly string[]).includes(parent)
        ? `REFERENCES bare.${parent}(`
        : `REFERENCES muster.${parent}(`,
    );
    await client.query(`alter table bare.${child} add constraint ${name} ${bare}`);
  }
};

/**
 * Tables with the columns, checks, indexes and foreign keys of the real ones; no triggers, no row-level security.
 * They are filled and analysed once before there are foreign keys: the checks of these would otherwise be planned
 * for tables of which nothing is known, and one run in three reads a whole index for each row.
 * @returns columns to insert, by table
 */
const makeBare = async (client: pg.Client): Promise<ReadonlyMap<string, string>> => {
  const columns = new Map<string, string>();
  await client.query('create schema bare');
  for (const table of TABLES) {
    await client.query(`create table bare.${table} (like muster.${table} including all)`);
    // What is to be inserted, as finished rows: the limit computes nothing.
    await client.query(`create table bare.${table}_source as select s.* from muster.${table} s
      where s.${table === 'account' ? 'id' : 'account_id'} in (
        select id from muster.account where created_run_id is not null)`);
    const names = await insertable(client, table);
    await client.query(`insert into bare.${table} (${names}) select ${names} from bare.${table}_source`);
    await client.query(`vacuum analyze bare.${table}, bare.${table}_source`);
    columns.set(table, names);
  }
  await client.query(TRUNCATE);
  await addForeignKeys(client);
  return columns;
};

const insertBare = async (client: pg.Client, columns: ReadonlyMap<string, string>): Promise<void> => {
  await client.query('begin');
  for (const [table, names] of columns) {
    await client.query(`insert into bare.${table} (${names}) select ${names} from bare.${table}_source`);
  }
  await client.query('commit');
};

/** Reads one page of the roster over and over until told to stop; the longest wait counts. */
const watch = async (world: ImportWorld, signal: AbortSignal): Promise<number> => {
  let longest = 0;
  while (!signal.aborted) {
    const started = performance.now();
    await world.context.db.read(
      world.place.tenantId,
      'select id, display_name from muster.account where tenant_id = muster.current_tenant() limit 50',
    );
    longest = Math.max(longest, performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longest;
};

/** One commit in a fresh copy of the staged company. */
const commitOnce = async (
  server: BenchServer,
  company: ImportedCompany,
): Promise<{ readonly seconds: number; readonly readerMs: number }> => {
  const copy = await server.create(`${company.staged.name}_commit`, company.staged);
  const world = ImportWorld.enter(copy.app, company.place);
  try {
    const stop = new AbortController();
    const watching = watch(world, stop.signal);
    const took = await seconds(() => world.commit(company.runId));
    stop.abort();
    return { seconds: took, readerMs: await watching };
  } finally {
    await world.close();
    await server.drop(copy);
  }
};

/** Commits the staged company again and again, beside bare inserts of the rows that come of it. */
export const measureCommit = async (
  server: BenchServer,
  company: ImportedCompany,
): Promise<CommitMeasured> => {
  const bareCopy = await server.create(`${company.staged.name}_bare`, company.committed);
  const took: number[] = [];
  const readerMs: number[] = [];
  try {
    return await withClient(bareCopy.superuser, async (client) => {
      const columns = await makeBare(client);
      const { bare, commit } = await interleave({
        bare: async () => {
          await client.query(TRUNCATE);
          await client.query('checkpoint');
          return company.people / (await seconds(() => insertBare(client, columns)));
        },
        commit: async () => {
          const one = await commitOnce(server, company);
          took.push(one.seconds);
          readerMs.push(one.readerMs);
          return company.people / one.seconds;
        },
      });
      return { bare, commit, seconds: took, readerMs };
    });
  } finally {
    await server.drop(bareCopy);
  }
};

export const commitRows = (company: ImportedCompany, measured: CommitMeasured): BenchRow[] => [
  ratioRow(
    {
      id: 'P11',
      what: `commit ${company.people} staged creates`,
      unit: 'accounts/s',
      limitIs:
        'INSERT … SELECT of the finished rows of account, membership, account_search and account_link into ' +
        'tables with the same columns, checks, indexes and foreign keys, without triggers and row-level ' +
        'security, one transaction',
      note:
        'subject = commitImport whole: digest, checks for clashes and stale rows, units, accounts, ' +
        'memberships, search rows, links, outbox by trigger, outcome of each staged row, audit event',
    },
    { limit: measured.bare, subject: measured.commit },
    { atLeast: 0.65 },
  ),
  boundRow({ id: 'P11', what: 'longest wait of a reader during the commit', unit: 'ms' }, measured.readerMs, {
    atMost: 50,
  }),
];
