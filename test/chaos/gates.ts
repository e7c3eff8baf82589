import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A place in the work at which everything can be held: a trigger that the test puts there, none of the product. */
export interface Gate {
  readonly name: string;
  readonly table: string;
  readonly on: 'insert' | 'update' | 'delete';
  /** Per row, with this condition; absent = once per statement. */
  readonly when?: string;
  /** In the COMMIT itself, after all work. */
  readonly atCommit?: boolean;
}

const trigger = ({ name, table, on, when, atCommit }: Gate): string => {
  const quoted = pg.escapeIdentifier(`0 chaos ${name}`);
  const each = when === undefined && atCommit !== true ? 'for each statement' : 'for each row';
  const condition = when === undefined ? '' : `when (${when})`;
  const kind = atCommit ? 'constraint trigger' : 'trigger';
  const timing = atCommit ? 'after' : 'before';
  const deferred = atCommit ? 'deferrable initially deferred' : '';
  const argument = pg.escapeLiteral(name);
  return `create ${kind} ${quoted} ${timing} ${on} on ${table} ${deferred} ${each} ${condition}
    execute function chaos.gate(${argument})`;
};

/** Whoever comes by takes the gate's lock for a moment; while the test holds it he waits. */
const FUNCTION = `
  create schema if not exists chaos;
  create function chaos.gate() returns trigger language plpgsql security definer as $$
  begin
    perform pg_advisory_xact_lock_shared(pg_catalog.hashtext('chaos ' || tg_argv[0]));
    return case when tg_op = 'DELETE' then old else new end;
  end $$`;

const WAITING = `
  select pid from pg_locks where locktype = 'advisory' and not granted and mode = 'ShareLock'
    and database = (select oid from pg_database where datname = current_database()) limit 1`;

/** A gate that is shut. */
export interface Shut {
  /** The process id of the server's backend that stands before it. */
  reached(): Promise<number>;
  /** Opens it; whoever waits goes on. */
  open(): Promise<void>;
}

export const buildGates = async (superuser: pg.ClientConfig, gates: readonly Gate[]): Promise<void> => {
  const client = new pg.Client(superuser);
  await client.connect();
  await client.query(FUNCTION);
  for (const gate of gates) await client.query(trigger(gate));
  await client.end();
};

/** Resolves when that backend of the server is no more: what it was doing is then either done or undone. */
export const backendGone = async (superuser: pg.ClientConfig, pid: number): Promise<void> => {
  const client = new pg.Client(superuser);
  await client.connect();
  for (;;) {
    const { rowCount } = await client.query('select from pg_stat_activity where pid = $1', [pid]);
    if (rowCount === 0) break;
    await sleep(5);
  }
  await client.end();
};

export const shutGate = async (superuser: pg.ClientConfig, name: string): Promise<Shut> => {
  const client = new pg.Client(superuser);
  // The server may be killed with the gate shut; then nothing holds it any more.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock(hashtext($1))', [`chaos ${name}`]);
  return {
    reached: async () => {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(WAITING);
        if (rows[0] !== undefined) return rows[0].pid;
        await sleep(5);
      }
    },
    open: async () => {
      await client.end().catch(() => undefined);
    },
  };
};
