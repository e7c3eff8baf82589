import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { OrgUnitId } from '../../src/domain/index.ts';
import { readOrgUnitAt } from '../../src/flows/roster/read-at.ts';
import { listOrgUnits, readOrgUnits, readOrgUnitTree } from '../../src/flows/roster/read-org-units.ts';
import { GraphqlContext } from '../context.ts';
import { AFTER, AS_OF, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { orgUnitFields } from '../projection.ts';
import { DateTime } from '../scalars.ts';
import { below, merged, type Selection, selectionOf } from '../selection.ts';
import { OrgUnitFilterInput } from './org-unit.inputs.ts';
import { OrgUnitConnection, OrgUnitTreeType, OrgUnitType } from './org-unit.type.ts';

const one = async (context: GraphqlContext, id: string, selection: Selection) =>
  (await readOrgUnits(context.flow, [id], orgUnitFields(selection)))[0] ?? null;

/** Counts of a unit that was reached through an account, once for each unit. */
const countsOf = (context: GraphqlContext, id: string) =>
  context
    .loader(
      'counts of org unit',
      () =>
        new DataLoader((ids: readonly string[]) =>
          readOrgUnits(context.flow, ids, ['id', 'childCount', 'accountCount']),
        ),
    )
    .load(id);

@Resolver(() => OrgUnitType)
export class OrgUnitResolver {
  @Query(() => OrgUnitType, {
    nullable: true,
    description: 'One org unit, deleted ones included; null when there is none or the caller may not see it.',
  })
  async orgUnit(
    @Arg('id', () => ID, { description: 'Id of the org unit.' }) id: string,
    @Arg('asOf', () => DateTime, AS_OF) asOf: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (asOf != null) return readOrgUnitAt(context.flow, id, asOf);
    return one(context, id, selectionOf(info));
  }

  @Query(() => OrgUnitConnection, {
    description: 'Org units that the caller may see, in the pinyin order of their names.',
  })
  async orgUnits(
    @Arg('filter', () => OrgUnitFilterInput, { nullable: true, description: 'Which units; default all.' })
    filter: OrgUnitFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selection = selectionOf(info);
    const page = await listOrgUnits(
      context.flow,
      { ...filter, first, after },
      {
        fields: orgUnitFields(merged(below(selection, 'edges', 'node'), selection['nodes'])),
        page: wantsPage(selection),
        totalCount: selection['totalCount'] !== undefined,
      },
    );
    return toConnection(page, 'name');
  }

  @Query(() => OrgUnitTreeType, {
    description: 'The whole tree or the part below a unit, flat, at most 10,000 units, in one statement.',
  })
  async orgUnitTree(
    @Arg('rootId', () => ID, { nullable: true, description: 'Where to begin; absent = at the root.' })
    rootId: OrgUnitId | null,
    @Arg('depth', () => Int, {
      nullable: true,
      description: 'Levels below the beginning, 0 to 50; absent = all.',
    })
    depth: number | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const fields = orgUnitFields(selectionOf(info)['nodes'] ?? {});
    return readOrgUnitTree(context.flow, { rootId: rootId ?? undefined, depth: depth ?? undefined }, fields);
  }

  @FieldResolver(() => Int, { nullable: true })
  async childCount(@Root() unit: OrgUnitType, @Ctx() context: GraphqlContext) {
    return unit.childCount === undefined
      ? (await countsOf(context, unit.id))?.['childCount']
      : unit.childCount;
  }

  @FieldResolver(() => Int, { nullable: true })
  async accountCount(@Root() unit: OrgUnitType, @Ctx() context: GraphqlContext) {
    return unit.accountCount === undefined
      ? (await countsOf(context, unit.id))?.['accountCount']
      : unit.accountCount;
  }
}
