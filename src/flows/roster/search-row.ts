import { attributeGrams } from '../../planner/attribute-grams.ts';
import { accountSearchKeys } from '../../planner/search-text.ts';
import type { AccountSearchRow, SearchableAccount } from '../../store/queries/accounts-search.ts';

/** Search row of an account: text and pieces of its names and numbers, and an element for each attribute. */
export const accountSearchRow = (account: SearchableAccount): AccountSearchRow => {
  const { searchText, searchGrams } = accountSearchKeys(account);
  return {
    accountId: account.id,
    searchText,
    grams: [...searchGrams, ...attributeGrams(account.attributes)],
  };
};
