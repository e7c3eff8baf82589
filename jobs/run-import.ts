import { z } from 'zod';
import type { ImportRunId, TenantId } from '../src/domain/index.ts';
import { giveUpImport } from '../src/flows/import/give-up-import.ts';
import { runImport } from '../src/flows/import/run-import.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Executes an import run; added by `startImport`. */
export const runImportTask = defineTask({
  name: 'run-import',
  payload: z.object({ tenantId: idOf<TenantId>(), runId: idOf<ImportRunId>() }),
  subject: ({ tenantId, runId }) => ({ tenantId, type: 'ImportRun', id: runId }),
  run: (context, { tenantId, runId }) =>
    runImport(flowContext(context, tenantId), { runId }, { signal: context.signal }),
  giveUp: (context, { tenantId, runId }) => giveUpImport(flowContext(context, tenantId), { runId }),
});
