import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { ConnectionId, SyncPlanId, SyncPlanKind, SyncPlanPhase } from '../../src/domain/index.ts';
import { countSyncPlans, findPlans, getPlan } from '../../src/flows/sync/find-plans.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { loadConnection } from '../connection/load-connection.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { pageOfList } from '../paging/page-of-list.ts';
import { Json } from '../scalars.ts';
import { selectionOf } from '../selection.ts';
import { planView } from './plan-view.ts';
import { SyncPlanKindEnum, SyncPlanPhaseEnum } from './sync.enums.ts';
import { loadApprovals, loadCounts } from './sync-loaders.ts';
import { SyncPlanApprovalType, SyncPlanConnection, SyncPlanType } from './sync-plan.type.ts';

@Resolver(() => SyncPlanType)
export class PlanResolver {
  @Query(() => SyncPlanConnection, { description: 'Plans, newest first.' })
  async syncPlans(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Arg('phases', () => [SyncPlanPhaseEnum], { nullable: true, description: 'Only those in these phases.' })
    phases: SyncPlanPhase[] | null,
    @Arg('kinds', () => [SyncPlanKindEnum], { nullable: true, description: 'Only those of these kinds.' })
    kinds: SyncPlanKind[] | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const filter = {
      connectionId: connectionId ?? undefined,
      phases: phases ?? undefined,
      kinds: kinds ?? undefined,
    };
    const list = {
      find: (last: SyncPlanId | undefined, size: number) =>
        findPlans(context.flow, { ...filter, after: last, first: size }),
      keyOf: ({ id }: { readonly id: SyncPlanId }) => id,
      readKey: ({ id }: { readonly id: string }) => id as SyncPlanId,
      count: () => countSyncPlans(context.flow, filter),
    };
    const page = await pageOfList(list, { first, after }, selectionOf(info));
    return toConnection({ ...page, nodes: page.nodes.map(planView) }, 'id');
  }

  @Query(() => SyncPlanType, { description: 'One plan with its numbers, guards, digest and approvals.' })
  async syncPlan(
    @Arg('id', () => ID, { description: 'Id of the plan.' }) planId: SyncPlanId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('SyncPlan', planId, ['id']);
    return planView(await getPlan(context.flow, { planId }));
  }

  @FieldResolver(() => ConnectionType, { nullable: true })
  async connection(@Root() plan: SyncPlanType, @Ctx() context: GraphqlContext) {
    return loadConnection(context, plan.connectionId);
  }

  @FieldResolver(() => Json)
  async counts(@Root() plan: SyncPlanType, @Ctx() context: GraphqlContext) {
    return loadCounts(context, plan.id);
  }

  @FieldResolver(() => [SyncPlanApprovalType])
  async approvals(@Root() plan: SyncPlanType, @Ctx() context: GraphqlContext) {
    return loadApprovals(context, plan.id);
  }
}
