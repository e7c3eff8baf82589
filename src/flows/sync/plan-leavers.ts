import { type ConnectionId, newId, type OperationKind, type PlannedOperation } from '../../domain/index.ts';
import type { PushPlan } from '../../planner/push/facts.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { readLeavers, readSettled } from '../../store/queries/push-changes.ts';
import { lastPullComplete } from '../../store/queries/push-input.ts';
import { insertPlan } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { approve } from './approve-plan.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { PushTask } from './load-input.ts';
import { planActor } from './plan-context.ts';
import { planObjects } from './plan-objects.ts';
import { planSigner } from './sign-plan.ts';
import { type PlanToStore, storePlan } from './store-plan.ts';

type Planned = Extract<PushPlan, { readonly outcome: 'PLANNED' }>;

const ENDS_ACCESS: ReadonlySet<OperationKind> = new Set(['DISABLE_ACCOUNT', 'DELETE_ACCOUNT']);

/** Of a plan the rows that end somebody's access and wait for nothing, as a plan of their own. */
const urgentPart = (planned: Planned): Planned => {
  const operations = planned.operations
    .filter(
      ({ kind, state, dependsOn }) => ENDS_ACCESS.has(kind) && state === 'PLANNED' && dependsOn.length === 0,
    )
    .map((operation, ordinal): PlannedOperation => ({ ...operation, ordinal }));
  const byKind: Partial<Record<OperationKind, number>> = {};
  for (const { kind } of operations) byKind[kind] = (byKind[kind] ?? 0) + 1;
  return {
    ...planned,
    operations,
    totals: { ...planned.totals, byKind, byState: { PLANNED: operations.length } },
  };
};

const planIn = async (
  context: FlowContext,
  tx: Tx,
  known: Pick<PushTask, 'connectionId' | 'capabilities'> & Pick<PlanToStore, 'sign'>,
): Promise<void> => {
  const { connectionId, sign } = known;
  const leavers = await readLeavers(tx, connectionId, await readSettled(tx, connectionId));
  if (leavers.length === 0) return;
  const connection = await lockConnection(tx, connectionId, 'share');
  if (connection?.pushRules.incremental !== 'APPLY') return;
  const task: PushTask = {
    connectionId,
    capabilities: known.capabilities,
    rules: connection.pushRules,
    matchKeys: connection.pullRules.matchKeys,
    masters: connection.pullRules.masters,
    remoteComplete: await lastPullComplete(tx, connectionId),
    previousAccountsInScope: null,
    now: context.now(),
    unattended: true,
  };
  const scope = { kind: 'INCREMENTAL', orgUnitIds: new Set<never>(), accountIds: new Set(leavers) } as const;
  const { plan: planned } = await planObjects(tx, task, scope);
  if (planned.outcome === 'ABORTED') return;
  const urgent = urgentPart(planned);
  if (urgent.operations.length === 0) return;
  const plan = await insertPlan(tx, {
    id: newId<'SyncPlan'>(),
    connectionId,
    kind: 'INCREMENTAL',
    scope: { accountIds: urgent.operations.flatMap(({ objectId }) => (objectId ?? []) as typeof leavers) },
    trigger: 'CHANGE',
    urgent: true,
  });
  await approve(tx, await storePlan(tx, plan, { planned: urgent, made: task, sign }), context.principal);
};

/**
 * Plans the end of access of people who have lost it in the roster (goal P13): a small plan that goes before a full
 * one. It settles nothing: the plan of changes that comes a second later looks at the same people again, and finds
 * them as they should be, or brings what a guard holds back and what is left to do beside.
 */
export const planLeavers = async (context: FlowContext, connectionId: ConnectionId): Promise<void> => {
  const capabilities = await capabilitiesOf(context, connectionId);
  const sign = await planSigner(context);
  await context.db.transaction(
    planActor(context),
    (tx) => planIn(context, tx, { connectionId, capabilities, sign }),
    { isolation: 'REPEATABLE READ' },
  );
};
