import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { linkAccount } from '../../src/flows/link/link-account.ts';
import { readLinks } from '../../src/flows/link/read-links.ts';
import { unlinkAccount } from '../../src/flows/link/unlink-account.ts';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import { AccountType } from '../account/account.type.ts';
import { GraphqlContext } from '../context.ts';
import { accountProjection } from '../projection.ts';
import { below, selectionOf } from '../selection.ts';
import {
  AccountLinkType,
  LinkAccountInput,
  LinkAccountPayload,
  UnlinkAccountInput,
  UnlinkAccountPayload,
} from './link.type.ts';

const accountOf = async (context: GraphqlContext, id: string, info: GraphQLResolveInfo) => {
  const projection = accountProjection(below(selectionOf(info), 'account') ?? {});
  return (await readAccounts(context.flow, [id], projection))[0] ?? null;
};

@Resolver(() => AccountType)
export class LinkResolver {
  @FieldResolver(() => [AccountLinkType], {
    description: 'The people of platforms that this account is, by the names of the connections.',
  })
  async links(@Root() account: AccountType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readLinks(context.flow, ids));
    return context.loader('links', make).load(account.id);
  }

  @Mutation(() => LinkAccountPayload, {
    description:
      'Says that a person of a platform is this account. The next pull compares the two and stages what differs.',
  })
  async linkAccount(
    @Arg('input', () => LinkAccountInput, { description: 'Which two.' }) input: LinkAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const link = await linkAccount(context.flow, input);
    return { link, account: await accountOf(context, link.accountId, info) };
  }

  @Mutation(() => UnlinkAccountPayload, {
    description: 'Takes a link away; the account stays as it is, the next pull finds the person without one.',
  })
  async unlinkAccount(
    @Arg('input', () => UnlinkAccountInput, { description: 'Which link.' }) input: UnlinkAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const link = await unlinkAccount(context.flow, input);
    return { linkId: link.id, account: await accountOf(context, link.accountId, info) };
  }
}
