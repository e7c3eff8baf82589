import { z } from 'zod';
import type { ImportRunId, TenantId } from '../src/domain/index.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Executes an import run; added by `startImport`. */
export const runImportTask = defineTask({
  name: 'run-import',
  payload: z.object({ tenantId: idOf<TenantId>(), runId: idOf<ImportRunId>() }),
  subject: ({ tenantId, runId }) => ({ tenantId, type: 'ImportRun', id: runId }),
  run: async (context, { tenantId, runId }) => {
    const { runImport } = await import('../src/flows/import/run-import.ts');
    await runImport(await flowContext(context, tenantId), { runId }, { signal: context.signal });
  },
  giveUp: async (context, { tenantId, runId }) => {
    const { giveUpImport } = await import('../src/flows/import/give-up-import.ts');
    await giveUpImport(await flowContext(context, tenantId), { runId });
  },
});
