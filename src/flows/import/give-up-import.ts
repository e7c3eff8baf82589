import type { ImportRunId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { dropFetched } from '../../store/queries/import-fetched.ts';
import { claimRun, failRun } from '../../store/queries/import-runs.ts';
import type { FlowContext } from '../context.ts';
import { importActor } from './run-context.ts';

/**
 * Ends a run whose job has used up its attempts, so that the connection is free for the next import. The reason
 * that the last attempt noted stays; without one its worker died each time.
 */
export const giveUpImport = (context: FlowContext, input: { readonly runId: ImportRunId }): Promise<void> =>
  context.db.transaction(importActor(context, input.runId), async (tx) => {
    const run = await claimRun(tx, input.runId);
    if (run === null) return;
    const code = run.errorCode ?? 'INTERNAL';
    await failRun(tx, run, {
      phase: 'FAILED',
      code,
      details: run.errorDetails ?? { requestId: context.principal.requestId },
    });
    await dropFetched(tx, run.id);
    await insertAuditEvent(tx, {
      action: 'import.fail',
      objectType: 'ImportRun',
      objectId: run.id,
      result: 'FAILED',
      reasonCode: code,
    });
  });
