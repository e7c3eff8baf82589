import { type AccountId, AppError } from '../../domain/index.ts';
import { rolesOf } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { savePassword, unlockAccount } from '../../store/queries/credentials.ts';
import { selectTenant } from '../../store/queries/roster-tenant.ts';
import { revokeSessions } from '../../store/queries/sessions.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount } from '../roster/access.ts';
import { madePassword, requireAcceptable } from './new-password.ts';
import type { Passwords } from './passwords.ts';

export interface ResetPasswordInput {
  readonly accountId: string;
  /** Absent: one is made. */
  readonly newPassword?: string | null | undefined;
}

const PATH = ['input', 'accountId'];

/**
 * Gives an account a password that is good for one sign-in, at which it must be changed; ends its sessions and
 * lifts its lock. Returns the password when it was made here; it cannot be shown again. The password of somebody
 * with a role is reset by owners alone: it would hand over the role.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, PASSWORD_POLICY_VIOLATED, FORBIDDEN (one's own:
 *   that is `changePassword`)
 */
export const resetPassword = async (
  context: FlowContext & { readonly passwords: Passwords },
  input: ResetPasswordInput,
): Promise<string | null> => {
  const { principal, db, passwords } = context;
  const { tenantId } = principal;
  if (principal.id === input.accountId) {
    throw new AppError('FORBIDDEN', { details: { action: 'resetPassword of oneself' }, path: PATH });
  }
  const password = input.newPassword ?? madePassword();
  requireAcceptable((await selectTenant(db, tenantId))?.passwordPolicy ?? {}, password);
  const passwordHash = await passwords.hash(password);
  await db.transaction(actorOf(principal), async (tx) => {
    const account = await requireAccount(tx, principal, { id: input.accountId, path: PATH });
    const isOwner = principal.kind === 'ACCOUNT' && principal.roles.includes('OWNER');
    const roles = await rolesOf(tx, account.id);
    if (!isOwner && principal.kind !== 'SYSTEM' && roles.some(({ role }) => role !== 'MEMBER')) {
      throw new AppError('PROTECTED_ACCOUNT', { details: { userName: account.userName }, path: PATH });
    }
    await savePassword(tx, { accountId: account.id, passwordHash, mustChange: true });
    await unlockAccount(tx, account.id as AccountId);
    const ended = await revokeSessions(tx, { accountId: account.id, reason: 'PASSWORD_RESET' });
    await insertAuditEvent(tx, {
      action: 'password.reset',
      objectType: 'Account',
      objectId: account.id,
      details: { ended },
    });
  });
  return input.newPassword == null ? password : null;
};
