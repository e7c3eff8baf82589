import type { AccountId } from '../../domain/index.ts';
import { updateAccountRow } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount, requireVersion } from './access.ts';
import { refuseStatus } from './account-status.ts';
import { requireQuota } from './quota.ts';

export interface EnableAccountInput {
  readonly id: AccountId;
  readonly version?: number | undefined;
}

/**
 * Puts a disabled account back into use. A tenant that is over its quota must first make room.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, VERSION_CONFLICT, STATUS_CONFLICT unless
 *   disabled, QUOTA_EXCEEDED
 */
export const enableAccount = async (context: FlowContext, input: EnableAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    await requireQuota(tx, 0);
    const account = await requireAccount(tx, context.principal, { id: input.id, path: ['input', 'id'] });
    requireVersion('Account', account, input.version);
    if (account.status !== 'DISABLED') throw refuseStatus(account, 'enabled');
    await updateAccountRow(tx, account.id, { status: 'ACTIVE', statusReason: null });
    await insertAuditEvent(tx, { action: 'account.enable', objectType: 'Account', objectId: account.id });
    return account.id;
  });
