import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { ImportRunId } from '../../src/domain/index.ts';
import { cancelImport } from '../../src/flows/import/end-import.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import type { ImportOrder } from './import-process.ts';
import {
  commit,
  connectTo,
  createWorld,
  type ImportWorld,
  MASTER_KEY,
  runOf,
  startDingTalk,
} from './support.ts';

const PROCESS = fileURLToPath(new URL('./import-process.ts', import.meta.url));

let database: TestDatabase;
let simulator: DingTalkSimulator;
let expected: readonly string[];

/** The roster in the platform's words, so that two tenants can be compared. */
const outcomeOf = async (world: ImportWorld): Promise<readonly string[]> => {
  const rows = await database.look<{ row: string }>(
    `select concat_ws('|', 'account', r.external_id, a.user_name, a.display_name, a.mobile, a.email, a.job_number,
       a.title, a.status, a.version, mr.external_id) as row
     from muster.account a
     left join muster.account_link l on l.account_id = a.id
     left join muster.remote_account r on r.id = l.remote_account_id
     left join muster.account_link ml on ml.account_id = a.manager_id
     left join muster.remote_account mr on mr.id = ml.remote_account_id
     where a.tenant_id = $1
     union all
     select concat_ws('|', 'member', r.external_id, ur.external_id, m.leader, m.title, m.sort_order)
     from muster.membership m
     join muster.account_link l on l.account_id = m.account_id
     join muster.remote_account r on r.id = l.remote_account_id
     join muster.org_unit_link ul on ul.org_unit_id = m.org_unit_id
     join muster.remote_org_unit ur on ur.id = ul.remote_org_unit_id
     where m.tenant_id = $1
     union all
     select concat_ws('|', 'unit', ur.external_id, u.name, u.sort_order, pr.external_id) from muster.org_unit u
     left join muster.org_unit_link ul on ul.org_unit_id = u.id
     left join muster.remote_org_unit ur on ur.id = ul.remote_org_unit_id
     left join muster.org_unit_link pl on pl.org_unit_id = u.parent_id
     left join muster.remote_org_unit pr on pr.id = pl.remote_org_unit_id
     where u.tenant_id = $1
     union all
     select concat_ws('|', 'changes', object_type, operation, count(*)) from muster.directory_change
     where tenant_id = $1 group by object_type, operation
     order by 1`,
    [world.tenantId],
  );
  return rows.map(({ row }) => row);
};

beforeAll(async () => {
  database = await createTestDatabase();
  simulator = await startDingTalk({ people: 300, seed: 13 }, { settings: { latencyMs: 20 } });
  const world = await createWorld(database);
  const connection = await connectTo(world, simulator);
  const run = await startImport(world.context, { connectionId: connection.id, scope: 'ALL' });
  await runImport(world.context, { runId: run.id });
  await commit(world, run);
  expected = await outcomeOf(world);
});

const start = (world: ImportWorld, more: Pick<ImportOrder, 'runId'> & Partial<ImportOrder>): ChildProcess =>
  spawn(
    process.execPath,
    [
      PROCESS,
      JSON.stringify({
        connection: database.app,
        masterKey: MASTER_KEY,
        tenantId: world.tenantId,
        ...more,
      } satisfies ImportOrder),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );

const kill = async (child: ChildProcess): Promise<void> => {
  // It may have been quicker than we looked.
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

/** Waits until the database says so; the point at which a process is killed. */
const until = async (child: ChildProcess, sql: string, params: readonly unknown[]): Promise<boolean> => {
  while (child.exitCode === null) {
    const [row] = await database.look<{ reached: boolean }>(`select (${sql}) as reached`, params);
    if (row?.reached === true) return true;
    await sleep(2);
  }
  return false;
};

const begin = async (): Promise<{ world: ImportWorld; runId: ImportRunId }> => {
  const world = await createWorld(database);
  const connection = await connectTo(world, simulator);
  const { id } = await startImport(world.context, { connectionId: connection.id, scope: 'ALL' });
  return { world, runId: id };
};

const RUN = 'from muster.import_run where id = $1';
const BUSY =
  "from pg_stat_activity where datname = current_database() and application_name = 'import-process'";

describe('a worker is killed and another one goes on', () => {
  test.each([
    ['after it took the run', `select attempt > 0 ${RUN}`],
    ['after the first page', `select pages >= 1 ${RUN}`],
    ['among the pages of people', `select accounts >= 60 ${RUN}`],
    ['when everything is fetched', `select phase = 'STAGING' ${RUN}`],
    [
      'while copies are written',
      `select exists (select ${BUSY} and query like '%remote_account%') and $1::uuid is not null`,
    ],
    [
      'while rows are staged',
      `select exists (select ${BUSY} and (query like '%staged_account%' or query like 'fetch %'))
       and $1::uuid is not null`,
    ],
  ])('%s', async (_where, reached) => {
    const { world, runId } = await begin();
    const child = start(world, { runId });
    expect(await until(child, reached, [runId])).toBe(true);
    await kill(child);
    const calls = (await runOf(world, runId)).pages;
    await runImport(world.context, { runId });
    const run = await runOf(world, runId);
    expect(run).toMatchObject({ phase: 'REVIEW', statement: { complete: true } });
    expect(run.attempt).toBe(2);
    expect(run.pages).toBeGreaterThanOrEqual(calls);
    await commit(world, run);
    expect(await outcomeOf(world)).toEqual(expected);
  });
});

describe('the process that commits is killed', () => {
  test.each([
    ['at the units', `select exists (select ${BUSY} and query like '%muster.org_unit%')`],
    ['at the accounts', `select exists (select ${BUSY} and query like '%insert into muster.account%')`],
    ['at the links', `select exists (select ${BUSY} and query like '%account_link%')`],
  ])('%s', async (_where, reached) => {
    const { world, runId } = await begin();
    await runImport(world.context, { runId });
    const { digest } = await runOf(world, runId);
    const child = start(world, { runId, digest: digest ?? '' });
    await until(child, reached, []);
    await kill(child);
    // The server rolls back what it was told by somebody who is gone, as soon as it notices.
    await until({ exitCode: null } as ChildProcess, `select not exists (select ${BUSY})`, []);
    const run = await runOf(world, runId);
    if (run.phase !== 'COMMITTED') {
      expect(run.phase).toBe('REVIEW');
      const accounts = await database.look('select from muster.account where tenant_id = $1', [
        world.tenantId,
      ]);
      expect(accounts).toHaveLength(0);
      await commit(world, run);
    }
    expect(await outcomeOf(world)).toEqual(expected);
  });
});

test('a worker that was taken over writes nothing any more', async () => {
  const { world, runId } = await begin();
  const slow = runImport(world.context, { runId });
  await until({ exitCode: null } as ChildProcess, `select pages >= 1 ${RUN}`, [runId]);
  await runImport(world.context, { runId });
  await slow;
  const run = await runOf(world, runId);
  expect(run).toMatchObject({ phase: 'REVIEW', attempt: 2, statement: { complete: true } });
  await commit(world, run);
  expect(await outcomeOf(world)).toEqual(expected);
});

test('a cancelled run stops within a call and leaves the connection free', async () => {
  const { world, runId } = await begin();
  const running = runImport(world.context, { runId });
  await until({ exitCode: null } as ChildProcess, `select pages >= 1 ${RUN}`, [runId]);
  await cancelImport(world.context, { runId });
  const { pages } = await runOf(world, runId);
  await running;
  const run = await runOf(world, runId);
  expect(run.phase).toBe('CANCELLED');
  expect(run.pages).toBeLessThanOrEqual(pages + 1);
  const fetched = await database.look('select from muster.fetched_account where run_id = $1', [runId]);
  expect(fetched).toEqual([]);
  const next = await startImport(world.context, { connectionId: run.connectionId, scope: 'ALL' });
  expect(next.id).not.toBe(runId);
});
