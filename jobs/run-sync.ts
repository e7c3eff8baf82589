import { z } from 'zod';
import type { SyncRunId, TenantId } from '../src/domain/index.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Executes the run of a plan; added by `applyPlan`. */
export const runSyncTask = defineTask({
  name: 'run-sync',
  payload: z.object({ tenantId: idOf<TenantId>(), runId: idOf<SyncRunId>() }),
  subject: ({ tenantId, runId }) => ({ tenantId, type: 'SyncRun', id: runId }),
  run: async (context, { tenantId, runId }) => {
    const { runSync } = await import('../src/flows/sync/run-sync.ts');
    await runSync(await flowContext(context, tenantId), { runId }, { signal: context.signal });
  },
  giveUp: async (context, { tenantId, runId }) => {
    const { giveUpSync } = await import('../src/flows/sync/give-up-sync.ts');
    await giveUpSync(await flowContext(context, tenantId), { runId });
  },
});
