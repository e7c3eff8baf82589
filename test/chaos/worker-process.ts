/*
 * A process that does what a gateway's process does to imports, for tests that kill it: it loads everything, says
 * `loaded`, and waits for orders, one JSON line each.
 */
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createInterface } from 'node:readline';
import type pg from 'pg';
import pino from 'pino';
import { startJobWorker } from '../../jobs/job-worker.ts';
import { GIVE_UP_TASK, TASKS } from '../../jobs/tasks.ts';
import type { ImportRunId, TenantId } from '../../src/domain/index.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import '../../src/flows/import/run-import.ts';
import '../../src/flows/sync/run-sync.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { openDatabase } from '../../src/store/database.ts';
import { parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';

export interface WorkerSettings {
  readonly connection: pg.ClientConfig;
  readonly masterKey: string;
}

/** Take jobs from the queue from now on, or commit a run. */
export type Order =
  | { readonly kind: 'work' }
  | {
      readonly kind: 'commit';
      readonly tenantId: TenantId;
      readonly runId: ImportRunId;
      readonly digest: string;
    };

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? '{}');
const db = openDatabase({ connection: settings.connection, pool: { applicationName: 'chaos' } });
const deps = {
  db,
  secrets: createSecrets(parseMasterKeys(settings.masterKey)),
  logger: pino({ level: 'silent' }),
  now: () => new Date(),
};
const platforms = createPlatforms(createPlatformServices());
const say = (word: string): boolean => process.stdout.write(`${word}\n`);

const obey = async (order: Order): Promise<void> => {
  if (order.kind === 'work') {
    await startJobWorker({
      deps: { ...deps, platforms: async () => platforms },
      connection: settings.connection,
      tasks: TASKS,
      giveUpTask: GIVE_UP_TASK,
      // Long: whoever comes next sees that this process is gone, and a slow machine must not cost a live one its jobs.
      leaseMs: 60_000,
      onBeat: () => undefined,
      onExecution: () => undefined,
    });
    return;
  }
  const { tenantId, runId, digest } = order;
  const principal = {
    kind: 'SYSTEM' as const,
    id: null,
    tenantId,
    name: 'chaos',
    requestId: 'chaos',
    address: null,
  };
  const passwords = { hash: async (): Promise<string> => 'unused' };
  await commitImport({ ...deps, platforms, principal, passwords }, { runId, digest });
};

const lines = createInterface(process.stdin);
lines.on('line', (line) => {
  void obey(JSON.parse(line));
});
// Whoever is killed leaves none behind, and every later process compiles everything again.
flushCompileCache();
say('loaded');
// Ends with the test that started it, should that die without a word.
await once(lines, 'close');
process.exit();
