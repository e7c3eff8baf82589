import type { AccountId } from '../../domain/index.ts';
import { revokeSessionsOf, updateAccountRow } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { releaseUniqueValues } from '../../store/queries/roster-attributes.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount, requireVersion } from './access.ts';
import { refuseStatus, requireOwnerLeft } from './account-status.ts';
import { restoreWindowFrom } from './restore-window.ts';

export interface DeleteAccountInput {
  readonly id: AccountId;
  readonly version?: number | undefined;
}

/**
 * Deletes an account; it can be restored for 30 days. Its user name and unique values are free at once, its
 * sessions end.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, VERSION_CONFLICT, STATUS_CONFLICT, LAST_OWNER
 */
export const deleteAccount = async (context: FlowContext, input: DeleteAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const account = await requireAccount(tx, context.principal, { id: input.id, path: ['input', 'id'] });
    requireVersion('Account', account, input.version);
    if (account.status === 'DELETED') throw refuseStatus(account, 'deleted');
    await requireOwnerLeft(tx, account);
    const window = restoreWindowFrom(context.now());
    await updateAccountRow(tx, account.id, { status: 'DELETED', ...window });
    await releaseUniqueValues(tx, { ownerIds: [account.id], definitionIds: null });
    const sessions = await revokeSessionsOf(tx, [account.id], 'ACCOUNT_DELETED');
    await insertAuditEvent(tx, {
      action: 'account.delete',
      objectType: 'Account',
      objectId: account.id,
      details: { sessions, restoreUntil: window.restoreUntil.toISOString() },
    });
    return account.id;
  });
