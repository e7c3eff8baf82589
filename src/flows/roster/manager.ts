import { type AccountId, AppError, isId } from '../../domain/index.ts';
import { lockAccounts, managersAbove } from '../../store/queries/accounts-write.ts';
import type { Tx } from '../../store/transaction.ts';
import { invalid, notFound } from './access.ts';

/** Managers above one another that are looked at in search of a circle. */
const LINE_LIMIT = 20;

/**
 * Makes sure that somebody may manage an account: he exists, is not deleted, is not the account itself and not
 * below it (looked at up to 20 levels).
 * @throws AppError NOT_FOUND, INPUT_INVALID, MANAGER_CYCLE
 */
export const requireManager = async (
  tx: Tx,
  account: { readonly id: AccountId; readonly displayName: string },
  managerId: AccountId,
): Promise<void> => {
  const path = ['input', 'managerId'];
  const [manager] = isId(managerId) ? await lockAccounts(tx, [managerId]) : [];
  if (manager === undefined) throw notFound('Account', managerId, path);
  if (manager.status === 'DELETED')
    throw invalid('managerId', {
      zh: `${manager.displayName} 已删除`,
      en: `${manager.displayName} is deleted`,
    });
  const line = await managersAbove(tx, managerId, LINE_LIMIT);
  if (line.some(({ id }) => id === account.id)) {
    const details = { manager: manager.displayName, name: account.displayName };
    throw new AppError('MANAGER_CYCLE', { details, path });
  }
};
