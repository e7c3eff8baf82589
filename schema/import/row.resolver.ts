import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { readRemoteAccounts } from '../../src/flows/connection/read-remote-accounts.ts';
import { AccountType } from '../account/account.type.ts';
import { accountLoader } from '../account/load-account.ts';
import { GraphqlContext } from '../context.ts';
import { maskRemote } from './masking.ts';
import { hiddenIn } from './row-view.ts';
import { RemoteAccountType, StagedAccountType } from './staged.type.ts';

const readMasked = async (context: GraphqlContext, ids: readonly string[]) => {
  const [rows, hidden] = await Promise.all([
    readRemoteAccounts(context.flow, ids),
    hiddenIn(context, 'ACCOUNT'),
  ]);
  return rows.map((row) => (row === null ? null : maskRemote(row, hidden)));
};

@Resolver(() => StagedAccountType)
export class StagedAccountResolver {
  @FieldResolver(() => AccountType, { nullable: true })
  async account(
    @Root() row: StagedAccountType,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return row.accountId === null ? null : accountLoader(context, info).load(row.accountId);
  }

  @FieldResolver(() => [AccountType])
  async candidateAccounts(
    @Root() row: StagedAccountType,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const accounts = accountLoader(context, info);
    const found = await Promise.all(row.candidates.map((id) => accounts.load(id)));
    return found.filter((account) => account !== null);
  }

  @FieldResolver(() => RemoteAccountType)
  async remoteAccount(@Root() row: StagedAccountType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readMasked(context, ids));
    return context.loader('remote account', make).load(row.remoteAccountId);
  }
}
