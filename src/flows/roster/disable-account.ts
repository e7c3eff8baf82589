import type { AccountId } from '../../domain/index.ts';
import { revokeSessionsOf, updateAccountRow } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount, requireVersion } from './access.ts';
import { readTitle } from './account-fields.ts';
import { refuseStatus, requireOwnerLeft } from './account-status.ts';

export interface DisableAccountInput {
  readonly id: AccountId;
  readonly version?: number | undefined;
  /** Why, at most 200 characters. */
  readonly reason?: string | null | undefined;
}

/**
 * Takes an account out of use: it cannot sign in, and its sessions end.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, VERSION_CONFLICT, STATUS_CONFLICT unless active,
 *   LAST_OWNER
 */
export const disableAccount = async (context: FlowContext, input: DisableAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const account = await requireAccount(tx, context.principal, { id: input.id, path: ['input', 'id'] });
    requireVersion('Account', account, input.version);
    if (account.status !== 'ACTIVE') throw refuseStatus(account, 'disabled');
    await requireOwnerLeft(tx, account);
    const statusReason = readTitle('reason', input.reason ?? null);
    await updateAccountRow(tx, account.id, { status: 'DISABLED', statusReason });
    const sessions = await revokeSessionsOf(tx, [account.id], 'ACCOUNT_DISABLED');
    await insertAuditEvent(tx, {
      action: 'account.disable',
      objectType: 'Account',
      objectId: account.id,
      details: { sessions },
    });
    return account.id;
  });
