import {
  AppError,
  type ErrorDetails,
  type ImportPhase,
  type ImportRunId,
  newId,
} from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { type ImportRunRow, insertRun, readRun } from '../../store/queries/import-runs.ts';
import { lockPlan, noteImport, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { discardImport } from '../import/end-import.ts';
import { importActor, runNotFound } from '../import/run-context.ts';
import { runImport } from '../import/run-import.ts';
import { tenantOf } from './plan-context.ts';

/** How the pull before a full plan ended. */
export type PullOutcome =
  | { readonly kind: 'PULLED'; readonly complete: boolean }
  | { readonly kind: 'FAILED'; readonly code: string; readonly details: ErrorDetails };

const WORKING: ReadonlySet<ImportPhase> = new Set(['QUEUED', 'FETCHING', 'STAGING']);

/** The pull of this plan; made at first, found again after a crash. */
const pullOf = async (context: FlowContext, plan: SyncPlanRow): Promise<ImportRunId> => {
  if (plan.importRunId !== null) return plan.importRunId;
  const id = newId<'ImportRun'>();
  return context.db.transaction(importActor(context, id), async (tx) => {
    const standing = await lockPlan(tx, plan.id);
    if (standing?.importRunId) return standing.importRunId;
    const connection = await lockConnection(tx, plan.connectionId, 'share');
    if (connection === null) throw connectionNotFound(plan.connectionId);
    const run = await insertRun(tx, {
      id,
      connectionId: plan.connectionId,
      scope: 'ALL',
      trigger: 'PUSH',
    });
    // Another pull is at work: its turn comes first, perhaps in this very queue.
    if (run === null) throw new AppError('SYNC_PLAN_WAITS', { details: { name: connection.name } });
    await noteImport(tx, plan.id, id);
    await insertAuditEvent(tx, {
      action: 'import.start',
      objectType: 'ImportRun',
      objectId: id,
      details: { connectionId: plan.connectionId, scope: 'ALL', planId: plan.id },
    });
    return id;
  });
};

const requireRun = async (context: FlowContext, id: ImportRunId): Promise<ImportRunRow> => {
  const run = await readRun(context.db, tenantOf(context), id);
  if (run === null) throw runNotFound(id);
  return run;
};

const discard = async (context: FlowContext, runId: ImportRunId): Promise<void> => {
  try {
    await discardImport(context, { runId });
  } catch (error) {
    // Somebody has discarded or committed it meanwhile: either way the copies are fresh.
    if (!(error instanceof AppError) || error.code !== 'IMPORT_PHASE_WRONG') throw error;
  }
};

/**
 * The pull that a full push begins with (row W-DD-24): it brings the copies up to what the platform holds and is then
 * discarded, so that nothing of it touches the roster. Taken up where it stands after a crash.
 * @throws AppError SYNC_PLAN_WAITS while another pull works, and whatever may mend itself
 */
export const pullFirst = async (
  context: FlowContext,
  plan: SyncPlanRow,
  signal: AbortSignal,
): Promise<PullOutcome> => {
  const id = await pullOf(context, plan);
  let run = await requireRun(context, id);
  if (WORKING.has(run.phase)) {
    await runImport(context, { runId: id }, { signal });
    run = await requireRun(context, id);
  }
  if (run.phase === 'FAILED' || run.phase === 'CANCELLED') {
    return { kind: 'FAILED', code: run.errorCode ?? 'INTERNAL', details: run.errorDetails ?? {} };
  }
  if (WORKING.has(run.phase)) throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: id } });
  if (run.phase === 'REVIEW') await discard(context, id);
  return { kind: 'PULLED', complete: run.statement?.complete ?? false };
};
