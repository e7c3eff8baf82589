import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { SyncPlanId } from '../../src/domain/index.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { decideOperations } from '../../src/flows/sync/decide-operations.ts';
import { discardPlan } from '../../src/flows/sync/discard-plan.ts';
import { getPlan } from '../../src/flows/sync/find-plans.ts';
import { planSync } from '../../src/flows/sync/plan-sync.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { planView } from './plan-view.ts';
import { readOperationFilter } from './read-filter.ts';
import { ApprovePlanInput, DecideOperationsInput, PlanSyncInput, SyncPlanInput } from './sync.inputs.ts';
import { ApprovePlanPayload, DecideOperationsPayload, SyncPlanPayload } from './sync.payloads.ts';

const WHAT = { description: 'What to do.' } as const;

const requirePlan = (planId: SyncPlanId): void => requireId('SyncPlan', planId, ['input', 'planId']);

const requireIds = (type: string, field: string, ids: readonly string[] | null | undefined): void => {
  for (const [at, id] of (ids ?? []).entries()) requireId(type, id, ['input', field, at]);
};

const shown = async (context: GraphqlContext, planId: SyncPlanId) =>
  planView(await getPlan(context.flow, { planId }));

@Resolver()
export class PlanMutations {
  @Mutation(() => SyncPlanPayload, {
    description:
      'Asks for a plan and answers at once. Nothing is written: a plan is the dry run. A FULL one pulls first.',
  })
  async planSync(
    @Arg('input', () => PlanSyncInput, WHAT) input: PlanSyncInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.connectionId, ['input', 'connectionId']);
    requireIds('OrgUnit', 'orgUnitIds', input.orgUnitIds);
    requireIds('Account', 'accountIds', input.accountIds);
    const plan = await planSync(context.flow, {
      connectionId: input.connectionId,
      kind: input.kind,
      orgUnitIds: input.orgUnitIds ?? undefined,
      accountIds: input.accountIds ?? undefined,
      withDescendants: input.withDescendants ?? undefined,
    });
    return { syncPlan: planView(plan) };
  }

  @Mutation(() => DecideOperationsPayload, {
    description:
      'Releases or rejects held rows: singly, by filter, or all. A rejected row is not asked about again.',
  })
  async decideOperations(
    @Arg('input', () => DecideOperationsInput, WHAT) input: DecideOperationsInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { planId, decision, ordinals, filter } = input;
    requirePlan(planId);
    const which =
      ordinals == null ? { filter: readOperationFilter(filter, ['input', 'filter']) } : { ordinals };
    const report = await decideOperations(context.flow, { planId, decision, ...which });
    return { ...report, syncPlan: await shown(context, planId) };
  }

  @Mutation(() => ApprovePlanPayload, {
    description:
      'Says that exactly this was looked at and is right; refused when the digest is not that of the plan as it is now. Writes nothing.',
  })
  async approvePlan(
    @Arg('input', () => ApprovePlanInput, WHAT) input: ApprovePlanInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { planId, digest, comment } = input;
    requirePlan(planId);
    const { plan, missing } = await approvePlan(context.flow, {
      planId,
      digest,
      comment: comment ?? undefined,
    });
    return { missing, syncPlan: planView(plan) };
  }

  @Mutation(() => SyncPlanPayload, { description: 'Ends a plan without writing anything.' })
  async discardPlan(
    @Arg('input', () => SyncPlanInput, WHAT) { planId }: SyncPlanInput,
    @Ctx() context: GraphqlContext,
  ) {
    requirePlan(planId);
    await discardPlan(context.flow, { planId });
    return { syncPlan: await shown(context, planId) };
  }
}
