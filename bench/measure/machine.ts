import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type pg from 'pg';

/** On what the rows were measured. */
export interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly node: string;
  readonly postgres: string;
  /** PostgreSQL's own settings that decide what a commit costs. */
  readonly durability: string;
  /** Mean number of runnable processes in the minute before the start and before the end. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly startedAt: string;
  readonly seconds: number;
}

/** Looks at the machine; the returned function closes the record at the end of the run. */
export const observeMachine = async (client: pg.Client): Promise<() => Machine> => {
  const started = new Date();
  const { rows } = await client.query<{ version: string; durability: string }>(
    `select current_setting('server_version') as version,
       'fsync=' || current_setting('fsync') || ' synchronous_commit=' || current_setting('synchronous_commit')
         || ' shared_buffers=' || current_setting('shared_buffers') as durability`,
  );
  const [server] = rows;
  const loadBefore = loadavg()[0] ?? 0;
  return () => ({
    os: `${type()} ${release()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: server?.version ?? 'unknown',
    durability: server?.durability ?? 'unknown',
    loadBefore,
    loadAfter: loadavg()[0] ?? 0,
    startedAt: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1_000),
  });
};
