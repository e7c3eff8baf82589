/*
 * A process that applies plans, by the production's own path: executor, adapter, HTTP client, rate budget shared
 * through PostgreSQL. Of its own, so that its processor time is the push's and nobody else's.
 */
import type pg from 'pg';
import type { SyncRunId, TenantId } from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { runSync } from '../../src/flows/sync/run-sync.ts';
import { createLogger } from '../../src/logging/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { openDatabase } from '../../src/store/database.ts';
import { parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSharedLedger } from '../../src/store/rate-budget.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { answerParent } from '../world/child.ts';

/** What the process is started with, as one JSON argument. */
export interface PushWorkerArgs {
  readonly app: pg.ClientConfig;
  readonly masterKey: string;
  readonly tenantId: TenantId;
}

export interface Pushed {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Seconds of processor time, all threads. */
  readonly cpuSeconds: number;
}

const { app, masterKey, tenantId } = JSON.parse(process.argv[2] ?? '{}') as PushWorkerArgs;
const db = openDatabase({ connection: app });
const services = createPlatformServices({ ledger: createSharedLedger(db) });
const context: FlowContext = {
  db,
  secrets: createSecrets(parseMasterKeys(masterKey)),
  platforms: createPlatforms(services),
  logger: createLogger({ level: 'warn' }),
  now: () => new Date(),
  principal: { kind: 'SYSTEM', id: null, tenantId, name: 'bench', requestId: 'bench', address: null },
};

answerParent(async ({ runId }: { readonly runId: SyncRunId }): Promise<Pushed> => {
  const before = process.cpuUsage();
  const startedAt = Date.now();
  await runSync(context, { runId });
  const endedAt = Date.now();
  const { user, system } = process.cpuUsage(before);
  return { startedAt, endedAt, cpuSeconds: (user + system) / 1e6 };
});
