/*
 * A process that executes one import run, or commits it, and does nothing else, for tests that kill it. Everything
 * it needs comes as one JSON argument.
 */
import pino from 'pino';
import type { ImportRunId, TenantId } from '../../src/domain/index.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { openDatabase } from '../../src/store/database.ts';
import { parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';

/** What such a process is told. */
export interface ImportOrder {
  readonly connection: object;
  readonly masterKey: string;
  readonly tenantId: TenantId;
  readonly runId: ImportRunId;
  /** Digest to commit with; absent = execute the run. */
  readonly digest?: string;
}

const order: ImportOrder = JSON.parse(process.argv[2] ?? '{}');
const services = createPlatformServices();
const context = {
  db: openDatabase({ connection: order.connection, pool: { applicationName: 'import-process' } }),
  secrets: createSecrets(parseMasterKeys(order.masterKey)),
  platforms: createPlatforms(services),
  logger: pino({ level: 'silent' }),
  now: () => new Date(),
  passwords: { hash: async () => 'unused' },
  principal: {
    kind: 'SYSTEM' as const,
    id: null,
    tenantId: order.tenantId,
    name: 'worker',
    requestId: 'worker',
    address: null,
  },
};
if (order.digest === undefined) await runImport(context, { runId: order.runId });
else await commitImport(context, { runId: order.runId, digest: order.digest });
await context.db.close();
await services.http.close();
