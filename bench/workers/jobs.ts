/*
 * A process that works on the queue as a gateway's worker thread does: all tasks, the production's platforms, the rate
 * budget shared through PostgreSQL. It answers once, when it has begun.
 */
import type pg from 'pg';
import { startJobWorker } from '../../jobs/job-worker.ts';
import { GIVE_UP_TASK, TASKS } from '../../jobs/tasks.ts';
import '../../src/flows/sync/plan-changes.ts';
import '../../src/flows/sync/run-sync.ts';
import { createLogger } from '../../src/logging/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { openDatabase } from '../../src/store/database.ts';
import { parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSharedLedger } from '../../src/store/rate-budget.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { answerParent } from '../world/child.ts';

/** What the process is started with, as one JSON argument. */
export interface JobsWorkerArgs {
  readonly app: pg.ClientConfig;
  readonly masterKey: string;
}

const { app, masterKey } = JSON.parse(process.argv[2] ?? '{}') as JobsWorkerArgs;
const db = openDatabase({ connection: app });
const platforms = createPlatforms(createPlatformServices({ ledger: createSharedLedger(db) }));

answerParent(async () => {
  const worker = await startJobWorker({
    deps: {
      db,
      secrets: createSecrets(parseMasterKeys(masterKey)),
      platforms: async () => platforms,
      logger: createLogger({ level: 'warn' }),
      now: () => new Date(),
    },
    connection: app,
    tasks: TASKS,
    giveUpTask: GIVE_UP_TASK,
    leaseMs: 10_000,
    onBeat: () => undefined,
    onExecution: () => undefined,
  });
  return worker.id;
});
