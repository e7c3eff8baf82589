import { AppError } from '../../domain/index.ts';
import { type AccountRecord, otherActiveOwners, rolesOf } from '../../store/queries/accounts-write.ts';
import type { Tx } from '../../store/transaction.ts';

/** The refusal of an act that the account's status does not allow; `action` as a participle. */
export const refuseStatus = (account: AccountRecord, action: string): AppError =>
  new AppError('STATUS_CONFLICT', {
    details: { type: 'Account', name: account.displayName, status: account.status, action },
  });

/** Makes sure that a tenant keeps an owner who can sign in. @throws AppError LAST_OWNER */
export const requireOwnerLeft = async (tx: Tx, account: AccountRecord): Promise<void> => {
  const roles = await rolesOf(tx, account.id);
  if (!roles.some(({ role }) => role === 'OWNER')) return;
  if ((await otherActiveOwners(tx, account.id)) === 0) {
    throw new AppError('LAST_OWNER', { details: { id: account.id } });
  }
};
