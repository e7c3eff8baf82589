import type { SyncPlanId } from '../../domain/index.ts';
import { pushesOtherwise } from '../../planner/push/rules-differ.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { lastPullComplete } from '../../store/queries/push-input.ts';
import { lastFullRules, previousAccountsInScope } from '../../store/queries/push-state.ts';
import { lockPlan, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { BULK_TIMEOUT } from '../import/run-context.ts';
import { applyPlan } from './apply-plan.ts';
import { approve, settleScope } from './approve-plan.ts';
import { capabilitiesOf } from './capabilities.ts';
import { type PushTask, readsAll } from './load-input.ts';
import { planActor } from './plan-context.ts';
import { closePlan, failIn, finalError, noteTrouble } from './plan-failure.ts';
import { planObjects } from './plan-objects.ts';
import { scopeOfPlan } from './plan-scope.ts';
import { pullFirst } from './pull-first.ts';
import { planSigner } from './sign-plan.ts';
import { isActionable, type PlanToStore, storePlan } from './store-plan.ts';

interface Made {
  readonly plan: SyncPlanRow;
  /** Muster itself has approved it: it is to be applied. */
  readonly approved: boolean;
}

/**
 * A timed push is applied by itself where changes are (row W-DD-38), but not the first one after rules have changed
 * that say whom it changes: somebody has to see that first (field-notes rule 19).
 */
const appliesItself = async (
  tx: Tx,
  { plan, task }: { readonly plan: SyncPlanRow; readonly task: PushTask },
  stored: PlanToStore,
): Promise<boolean> => {
  if (plan.trigger !== 'SCHEDULE' || task.rules.incremental !== 'APPLY') return false;
  if (stored.planned.operations.every(({ state }) => state !== 'PLANNED')) return false;
  const seen = await lastFullRules(tx, plan.connectionId);
  return seen !== null && !pushesOtherwise(seen, task);
};

const taskOf = async (
  tx: Tx,
  plan: SyncPlanRow,
  known: Pick<PushTask, 'capabilities' | 'now'> & { readonly complete: boolean | null },
): Promise<PushTask & { readonly writes: boolean }> => {
  const connection = await lockConnection(tx, plan.connectionId, 'share');
  if (connection === null) throw connectionNotFound(plan.connectionId);
  return {
    connectionId: connection.id,
    rules: connection.pushRules,
    matchKeys: connection.pullRules.matchKeys,
    masters: connection.pullRules.masters,
    capabilities: known.capabilities,
    remoteComplete: known.complete ?? (await lastPullComplete(tx, connection.id)),
    previousAccountsInScope: plan.kind === 'FULL' ? await previousAccountsInScope(tx, connection.id) : null,
    now: known.now,
    writes: connection.mode === 'READ_WRITE',
    unattended: plan.trigger === 'SCHEDULE' && connection.pushRules.incremental === 'APPLY',
  };
};

const makeIn = async (
  context: FlowContext,
  tx: Tx,
  asked: {
    readonly planId: SyncPlanId;
    readonly capabilities: PushTask['capabilities'];
    readonly complete: boolean | null;
    readonly sign: PlanToStore['sign'];
  },
): Promise<Made | null> => {
  const plan = await lockPlan(tx, asked.planId);
  if (plan === null || plan.phase !== 'PLANNING') return null;
  const task = await taskOf(tx, plan, { ...asked, now: context.now() });
  const scope = await scopeOfPlan(tx, plan);
  if (readsAll(scope)) await workInBulk(tx);
  const { plan: planned } = await planObjects(tx, task, scope);
  if (planned.outcome === 'ABORTED') {
    await failIn(tx, plan.id, planned);
    return null;
  }
  const toStore = { planned, made: task, sign: asked.sign };
  const stored = await storePlan(tx, plan, toStore);
  // Nothing has to be decided about people who are all as they should be.
  if (!planned.operations.some(isActionable)) await settleScope(tx, stored);
  const approved = task.writes && (await appliesItself(tx, { plan, task }, toStore));
  if (approved) await approve(tx, stored, context.principal);
  return { plan: stored, approved };
};

const make = async (context: FlowContext, plan: SyncPlanRow, signal: AbortSignal): Promise<Made | null> => {
  const pulled = plan.kind === 'FULL' ? await pullFirst(context, plan, signal) : null;
  if (pulled?.kind === 'FAILED') {
    await closePlan(context, plan.id, pulled);
    return null;
  }
  signal.throwIfAborted();
  const capabilities = await capabilitiesOf(context, plan.connectionId);
  const sign = await planSigner(context);
  return context.db.transaction(
    planActor(context),
    (tx) => makeIn(context, tx, { planId: plan.id, capabilities, complete: pulled?.complete ?? null, sign }),
    // Roster and copies as they were at one instant, whatever is edited meanwhile.
    { statementTimeout: BULK_TIMEOUT, isolation: 'REPEATABLE READ' },
  );
};

/** What a job that died between approval and application has left. */
const isLeft = (plan: SyncPlanRow): boolean => plan.phase === 'APPROVED' && plan.trigger === 'SCHEDULE';

/**
 * Makes a plan; what the job does. May be called again after any crash: the pull goes on where it stood, the plan is
 * stored whole or not at all, and one that is made already is left alone.
 *
 *     PLANNING → (pull, discarded) → read, plan, store: one transaction → REVIEW · EMPTY
 *     a pull or an error that only people can mend, or roots of different names → FAILED, nothing written
 *
 * @throws whatever may mend itself: the job is then tried again, later
 */
export const runPlan = async (
  context: FlowContext,
  input: { readonly planId: SyncPlanId },
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> => {
  const signal = options.signal ?? new AbortController().signal;
  const plan = await context.db.transaction(planActor(context), (tx) => lockPlan(tx, input.planId));
  if (plan === null || (plan.phase !== 'PLANNING' && !isLeft(plan))) return;
  try {
    const made = isLeft(plan) ? { plan, approved: true } : await make(context, plan, signal);
    if (made?.approved !== true) return;
    await applyPlan(context, { planId: made.plan.id, digest: made.plan.digest ?? '' });
  } catch (error) {
    const final = finalError(context, error, signal);
    if (final === null) {
      await noteTrouble(context, plan.id, error);
      throw error;
    }
    await closePlan(context, plan.id, final);
  }
};
