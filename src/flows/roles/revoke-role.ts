import { type AccountId, AppError, isId, type Role } from '../../domain/index.ts';
import { otherActiveOwners } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { deleteRoleGrant } from '../../store/queries/roles.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireOwner } from '../sign-in/access.ts';

/**
 * Takes a role away. In force within a second, for sessions that are open as well.
 * @throws AppError FORBIDDEN (owners only), NOT_FOUND when the account does not have it, LAST_OWNER
 */
export const revokeRole = async (
  context: FlowContext,
  input: { readonly accountId: string; readonly role: Role },
): Promise<void> => {
  const { principal, db } = context;
  requireOwner(principal, 'revokeRole');
  const details = { type: 'RoleGrant', id: `${input.accountId} ${input.role}` };
  if (!isId(input.accountId)) throw new AppError('NOT_FOUND', { details });
  const accountId = input.accountId as AccountId;
  await db.transaction(actorOf(principal), async (tx) => {
    // Counted before the row is taken: whoever waits here sees what the one before has left.
    const others = input.role === 'OWNER' ? await otherActiveOwners(tx, accountId) : null;
    if ((await deleteRoleGrant(tx, { accountId, role: input.role })) === 0) {
      throw new AppError('NOT_FOUND', { details });
    }
    if (others === 0) throw new AppError('LAST_OWNER', { details: { id: accountId } });
    await insertAuditEvent(tx, {
      action: 'role.revoke',
      objectType: 'Account',
      objectId: accountId,
      details: { role: input.role },
    });
  });
};
