import {
  type AccountId,
  type ConnectionId,
  type ErrorDetails,
  newId,
  type OrgUnitId,
} from '../../domain/index.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { carryOn, type PlanToCarry, readPlansToCarry, sortObjects } from '../../store/queries/push-carry.ts';
import { type ChangedObjects, lockSettled, readChanged, settle } from '../../store/queries/push-changes.ts';
import { lastPullComplete } from '../../store/queries/push-input.ts';
import { insertPlan, lastFailure, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { BULK_TIMEOUT } from '../import/run-context.ts';
import { approve } from './approve-plan.ts';
import { capabilitiesOf } from './capabilities.ts';
import { scopeOfChanges } from './change-scope.ts';
import type { PushTask } from './load-input.ts';
import { planActor } from './plan-context.ts';
import { failIn } from './plan-failure.ts';
import { planObjects } from './plan-objects.ts';
import { planSigner } from './sign-plan.ts';
import { type PlanToStore, storePlan } from './store-plan.ts';

interface Work {
  readonly context: FlowContext;
  readonly tx: Tx;
  readonly task: PushTask;
  readonly sign: PlanToStore['sign'];
  readonly applies: boolean;
  readonly settled: string;
}

/** Ids that a plan shows as its scope; of more, its rows tell. */
const SHOWN_IDS = 1000;
/** From so many objects on statements are planned for many rows. */
const BULK = 2000;

const shown = ({ accountIds, orgUnitIds }: ChangedObjects) =>
  accountIds.length + orgUnitIds.length > SHOWN_IDS ? {} : { accountIds, orgUnitIds };

const sizeOf = ({ accountIds, orgUnitIds }: ChangedObjects): number => accountIds.length + orgUnitIds.length;

const start = ({ tx, task }: Work, objects: ChangedObjects): Promise<SyncPlanRow> =>
  insertPlan(tx, {
    id: newId<'SyncPlan'>(),
    connectionId: task.connectionId,
    kind: 'INCREMENTAL',
    scope: shown(objects),
    trigger: 'CHANGE',
  });

/** Roots of different names and the like: one row says so, until it says something else. */
const failOnce = async (
  work: Work,
  objects: ChangedObjects,
  failure: { readonly code: string; readonly details: ErrorDetails },
): Promise<void> => {
  if ((await lastFailure(work.tx, work.task.connectionId)) === failure.code) return;
  const plan = await start(work, objects);
  await failIn(work.tx, plan.id, failure);
};

type Outcome =
  | { readonly kind: 'NOTHING' | 'FAILED' }
  | { readonly kind: 'STORED'; readonly plan: SyncPlanRow };

/** Plans some objects; what leads to nothing leaves no plan behind. */
const planSome = async (work: Work, objects: ChangedObjects): Promise<Outcome> => {
  const { context, tx, task } = work;
  if (sizeOf(objects) === 0) return { kind: 'NOTHING' };
  const scope = await scopeOfChanges(tx, { ...task, settled: work.settled }, objects);
  const { plan: planned } = await planObjects(tx, task, scope);
  if (planned.outcome === 'ABORTED') {
    await failOnce(work, objects, planned);
    return { kind: 'FAILED' };
  }
  if (planned.operations.length === 0) return { kind: 'NOTHING' };
  const plan = await storePlan(tx, await start(work, objects), { planned, made: task, sign: work.sign });
  if (work.applies && planned.operations.some(({ state }) => state === 'PLANNED')) {
    await approve(tx, plan, context.principal);
  }
  return { kind: 'STORED', plan };
};

const union = (one: ChangedObjects, other: ChangedObjects): ChangedObjects => ({
  accountIds: [...new Set<AccountId>([...one.accountIds, ...other.accountIds])],
  orgUnitIds: [...new Set<OrgUnitId>([...one.orgUnitIds, ...other.orgUnitIds])],
});

const isOpen = ({ phase }: PlanToCarry): boolean => phase === 'REVIEW' || phase === 'APPROVED';

/** What is planned together with the changes, what by itself, and which plans that concerns. */
interface Carried {
  readonly plans: readonly PlanToCarry[];
  readonly together: readonly string[];
  /** Held rows of plans that have been applied: they wait for a word of their own and keep nothing else from going. */
  readonly apart: readonly string[];
}

/**
 * What earlier plans have left open. Plans that wait for a person are one plan and grow; where changes are applied by
 * themselves an open plan is only made anew when it has to do with something that changes once more.
 */
const carriedWith = (work: Work, changed: ChangedObjects, plans: readonly PlanToCarry[]): Carried => {
  const over = plans.filter((plan) => !isOpen(plan));
  const together = over.flatMap(({ overtaken, phase, waiting }) =>
    phase === 'EXPIRED' || !work.applies ? [...overtaken, ...waiting] : overtaken,
  );
  const apart = over.flatMap(({ phase, waiting }) => (phase === 'APPLIED' && work.applies ? waiting : []));
  const moved = new Set<string>([...changed.accountIds, ...changed.orgUnitIds, ...together]);
  if (moved.size === 0) return { plans: over, together, apart };
  const open = plans.filter(
    (plan) => isOpen(plan) && (!work.applies || plan.waiting.some((id) => moved.has(id))),
  );
  return {
    plans: [...over, ...open],
    together: [...together, ...open.flatMap(({ waiting }) => waiting)],
    apart,
  };
};

const planAll = async (work: Work): Promise<void> => {
  const { tx, task } = work;
  const changed = await readChanged(tx, work.settled);
  const carried = carriedWith(work, changed, await readPlansToCarry(tx, task.connectionId));
  const objects = union(changed, await sortObjects(tx, carried.together));
  const apart = await sortObjects(tx, carried.apart);
  if (sizeOf(objects) + sizeOf(apart) > BULK) await workInBulk(tx);
  const made = await planSome(work, objects);
  // Nothing can be planned until somebody mends it: then all of this comes again.
  if (made.kind === 'FAILED') return;
  const held = await planSome(work, apart);
  const by = held.kind === 'STORED' ? held.plan : made.kind === 'STORED' ? made.plan : null;
  const ids = carried.plans.map(({ id }) => id);
  if (ids.length > 0) await carryOn(tx, ids, by?.id ?? null);
  await settle(tx, task.connectionId);
};

const taskOf = async (
  context: FlowContext,
  tx: Tx,
  known: Pick<PushTask, 'capabilities' | 'connectionId'>,
): Promise<(PushTask & { readonly applies: boolean }) | null> => {
  const connection = await lockConnection(tx, known.connectionId, 'share');
  if (connection === null || !connection.enabled || connection.mode !== 'READ_WRITE') return null;
  if (connection.pushRules.incremental === 'OFF') return null;
  return {
    ...known,
    rules: connection.pushRules,
    matchKeys: connection.pullRules.matchKeys,
    masters: connection.pullRules.masters,
    remoteComplete: await lastPullComplete(tx, connection.id),
    previousAccountsInScope: null,
    now: context.now(),
    applies: connection.pushRules.incremental === 'APPLY',
    unattended: connection.pushRules.incremental === 'APPLY',
  };
};

/**
 * Plans what a connection has not planned of the outbox, in one transaction with the note that it has: a crash leaves
 * either both or neither, and what is committed while it plans is not in what it notes.
 */
export const planConnection = async (
  context: FlowContext,
  input: { readonly id: ConnectionId },
): Promise<void> => {
  const connectionId = input.id;
  const known = { connectionId, capabilities: await capabilitiesOf(context, connectionId) };
  const sign = await planSigner(context);
  await context.db.transaction(
    planActor(context),
    async (tx) => {
      const settled = await lockSettled(tx, connectionId);
      const task = await taskOf(context, tx, known);
      if (task === null) return;
      await planAll({ context, tx, task, sign, settled, applies: task.applies });
    },
    { statementTimeout: BULK_TIMEOUT, isolation: 'REPEATABLE READ', retries: 5 },
  );
};
