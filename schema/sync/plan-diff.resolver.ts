import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import type { SyncPlanId } from '../../src/domain/index.ts';
import { readCursor, readFirst } from '../../src/flows/roster/page.ts';
import { diffPlans } from '../../src/flows/sync/diff-plans.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { type Difference, PlanDifferenceEnum, SyncPlanDiffType } from './plan-diff.type.ts';

@Resolver()
export class PlanDiffResolver {
  @Query(() => SyncPlanDiffType, { description: 'How two plans of a connection differ.' })
  async syncPlanDiff(
    @Arg('planId', () => ID, { description: 'The first plan.' }) planId: SyncPlanId,
    @Arg('otherPlanId', () => ID, { description: 'The second plan.' }) otherPlanId: SyncPlanId,
    @Arg('differences', () => [PlanDifferenceEnum], {
      nullable: true,
      description: 'Which changes; default all that are not the same.',
    })
    differences: Difference[] | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('SyncPlan', planId, ['planId']);
    requireId('SyncPlan', otherPlanId, ['otherPlanId']);
    const size = readFirst(first);
    const cursor = readCursor(after);
    const { counts, rows } = await diffPlans(context.flow, {
      planId,
      otherPlanId,
      differences: differences ?? undefined,
      after: cursor?.text,
      first: size + 1,
    });
    const page = {
      // Cursors are made of the key, and of an id that all rows share.
      nodes: rows.slice(0, size).map((row) => ({ ...row, id: planId })),
      hasNextPage: rows.length > size,
      hasPreviousPage: cursor !== null,
      totalCount: null,
    };
    const { nodes, pageInfo } = toConnection(page, 'key');
    return {
      nodes,
      pageInfo,
      onlyFirst: counts.ONLY_FIRST,
      onlySecond: counts.ONLY_SECOND,
      different: counts.DIFFERENT,
      same: counts.SAME,
    };
  }
}
