import { AppError } from '../../domain/index.ts';
import { countedAccounts } from '../../store/queries/accounts-write.ts';
import { lockQuota } from '../../store/queries/roster-tenant.ts';
import type { Tx } from '../../store/transaction.ts';

/**
 * Makes sure that the tenant has room for more accounts (row ID-13); the place is kept until the transaction ends.
 * Call it before the accounts are written.
 * @throws AppError QUOTA_EXCEEDED
 */
export const requireQuota = async (tx: Tx, more: number): Promise<void> => {
  const quota = await lockQuota(tx);
  if (quota === null) return;
  const count = await countedAccounts(tx);
  if (count + more > quota) throw new AppError('QUOTA_EXCEEDED', { details: { count, quota } });
};
