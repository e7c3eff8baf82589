import type pg from 'pg';
import { importActor } from '../../src/flows/import/run-context.ts';
import { keepPreviousAccounts, readWork } from '../../src/store/queries/import-facts.ts';
import { type BenchRow, ratioRow } from '../measure/row.ts';
import { interleave, type Samples, seconds } from '../measure/samples.ts';
import { CHANGED_PERCENT } from '../world/company.ts';
import { ImportWorld } from '../world/import-world.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { playBack } from '../world/recording.ts';
import { withClient } from '../world/server.ts';

/** Milliseconds of each step. */
export interface DiffMeasured {
  readonly join: Samples;
  readonly classify: Samples;
  readonly stage: Samples;
  readonly stageUnchanged: Samples;
  readonly stagedRows: number;
}

type Version = 'changed' | 'original';

/** Fetches one version of the company and keeps its rows aside, so that rounds need not fetch again. */
const keep = async (client: pg.Client, company: ImportedCompany, version: Version): Promise<void> => {
  const recording = version === 'changed' ? company.changedRecording : company.recording;
  const world = ImportWorld.enter(company.committed.app, company.place, await playBack(recording));
  const run = await world.begin();
  await world.fetch(run, await world.connection());
  await world.close();
  for (const table of ['fetched_account', 'fetched_org_unit']) {
    await client.query(
      `create table public.${version}_${table} as select * from muster.${table} where run_id = '${run.id}'`,
    );
  }
  await client.query(
    `create table public.${version}_run as select * from muster.import_run where id = '${run.id}'`,
  );
  await discard(client);
};

/** Ends whatever run there is. */
const discard = async (client: pg.Client): Promise<void> => {
  await client.query(
    "update muster.import_run set phase = 'DISCARDED' where phase not in ('DISCARDED', 'COMMITTED')",
  );
  await client.query(
    'truncate muster.fetched_account, muster.fetched_org_unit, muster.import_page, muster.staged_account, muster.staged_org_unit',
  );
};

/** A run that has just been fetched. */
const fetched = async (client: pg.Client, world: ImportWorld, version: Version) => {
  const run = await world.begin();
  for (const table of ['fetched_account', 'fetched_org_unit']) {
    const { rows } = await client.query<{ names: string }>(
      `select string_agg(attname, ', ' order by attnum) as names from pg_attribute
       where attrelid = 'muster.${table}'::regclass and attnum > 0 and attname <> 'run_id'`,
    );
    const names = rows[0]?.names ?? '';
    await client.query(
      `insert into muster.${table} (run_id, ${names}) select '${run.id}', ${names} from public.${version}_${table}`,
    );
    await client.query(`analyze muster.${table}`);
  }
  await client.query(
    `update muster.import_run r set phase = 'STAGING', statement = k.statement, accounts = k.accounts,
       org_units = k.org_units from public.${version}_run k where r.id = $1`,
    [run.id],
  );
  return world.run(run.id);
};

/** Both sides as nothing but key and hash. */
const makeBare = async (client: pg.Client): Promise<void> => {
  await client.query(
    `create table public.bare_left as select external_id, content_hash from public.changed_fetched_account;
     create table public.bare_right as select external_id, content_hash from public.original_fetched_account;
     alter table public.bare_left add primary key (external_id);
     alter table public.bare_right add primary key (external_id);
     analyze public.bare_left, public.bare_right`,
  );
};

const BARE_JOIN = `
  select count(*) from public.bare_left l full join public.bare_right r using (external_id)
  where l.content_hash is distinct from r.content_hash`;

/** Who needs a decision, read to the end with both sides' values: what staging begins with. */
const classify = (world: ImportWorld, run: Awaited<ReturnType<ImportWorld['run']>>): Promise<number> =>
  world.context.db.transaction(importActor(world.context, run.id), async (tx) => {
    await keepPreviousAccounts(tx, run.id);
    let rows = 0;
    for (const which of ['PRESENT', 'ABSENT'] as const) {
      for await (const batch of readWork(tx, run, { which, attributes: [], merges: false }))
        rows += batch.length;
    }
    await tx.query('drop table pg_temp.previous_account');
    return rows;
  });

const MS = 1_000;

/** Pulls a committed company again with 9 % of its people changed. */
export const measureDiff = (company: ImportedCompany): Promise<DiffMeasured> =>
  withClient(company.committed.superuser, async (client) => {
    await keep(client, company, 'changed');
    await keep(client, company, 'original');
    await makeBare(client);
    const world = ImportWorld.enter(company.committed.app, company.place);
    let stagedRows = 0;
    const stage = async (version: Version): Promise<number> => {
      const run = await fetched(client, world, version);
      const took = await seconds(() => world.stage(run));
      if (version === 'changed') stagedRows = (await world.run(run.id)).counts?.accounts.rows ?? 0;
      await discard(client);
      return took * MS;
    };
    const measured = await interleave({
      join: async () => MS * (await seconds(() => client.query(BARE_JOIN))),
      classify: async () => {
        const run = await fetched(client, world, 'changed');
        let rows = 0;
        const took = await seconds(async () => {
          rows = await classify(world, run);
        });
        if (rows === 0) throw new Error('nobody was found to have changed');
        await discard(client);
        return MS * took;
      },
      stage: () => stage('changed'),
      // Also brings the copies back to where they were.
      stageUnchanged: () => stage('original'),
    });
    await world.close();
    return { ...measured, stagedRows };
  });

export const diffRows = (company: ImportedCompany, measured: DiffMeasured): BenchRow[] => {
  const pair = `${company.people} × ${company.people}`;
  const limitIs = 'count over a full join of both sides on key and hash alone';
  return [
    ratioRow(
      {
        id: 'P10',
        what: `classify ${pair}, ${CHANGED_PERCENT} % changed`,
        unit: 'ms',
        limitIs,
        note: 'subject = who needs a row, read to the end with the values of both sides',
      },
      { limit: measured.join, subject: measured.classify },
      { atMost: 1.6 },
    ),
    ratioRow(
      {
        id: 'P10',
        what: `stage ${pair}, ${CHANGED_PERCENT} % changed: reviewable rows`,
        unit: 'ms',
        limitIs,
        note:
          `subject = copies refreshed, ${measured.stagedRows} rows planned with changes per field, issues, ` +
          'clashes, guard, digest; one durable transaction',
      },
      { limit: measured.join, subject: measured.stage },
      { atMost: 3 },
    ),
    ratioRow(
      { id: 'P10', what: `stage ${pair}, nothing changed`, unit: 'ms', limitIs },
      { limit: measured.join, subject: measured.stageUnchanged },
      { atMost: 3 },
    ),
  ];
};
