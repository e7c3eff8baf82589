import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runImportTask } from '../../jobs/run-import.ts';
import { schedulePullsTask } from '../../jobs/schedule-pulls.ts';
import { sealAuditTask } from '../../jobs/seal-audit.ts';
import type { TaskContext } from '../../jobs/task.ts';
import { GIVE_UP_TASK, TASKS } from '../../jobs/tasks.ts';
import { DEFAULT_PULL_RULES, newId, type TenantId } from '../../src/domain/index.ts';
import { openPlatforms } from '../../src/open-platforms.ts';
import { beginJobRun, forgetJobRuns } from '../../src/store/queries/job-runs.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { createTenant, createTestDatabase, systemContext, type TestDatabase } from '../support/index.ts';
import { masterKeys, silent } from './probe.ts';

let test: TestDatabase;
let tenantId: TenantId;
let context: TaskContext;

beforeAll(async () => {
  test = await createTestDatabase();
  ({ tenantId } = await createTenant(test.database));
  const { platforms } = openPlatforms(test.database, { onCall: () => undefined, onWait: () => undefined });
  context = {
    db: test.database,
    secrets: createSecrets(masterKeys),
    platforms: async () => platforms,
    logger: silent,
    now: () => new Date(),
    signal: new AbortController().signal,
    attempt: 1,
    jobId: '1',
  };
});

const addConnection = async (name: string, everyMinutes: number, enabled = true): Promise<string> => {
  const id = newId<'Connection'>();
  await test.look(
    `insert into muster.connection (tenant_id, id, platform, name, enabled, pull_rules, created_at)
     values ($1, $2, 'dingtalk', $3, $4, $5, now() - interval '10 minutes')`,
    [tenantId, id, name, enabled, JSON.stringify({ ...DEFAULT_PULL_RULES, everyMinutes })],
  );
  return id;
};

const runsOf = (connectionId: string) =>
  test.look<{ id: string; phase: string; trigger: string; error_code: string | null }>(
    'select id, phase, trigger, error_code from muster.import_run where connection_id = $1',
    [connectionId],
  );

const run = (task: typeof schedulePullsTask, payload: unknown = {}): Promise<void> =>
  task.prepare(payload).run(context);

describe('schedule-pulls', () => {
  it('starts the pulls whose timer has run out, and no others', async () => {
    const due = await addConnection('due', 5);
    const notYet = await addConnection('not yet', 60);
    const off = await addConnection('no timer', 0);
    const disabled = await addConnection('disabled', 5, false);
    await run(schedulePullsTask);
    expect(await runsOf(due)).toMatchObject([{ phase: 'QUEUED', trigger: 'SCHEDULE' }]);
    for (const id of [notYet, off, disabled]) expect(await runsOf(id)).toEqual([]);
    await run(schedulePullsTask);
    expect(await runsOf(due)).toHaveLength(1);
    const jobs = await test.look<{ queue_name: string }>(
      `select queue_name from graphile_worker._private_jobs jobs
       join graphile_worker._private_job_queues queues on queues.id = jobs.job_queue_id`,
    );
    expect(jobs).toEqual([{ queue_name: `connection:${due}` }]);
  });

  it('counts from the last pull, whoever started it', async () => {
    const id = await addConnection('pulled by hand', 5);
    await test.look(
      `insert into muster.import_run (tenant_id, id, connection_id, scope, phase, created_at)
       values ($1, $2, $3, 'ALL', 'REVIEW', now() - interval '4 minutes')`,
      [tenantId, newId(), id],
    );
    await run(schedulePullsTask);
    expect(await runsOf(id)).toHaveLength(1);
    await test.look(`update muster.import_run set created_at = now() - interval '6 minutes'`);
    await run(schedulePullsTask);
    expect(await runsOf(id)).toHaveLength(2);
  });
});

describe('run-import', () => {
  it('that nobody will try again ends its run, which frees the connection', async () => {
    const connectionId = await addConnection('hopeless', 5);
    await run(schedulePullsTask);
    const [found] = await runsOf(connectionId);
    await runImportTask.prepare({ tenantId, runId: found?.id }).giveUp(context);
    expect(await runsOf(connectionId)).toMatchObject([{ phase: 'FAILED', error_code: 'INTERNAL' }]);
    await test.look(
      `update muster.import_run set created_at = now() - interval '6 minutes' where connection_id = $1`,
      [connectionId],
    );
    await run(schedulePullsTask);
    expect(await runsOf(connectionId)).toHaveLength(2);
  });
});

describe('the list of tasks', () => {
  it('names each after its file, and every timed one runs on any installation', async () => {
    const files = readdirSync(new URL('../../jobs', import.meta.url)).map((file) => file.replace('.ts', ''));
    for (const task of TASKS) {
      expect(files).toContain(task.name);
      if (task.cron !== undefined) await run(task, { _cron: { ts: new Date().toISOString() } });
    }
    expect(TASKS.map(({ name }) => name)).toContain(GIVE_UP_TASK);
  });
});

describe('seal-audit', () => {
  it('seals the events of every tenant', async () => {
    const other = await createTenant(test.database, '另一家公司');
    for (const id of [tenantId, other.tenantId]) {
      await test.look(
        `insert into muster.audit_event (tenant_id, id, action) values ($1, $2, 'test.event')`,
        [id, newId()],
      );
    }
    await run(sealAuditTask);
    const open = await test.look('select id from muster.audit_event where seal_seq is null');
    expect(open).toEqual([]);
    const seals = await test.look<{ tenant_id: string }>('select distinct tenant_id from muster.audit_seal');
    expect(seals.map((seal) => seal.tenant_id).sort()).toEqual([tenantId, other.tenantId].sort());
  });
});

describe('records of executions', () => {
  it('are forgotten after their time', async () => {
    const actor = systemContext(tenantId);
    const start = { task: 't', objectType: 'Probe', attempt: 1, worker: 'w' };
    const [old, young] = [newId(), newId()];
    await beginJobRun(test.database, actor, { ...start, objectId: old });
    await beginJobRun(test.database, actor, { ...start, objectId: young });
    await test.look(
      `update muster.job_run set started_at = now() - interval '31 days' where object_id = $1`,
      [old],
    );
    expect(await forgetJobRuns(test.database, actor, 30)).toBe(1);
    const left = await test.look<{ object_id: string }>('select object_id from muster.job_run');
    expect(left).toEqual([{ object_id: young }]);
  });
});
