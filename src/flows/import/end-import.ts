import { AppError, type ImportRunId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { concludeHeld } from '../../store/queries/event-outcomes.ts';
import { dropFetched } from '../../store/queries/import-fetched.ts';
import { type ImportRunRow, lockRun, markDiscarded, requestCancel } from '../../store/queries/import-runs.ts';
import { wakeJob } from '../../store/queries/jobs.ts';
import type { FlowContext } from '../context.ts';
import { importActor, importJobKey, runNotFound } from './run-context.ts';

/**
 * Asks a working import to stop; it does so within one call to the platform. One that nobody executes yet is over
 * at once.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG when it does not work any more
 */
export const cancelImport = (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
): Promise<ImportRunRow> =>
  context.db.transaction(importActor(context, input.runId), async (tx) => {
    const run = await requestCancel(tx, input.runId);
    if (run === null) {
      const standing = await lockRun(tx, input.runId);
      if (standing === null) throw runNotFound(input.runId);
      throw new AppError('IMPORT_PHASE_WRONG', { details: { phase: standing.phase } });
    }
    // It may be waiting for its next attempt, which is when it would hear of this.
    await wakeJob(tx, importJobKey(run.id));
    await insertAuditEvent(tx, { action: 'import.requestCancel', objectType: 'ImportRun', objectId: run.id });
    return run;
  });

/**
 * Ends a reviewed import without writing anything; its rows stay readable.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG
 */
export const discardImport = (context: FlowContext, input: { readonly runId: ImportRunId }): Promise<void> =>
  context.db.transaction(importActor(context, input.runId), async (tx) => {
    const run = await lockRun(tx, input.runId);
    if (run === null) throw runNotFound(input.runId);
    if (run.phase !== 'REVIEW') throw new AppError('IMPORT_PHASE_WRONG', { details: { phase: run.phase } });
    await markDiscarded(tx, run.id);
    await dropFetched(tx, run.id);
    await concludeHeld(tx, run.id, 'DISCARDED');
    await insertAuditEvent(tx, { action: 'import.discard', objectType: 'ImportRun', objectId: run.id });
  });
