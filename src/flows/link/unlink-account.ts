import { type AccountLinkId, AppError, isId } from '../../domain/index.ts';
import { type AccountLinkRow, deleteLink, selectLink } from '../../store/queries/account-links.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount } from '../roster/access.ts';

const PATH = ['input', 'linkId'] as const;

const requireLink = async (tx: Tx, id: string): Promise<AccountLinkRow> => {
  const link = isId(id) ? await selectLink(tx, id as AccountLinkId) : null;
  if (link !== null) return link;
  throw new AppError('NOT_FOUND', { details: { type: 'AccountLink', id }, path: PATH });
};

/**
 * Takes a link away. The account stays as it is; the next pull finds the person without one.
 * @returns the link that was
 * @throws AppError NOT_FOUND, PROTECTED_ACCOUNT for an account that stands above the caller
 */
export const unlinkAccount = (
  context: FlowContext,
  input: { readonly linkId: AccountLinkId },
): Promise<AccountLinkRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const link = await requireLink(tx, input.linkId);
    await requireAccount(tx, context.principal, { id: link.accountId, path: PATH, change: true });
    // While the account was waited for, the link may have gone.
    await requireLink(tx, input.linkId);
    await deleteLink(tx, link.id);
    const { connectionId, remoteAccountId, externalId } = link;
    await insertAuditEvent(tx, {
      action: 'account.unlink',
      objectType: 'Account',
      objectId: link.accountId,
      details: { connectionId, remoteAccountId, externalId },
    });
    return link;
  });
