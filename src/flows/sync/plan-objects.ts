import type { PlannedOperation, TargetCapabilities } from '../../domain/index.ts';
import { fold } from '../../planner/fold.ts';
import type { PushInput, PushPlan } from '../../planner/push/facts.ts';
import { planPush } from '../../planner/push/plan-push.ts';
import { type RemoteWanted, remoteHolders } from '../../store/queries/push-context.ts';
import type { Tx } from '../../store/transaction.ts';
import { loadPushInput, type PushScopeSets, type PushTask, readsAll } from './load-input.ts';

/** Fields of the copy itself; every other field of a platform is one of its attributes. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'externalId',
  'name',
  'mobile',
  'email',
  'jobNumber',
  'title',
]);

/** What the operations want of what nobody may have twice. */
const uniqueValues = (
  operations: readonly PlannedOperation[],
  capabilities: TargetCapabilities,
): RemoteWanted => {
  const unique = new Set(capabilities.fields.filter((field) => field.unique).map(({ name }) => name));
  const externalIds = new Set<string>();
  const values: Record<string, Set<string>> = {};
  for (const { content } of operations) {
    if (content.wantedExternalId !== undefined) externalIds.add(fold(content.wantedExternalId));
    for (const [field, value] of Object.entries(content.values ?? {})) {
      if (value === null || !unique.has(field)) continue;
      const path = OWN_FIELDS.has(field) ? field : `attributes.${field}`;
      values[path] = (values[path] ?? new Set<string>()).add(fold(value));
    }
  }
  return {
    externalIds: [...externalIds],
    values: Object.fromEntries(Object.entries(values).map(([field, set]) => [field, [...set]])),
  };
};

/** Rounds after which whoever still holds a wanted value is left to the platform's own refusal. */
const ROUNDS = 4;

/**
 * Loads and plans. A plan of some people does not know who else holds a value that one of them is to get: those who do
 * are looked up by what the plan wants and it is made again with them, until nobody new comes.
 */
export const planObjects = async (
  tx: Tx,
  task: PushTask,
  scope: PushScopeSets,
): Promise<{ readonly input: PushInput; readonly plan: PushPlan }> => {
  let extra: readonly string[] = [];
  for (let round = 1; ; round += 1) {
    const input = await loadPushInput(tx, task, { scope, extra });
    const plan = planPush(input);
    if (plan.outcome === 'ABORTED' || readsAll(scope) || round === ROUNDS) return { input, plan };
    const holders = await remoteHolders(
      tx,
      task.connectionId,
      uniqueValues(plan.operations, task.capabilities),
    );
    const known = new Set(input.remoteAccounts.map(({ value }) => value.externalId));
    const unknown = holders.filter((externalId) => !known.has(externalId));
    if (unknown.length === 0) return { input, plan };
    extra = [...extra, ...unknown];
  }
};
