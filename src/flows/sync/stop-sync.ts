import { AppError, type SyncRunId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { wakeJob } from '../../store/queries/jobs.ts';
import { lockSyncRun, requestStop, type SyncRunRow, setSyncRunPhase } from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { addRunJob, syncActor, syncJobKey, syncRunNotFound } from './apply-context.ts';

const requireRun = async (
  tx: Tx,
  runId: SyncRunId,
  phases: readonly SyncRunRow['phase'][],
): Promise<SyncRunRow> => {
  const run = await lockSyncRun(tx, runId);
  if (run === null) throw syncRunNotFound(runId);
  if (!phases.includes(run.phase)) {
    throw new AppError('SYNC_RUN_PHASE_WRONG', { details: { phase: run.phase } });
  }
  return run;
};

const writeDown = (tx: Tx, runId: SyncRunId, action: string): Promise<void> =>
  insertAuditEvent(tx, { action, objectType: 'SyncRun', objectId: runId });

/**
 * Asks a run to stop. One that works begins no further call; those on their way are waited for and recorded, so that
 * nothing is left in doubt. One that waits is stopped at once. It can be resumed.
 * @throws AppError NOT_FOUND, SYNC_RUN_PHASE_WRONG when it is over
 */
export const stopSync = (context: FlowContext, input: { readonly runId: SyncRunId }): Promise<SyncRunRow> =>
  context.db.transaction(syncActor(context, input.runId), async (tx) => {
    const run = await requireRun(tx, input.runId, ['QUEUED', 'RUNNING', 'WAITING']);
    await writeDown(tx, run.id, 'sync.requestStop');
    if (run.phase !== 'RUNNING') return setSyncRunPhase(tx, run.id, { phase: 'STOPPED' });
    await requestStop(tx, run.id);
    // Its worker may have died; then the next one hears of it.
    await wakeJob(tx, syncJobKey(run.id));
    return { ...run, stopRequested: true };
  });

/**
 * Lets a run that was stopped, or that has failed, go on where it stands.
 * @throws AppError NOT_FOUND, SYNC_RUN_PHASE_WRONG
 */
export const resumeSync = (context: FlowContext, input: { readonly runId: SyncRunId }): Promise<SyncRunRow> =>
  context.db.transaction(syncActor(context, input.runId), async (tx) => {
    const run = await requireRun(tx, input.runId, ['STOPPED', 'FAILED']);
    const queued = await setSyncRunPhase(tx, run.id, { phase: 'QUEUED' });
    await addRunJob(tx, queued);
    await writeDown(tx, run.id, 'sync.resume');
    return queued;
  });
