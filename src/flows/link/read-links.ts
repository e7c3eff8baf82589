import { type AccountId, isId } from '../../domain/index.ts';
import { type AccountLinkRow, selectLinksOfAccounts } from '../../store/queries/account-links.ts';
import type { FlowContext } from '../context.ts';

/** Links of accounts, in the order of the ids asked for; of each by the names of the connections. */
export const readLinks = async (
  context: FlowContext,
  accountIds: readonly string[],
): Promise<AccountLinkRow[][]> => {
  const ids = accountIds.filter(isId) as AccountId[];
  const links = await selectLinksOfAccounts(context.db, context.principal.tenantId, ids);
  const byAccount = new Map<string, AccountLinkRow[]>(accountIds.map((id) => [id, []]));
  for (const link of links) byAccount.get(link.accountId)?.push(link);
  return accountIds.map((id) => byAccount.get(id) ?? []);
};
