import { AppError, type Principal, type SyncPlanId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { insertApproval, markApproved, NOBODY, readApprovals } from '../../store/queries/plan-review.ts';
import { rememberAccountsInScope } from '../../store/queries/push-state.ts';
import { lockPlan, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { planActor, planNotFound, requirePlan } from './plan-context.ts';

export interface ApprovePlanInput {
  readonly planId: SyncPlanId;
  /** Digest of what was reviewed, as the plan shows it. */
  readonly digest: string;
  /** At most 1,000 characters. */
  readonly comment?: string | undefined;
}

export interface ApprovePlanReport {
  readonly plan: SyncPlanRow;
  /** Approvals that are still missing; 0 = it can be applied. */
  readonly missing: number;
}

const COMMENT_MAX = 1000;

const requireInTime = (context: FlowContext, plan: SyncPlanRow): void => {
  if (plan.expiresAt === null || plan.expiresAt > context.now()) return;
  throw new AppError('SYNC_PLAN_EXPIRED', { details: { at: plan.expiresAt.toISOString() } });
};

const readComment = (typed: string | undefined): string | null => {
  const comment = typed?.trim() ?? '';
  if (comment.length > COMMENT_MAX) {
    throw new AppError('INPUT_INVALID', {
      details: {
        field: 'comment',
        reason: `at most ${COMMENT_MAX} characters`,
        reasonZh: `最多 ${COMMENT_MAX} 个字符`,
      },
      path: ['input', 'comment'],
    });
  }
  return comment === '' ? null : comment;
};

/** How many more have to approve. Where two people are needed only people count, each once. */
const missingOf = async (
  tx: Tx,
  plan: SyncPlanRow,
  principal: Principal,
): Promise<{ readonly now: number; readonly after: number }> => {
  if (plan.rules?.approval.secondApprover !== true) return { now: 1, after: 0 };
  const given = (await readApprovals(tx, plan.id)).filter(({ digest }) => digest === plan.digest);
  const people = new Set(given.map(({ approverId }) => approverId));
  const now = 2 - people.size;
  // A program that somebody made may not be somebody's second pair of eyes.
  if (principal.kind !== 'ACCOUNT') return { now, after: now };
  return { now, after: 2 - people.add(principal.id).size };
};

/** The number of people that the next full plan is compared with: only of a plan that nobody has to wonder about. */
export const settleScope = async (tx: Tx, plan: SyncPlanRow): Promise<void> => {
  if (plan.kind !== 'FULL' || plan.totals === null) return;
  await rememberAccountsInScope(tx, {
    planId: plan.id,
    connectionId: plan.connectionId,
    accounts: plan.totals.accountsInScope,
  });
};

/** Writes down that a plan is approved; it is not looked at who may. */
export const approve = async (tx: Tx, plan: SyncPlanRow, principal: Principal): Promise<void> => {
  await insertApproval(tx, {
    planId: plan.id,
    approverId: principal.id ?? NOBODY,
    approverName: principal.name,
    digest: plan.digest ?? '',
    comment: null,
  });
  await markApproved(tx, plan.id);
  await settleScope(tx, plan);
  await insertAuditEvent(tx, {
    action: 'plan.approve',
    objectType: 'SyncPlan',
    objectId: plan.id,
    details: { digest: plan.digest, missing: 0 },
  });
};

/**
 * Approves what was reviewed. Where the connection's rules ask for two approvers, two different accounts have to;
 * whoever asked for the plan may be one of them, a machine client may not. Held rows that nobody has decided about
 * stay held. From the last approval on the digest stands.
 * @throws AppError NOT_FOUND, SYNC_PLAN_PHASE_WRONG, SYNC_PLAN_DIGEST_STALE, SYNC_PLAN_EXPIRED,
 *   SYNC_PLAN_NOT_APPROVED for a machine client where two people are needed, INPUT_INVALID
 */
export const approvePlan = (context: FlowContext, input: ApprovePlanInput): Promise<ApprovePlanReport> =>
  context.db.transaction(planActor(context), async (tx) => {
    const comment = readComment(input.comment);
    const plan = await requirePlan(tx, input.planId, ['REVIEW']);
    requireInTime(context, plan);
    if (plan.digest === null || plan.digest !== input.digest) throw new AppError('SYNC_PLAN_DIGEST_STALE');
    const { principal } = context;
    const missing = await missingOf(tx, plan, principal);
    if (plan.rules?.approval.secondApprover === true && principal.kind !== 'ACCOUNT') {
      throw new AppError('SYNC_PLAN_NOT_APPROVED', { details: { missing: missing.now } });
    }
    await insertApproval(tx, {
      planId: plan.id,
      approverId: principal.id ?? NOBODY,
      approverName: principal.name,
      digest: plan.digest,
      comment,
    });
    if (missing.after === 0) {
      await markApproved(tx, plan.id);
      await settleScope(tx, plan);
    }
    await insertAuditEvent(tx, {
      action: 'plan.approve',
      objectType: 'SyncPlan',
      objectId: plan.id,
      details: { digest: plan.digest, missing: missing.after },
    });
    const now = await lockPlan(tx, plan.id);
    if (now === null) throw planNotFound(plan.id);
    return { plan: now, missing: missing.after };
  });
