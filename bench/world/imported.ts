import type { ImportRunId } from '../../src/domain/index.ts';
import { seconds } from '../measure/samples.ts';
import type { RecordedCompany } from './company.ts';
import { ImportWorld } from './import-world.ts';
import { type BenchDatabase, type BenchServer, withClient } from './server.ts';

/** A company at its two resting places: staged and waiting for review, and committed. */
export interface ImportedCompany extends RecordedCompany {
  /** Nobody is connected to it: it is there to be copied. */
  readonly staged: BenchDatabase;
  /** The same after the commit. */
  readonly committed: BenchDatabase;
  readonly runId: ImportRunId;
  /** Seconds that the first staging took: everybody is new. */
  readonly firstStagingSeconds: number;
}

/** Rows that must have changed before autovacuum looks at a table (autovacuum_analyze_threshold). */
const ANALYZE_FROM = 50;

/** Leaves a database as autovacuum would have a minute later, with nothing waiting to be written. */
export const settle = (database: BenchDatabase): Promise<void> =>
  withClient(database.superuser, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select relid::regclass::text as name from pg_stat_user_tables
       where schemaname = 'muster' and n_mod_since_analyze >= $1`,
      [ANALYZE_FROM],
    );
    if (rows.length > 0) await client.query(`vacuum analyze ${rows.map(({ name }) => name).join(', ')}`);
    await client.query('checkpoint');
  });

/** Stages the run that was fetched last and keeps a copy; commits it in another. */
export const importCompany = async (
  server: BenchServer,
  company: RecordedCompany,
  runId: ImportRunId,
): Promise<ImportedCompany> => {
  const world = ImportWorld.enter(company.database.app, company.place);
  const run = await world.run(runId);
  const firstStagingSeconds = await seconds(() => world.stage(run));
  const { counts } = await world.run(runId);
  await world.close();
  const pending = counts?.accounts.decisions['PENDING'] ?? 0;
  if (pending > 0) throw new Error(`${pending} rows of a tidy company wait for a decision`);
  await settle(company.database);
  const committed = await server.create(`${company.database.name}_committed`, company.database);
  const second = ImportWorld.enter(committed.app, company.place);
  await second.commit(runId);
  await second.close();
  await settle(committed);
  return { ...company, staged: company.database, committed, runId, firstStagingSeconds };
};
