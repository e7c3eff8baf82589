import { AppError, newId, type SyncPlanId, type SyncRunId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type ConnectionRow, lockConnection } from '../../store/queries/connections.ts';
import { readApprovals } from '../../store/queries/plan-review.ts';
import { readQuarantine } from '../../store/queries/sync-failures.ts';
import { lockPlan, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import {
  busyRun,
  insertSyncRun,
  lockRunOfPlan,
  type SyncRunRow,
  setPlanApplied,
} from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { addRunJob, syncActor } from './apply-context.ts';
import { planNotFound } from './plan-context.ts';
import { verifyPlan } from './verify-plan.ts';

export interface ApplyPlanInput {
  readonly planId: SyncPlanId;
  /** Digest of what was approved, as the plan shows it. */
  readonly digest: string;
}

const BULK_TIMEOUT = 600_000;

const requireApproved = async (context: FlowContext, tx: Tx, plan: SyncPlanRow): Promise<void> => {
  if (plan.phase === 'REVIEW') {
    const approvals = await readApprovals(tx, plan.id);
    const given = approvals.filter(({ digest }) => digest === plan.digest).length;
    const wanted = plan.rules?.approval.secondApprover === true ? 2 : 1;
    throw new AppError('SYNC_PLAN_NOT_APPROVED', { details: { missing: Math.max(1, wanted - given) } });
  }
  if (plan.phase !== 'APPROVED') {
    throw new AppError('SYNC_PLAN_PHASE_WRONG', { details: { phase: plan.phase } });
  }
  if (plan.expiresAt !== null && plan.expiresAt <= context.now()) {
    throw new AppError('SYNC_PLAN_EXPIRED', { details: { at: plan.expiresAt.toISOString() } });
  }
};

/** Locked against another application that begins at the same time. */
const requireConnection = async (context: FlowContext, tx: Tx, plan: SyncPlanRow): Promise<ConnectionRow> => {
  const connection = await lockConnection(tx, plan.connectionId, 'no key update');
  if (connection === null) throw connectionNotFound(plan.connectionId);
  const { name, platform } = connection;
  if (!connection.enabled) throw new AppError('CONNECTION_DISABLED', { details: { name } });
  if (requirePlatform(context, platform).directoryTarget === undefined) {
    throw new AppError('CONNECTION_CANNOT_PUSH', { details: { platform } });
  }
  const quarantine = await readQuarantine(tx, connection.id);
  if (quarantine !== null) {
    throw new AppError('CONNECTION_QUARANTINED', { details: { name, reason: quarantine.code } });
  }
  if (plan.urgent) return connection;
  const busy = await busyRun(tx, connection.id);
  if (busy !== null) throw new AppError('SYNC_RUN_BUSY', { details: { name, runId: busy.id } });
  return connection;
};

const applyIn = async (
  context: FlowContext,
  tx: Tx,
  { planId, digest, runId }: ApplyPlanInput & { readonly runId: SyncRunId },
): Promise<SyncRunRow> => {
  const plan = await lockPlan(tx, planId);
  if (plan === null) throw planNotFound(planId);
  const standing = await lockRunOfPlan(tx, planId);
  if (standing !== null && plan.digest === digest) return standing;
  if (plan.digest === null || plan.digest !== digest) throw new AppError('SYNC_PLAN_DIGEST_STALE');
  await requireApproved(context, tx, plan);
  const connection = await requireConnection(context, tx, plan);
  await verifyPlan(tx, plan);
  const { connectionId, urgent } = plan;
  const run = await insertSyncRun(tx, { id: runId, planId, connectionId, urgent });
  await setPlanApplied(tx, planId, false);
  await addRunJob(tx, run);
  await insertAuditEvent(tx, {
    action: 'sync.start',
    objectType: 'SyncRun',
    objectId: runId,
    details: { planId, digest, connectionId, mode: connection.mode },
  });
  return run;
};

/**
 * Begins to apply exactly what was approved, and answers at once; a job does the work. A second call with the same
 * digest answers with the same run. On a connection that only reads, links are made and nothing else (row W-DD-26).
 * @throws AppError NOT_FOUND, SYNC_PLAN_DIGEST_STALE, SYNC_PLAN_NOT_APPROVED, SYNC_PLAN_PHASE_WRONG,
 *   SYNC_PLAN_EXPIRED, SYNC_PLAN_TAMPERED, CONNECTION_DISABLED, CONNECTION_CANNOT_PUSH, CONNECTION_QUARANTINED,
 *   SYNC_RUN_BUSY while another one works (an urgent one does not wait)
 */
export const applyPlan = (context: FlowContext, input: ApplyPlanInput): Promise<SyncRunRow> => {
  const runId = newId<'SyncRun'>();
  return context.db.transaction(
    syncActor(context, runId),
    (tx) => applyIn(context, tx, { ...input, runId }),
    { statementTimeout: BULK_TIMEOUT },
  );
};
