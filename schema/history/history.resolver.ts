import DataLoader from 'dataloader';
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { readAccountHistory } from '../../src/flows/roster/read-account-history.ts';
import { readProvenance } from '../../src/flows/roster/read-provenance.ts';
import { AccountType } from '../account/account.type.ts';
import { GraphqlContext } from '../context.ts';
import { FIRST } from '../paging/arguments.ts';
import { DateTime } from '../scalars.ts';
import { AccountChangeType, FieldProvenanceType } from './history.type.ts';

@Resolver(() => AccountType)
export class HistoryResolver {
  @Query(() => [AccountChangeType], {
    description: 'What happened to an account and its memberships, newest first; the last 500 versions.',
  })
  async accountHistory(
    @Arg('id', () => ID, { description: 'The account; a purged one still has its history.' }) id: string,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('before', () => DateTime, { nullable: true, description: 'Only what happened before this instant.' })
    before: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    return readAccountHistory(context.flow, { id, first, before: before ?? undefined });
  }

  @FieldResolver(() => [FieldProvenanceType])
  async provenance(@Root() account: AccountType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readProvenance(context.flow, ids));
    return context.loader('provenance', make).load(account.id);
  }
}
