import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { listAccounts } from '../../src/flows/roster/list-accounts.ts';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import { readAccountAt } from '../../src/flows/roster/read-at.ts';
import { GraphqlContext } from '../context.ts';
import { AFTER, AS_OF, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { accountProjection, projectionKey } from '../projection.ts';
import { DateTime } from '../scalars.ts';
import { below, merged, type Selection, selectionOf } from '../selection.ts';
import { AccountFilterInput } from './account.inputs.ts';
import { AccountConnection, AccountType } from './account.type.ts';

const one = async (context: GraphqlContext, id: string, selection: Selection) =>
  (await readAccounts(context.flow, [id], accountProjection(selection)))[0] ?? null;

@Resolver(() => AccountType)
export class AccountResolver {
  @Query(() => AccountType, {
    nullable: true,
    description: 'The account that is signed in; null for a machine client.',
  })
  async me(@Ctx() context: GraphqlContext, @Info() info: GraphQLResolveInfo) {
    const { principal } = context.flow;
    return principal.kind === 'ACCOUNT' ? one(context, principal.id, selectionOf(info)) : null;
  }

  @Query(() => AccountType, {
    nullable: true,
    description: 'One account, deleted ones included; null when there is none or the caller may not see it.',
  })
  async account(
    @Arg('id', () => ID, { description: 'Id of the account.' }) id: string,
    @Arg('asOf', () => DateTime, AS_OF) asOf: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (asOf != null) return readAccountAt(context.flow, id, asOf);
    return one(context, id, selectionOf(info));
  }

  @Query(() => AccountConnection, {
    description: 'Accounts that the caller may see, in the pinyin order of their names.',
  })
  async accounts(
    @Arg('filter', () => AccountFilterInput, { nullable: true, description: 'Which accounts; default all.' })
    filter: AccountFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selection = selectionOf(info);
    const page = await listAccounts(
      context.flow,
      { ...filter, first, after },
      {
        projection: pageProjection(selection),
        page: wantsPage(selection),
        totalCount: selection['totalCount'] !== undefined,
      },
    );
    return toConnection(page, 'displayName');
  }

  @FieldResolver(() => AccountType, { nullable: true })
  async manager(
    @Root() account: AccountType,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (account.managerId === null) return null;
    const projection = accountProjection(selectionOf(info));
    return context
      .loader(
        `account ${projectionKey(projection)}`,
        () => new DataLoader<string, unknown>((ids) => readAccounts(context.flow, [...ids], projection)),
      )
      .load(account.managerId);
  }
}

const pages = new WeakMap<Selection, ReturnType<typeof accountProjection>>();
const pageProjection = (selection: Selection) => {
  const known = pages.get(selection);
  if (known !== undefined) return known;
  const projection = accountProjection(merged(below(selection, 'edges', 'node'), selection['nodes']));
  pages.set(selection, projection);
  return projection;
};
