import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { ConnectionId, SyncRunId, SyncRunPhase } from '../../src/domain/index.ts';
import { countRunsOfSync, findSyncRuns, getSyncRun } from '../../src/flows/sync/find-sync-runs.ts';
import { readPlans } from '../../src/flows/sync/read-sync-views.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { pageOfList } from '../paging/page-of-list.ts';
import { selectionOf } from '../selection.ts';
import { planView } from './plan-view.ts';
import { runView } from './run-view.ts';
import { SyncRunPhaseEnum } from './sync.enums.ts';
import { SyncPlanType } from './sync-plan.type.ts';
import { SyncRunConnection, SyncRunType } from './sync-run.type.ts';

const plansView = async (context: GraphqlContext, ids: readonly string[]) =>
  (await readPlans(context.flow, ids)).map((row) => (row === null ? null : planView(row)));

@Resolver(() => SyncRunType)
export class SyncRunResolver {
  @Query(() => SyncRunConnection, { description: 'Applications of plans, newest first.' })
  async syncRuns(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Arg('phases', () => [SyncRunPhaseEnum], { nullable: true, description: 'Only those in these phases.' })
    phases: SyncRunPhase[] | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const filter = { connectionId: connectionId ?? undefined, phases: phases ?? undefined };
    const list = {
      find: (last: SyncRunId | undefined, size: number) =>
        findSyncRuns(context.flow, { ...filter, after: last, first: size }),
      keyOf: ({ id }: { readonly id: SyncRunId }) => id,
      readKey: ({ id }: { readonly id: string }) => id as SyncRunId,
      count: () => countRunsOfSync(context.flow, filter),
    };
    const page = await pageOfList(list, { first, after }, selectionOf(info));
    return toConnection({ ...page, nodes: page.nodes.map(runView) }, 'id');
  }

  @Query(() => SyncRunType, {
    description: 'One application of a plan, with its progress and what it waits for.',
  })
  async syncRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) runId: SyncRunId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('SyncRun', runId, ['id']);
    return runView(await getSyncRun(context.flow, { runId }));
  }

  @FieldResolver(() => SyncPlanType, { nullable: true })
  async plan(@Root() run: SyncRunType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => plansView(context, ids));
    return context.loader('sync plan', make).load(run.planId);
  }
}
