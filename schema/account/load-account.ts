import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import type { GraphqlContext } from '../context.ts';
import { accountProjection, projectionKey } from '../projection.ts';
import { selectionOf } from '../selection.ts';

/** The batch of accounts of which the same fields are asked; shared with everything else that reads accounts. */
export const accountLoader = (context: GraphqlContext, info: GraphQLResolveInfo) => {
  const projection = accountProjection(selectionOf(info));
  return context.loader(
    `account ${projectionKey(projection)}`,
    () => new DataLoader<string, unknown>((ids) => readAccounts(context.flow, [...ids], projection)),
  );
};
