import { AppError, type SyncRunId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockSyncRun, setSyncRunPhase } from '../../store/queries/sync-runs.ts';
import type { FlowContext } from '../context.ts';
import { syncActor } from './apply-context.ts';

const OPEN: readonly string[] = ['QUEUED', 'RUNNING', 'WAITING'];

/** Ends a run whose job has used up its attempts: its worker died each time. It can be resumed. */
export const giveUpSync = (context: FlowContext, input: { readonly runId: SyncRunId }): Promise<void> =>
  context.db.transaction(syncActor(context, input.runId), async (tx) => {
    const run = await lockSyncRun(tx, input.runId);
    if (run === null || !OPEN.includes(run.phase)) return;
    const { code } = new AppError('INTERNAL');
    await setSyncRunPhase(tx, run.id, {
      phase: 'FAILED',
      error: { code, details: { requestId: context.principal.requestId } },
    });
    await insertAuditEvent(tx, {
      action: 'sync.fail',
      objectType: 'SyncRun',
      objectId: run.id,
      result: 'FAILED',
      reasonCode: code,
    });
  });
