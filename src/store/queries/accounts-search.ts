import type { Account, AccountId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** The fields of an account that it is found by. */
export type SearchableAccount = Pick<
  Account,
  'id' | 'displayName' | 'userName' | 'email' | 'mobile' | 'jobNumber' | 'attributes'
>;

/** What an account is found by, computed by flows/roster/search-row.ts. */
export interface AccountSearchRow {
  readonly accountId: AccountId;
  readonly searchText: string;
  readonly grams: readonly string[];
}

/** Writes the search rows of accounts; to be called in the transaction that wrote any of those fields. */
export const writeAccountSearch = async (tx: Tx, rows: readonly AccountSearchRow[]): Promise<void> => {
  if (rows.length === 0) return;
  const values = rows.map(({ accountId, searchText, grams }) => ({
    account_id: accountId,
    search_text: searchText,
    grams,
  }));
  await tx.execute(
    {
      name: 'account_search_write',
      text: `insert into muster.account_search as s (tenant_id, account_id, search_text, grams)
        select $1, r.account_id, r.search_text, r.grams
        from jsonb_to_recordset($2::jsonb) as r (account_id uuid, search_text text, grams text[])
        on conflict (tenant_id, account_id) do update
          set search_text = excluded.search_text, grams = excluded.grams`,
    },
    [tx.context.tenantId, JSON.stringify(values)],
  );
};
