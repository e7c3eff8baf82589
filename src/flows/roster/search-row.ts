import type { AccountId, Attributes } from '../../domain/index.ts';
import { attributeGrams } from '../../planner/attribute-grams.ts';
import { accountSearchKeys } from '../../planner/search-text.ts';
import type { AccountSearchRow } from '../../store/queries/accounts-search.ts';

/** The fields of an account that it is found by. */
export interface SearchableAccount {
  readonly id: AccountId;
  readonly displayName: string;
  readonly userName: string;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly jobNumber: string | null;
  readonly attributes: Attributes;
}

/** Search row of an account: text and pieces of its names and numbers, and an element for each attribute. */
export const accountSearchRow = (account: SearchableAccount): AccountSearchRow => {
  const { searchText, searchGrams } = accountSearchKeys(account);
  return {
    accountId: account.id,
    searchText,
    grams: [...searchGrams, ...attributeGrams(account.attributes)],
  };
};
