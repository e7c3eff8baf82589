import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { AppError, type SyncPlanId } from '../../src/domain/index.ts';
import { countPlanOperations, findOperations, getPlan } from '../../src/flows/sync/find-plans.ts';
import { hiddenPushFields } from '../../src/flows/sync/hidden-fields.ts';
import { AccountType } from '../account/account.type.ts';
import { accountLoader } from '../account/load-account.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { OrgUnitType } from '../org-unit/org-unit.type.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { type KeyedList, pageOfList, readOrdinal } from '../paging/page-of-list.ts';
import { selectionOf } from '../selection.ts';
import { type OperationRow, operationView } from './operation-view.ts';
import { PlanOperationConnection, PlanOperationType, SyncAttemptType } from './plan-operation.type.ts';
import { readOperationFilter } from './read-filter.ts';
import { PlanOperationFilterInput } from './sync.inputs.ts';
import { loadAttempts, loadOrgUnit } from './sync-loaders.ts';

const hiddenInPlan = async (context: GraphqlContext, planId: SyncPlanId) =>
  hiddenPushFields(context.flow, (await getPlan(context.flow, { planId })).rules);

/** Numbers of rows begin at 0. */
const ROW = { description: 'Number of the row, from 0.' } as const;

@Resolver(() => PlanOperationType)
export class OperationResolver {
  @Query(() => PlanOperationConnection, {
    description: 'Rows of a plan in the order of their numbers. What needs no row is in `SyncPlan.totals`.',
  })
  async planOperations(
    @Arg('planId', () => ID, { description: 'The plan.' }) planId: SyncPlanId,
    @Arg('filter', () => PlanOperationFilterInput, {
      nullable: true,
      description: 'Which rows; default all.',
    })
    filter: PlanOperationFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('SyncPlan', planId, ['planId']);
    const wanted = { planId, filter: readOperationFilter(filter, ['filter']) };
    const list: KeyedList<OperationRow, number> = {
      find: (last, size) => findOperations(context.flow, { ...wanted, after: last, first: size }),
      keyOf: ({ ordinal }) => ordinal,
      readKey: readOrdinal,
      count: () => countPlanOperations(context.flow, wanted),
    };
    const [hidden, page] = await Promise.all([
      hiddenInPlan(context, planId),
      pageOfList(list, { first, after }, selectionOf(info)),
    ]);
    const nodes = page.nodes.map((row) => operationView(row, hidden));
    return toConnection({ ...page, nodes }, 'ordinal');
  }

  @Query(() => PlanOperationType, { description: 'One row of a plan, with every attempt at it.' })
  async planOperation(
    @Arg('planId', () => ID, { description: 'The plan.' }) planId: SyncPlanId,
    @Arg('ordinal', () => Int, ROW) ordinal: number,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('SyncPlan', planId, ['planId']);
    const [hidden, [row]] = await Promise.all([
      hiddenInPlan(context, planId),
      findOperations(context.flow, { planId, after: Math.max(ordinal, 0) - 1, first: 1 }),
    ]);
    if (row?.ordinal !== ordinal) {
      const details = { type: 'PlanOperation', id: `${planId}:${ordinal}` };
      throw new AppError('NOT_FOUND', { details, path: ['ordinal'] });
    }
    return operationView(row, hidden);
  }

  @FieldResolver(() => AccountType, { nullable: true })
  async account(
    @Root() row: PlanOperationType,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (row.objectType !== 'ACCOUNT' || row.objectId === null) return null;
    return accountLoader(context, info).load(row.objectId);
  }

  @FieldResolver(() => OrgUnitType, { nullable: true })
  async orgUnit(
    @Root() row: PlanOperationType,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (row.objectType !== 'ORG_UNIT' || row.objectId === null) return null;
    return loadOrgUnit(context, row.objectId, info);
  }

  @FieldResolver(() => [SyncAttemptType])
  async attempts(@Root() row: PlanOperationType, @Ctx() context: GraphqlContext) {
    return loadAttempts(context, row.planId, row.ordinal);
  }
}
