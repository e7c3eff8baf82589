import { type AccountPrincipal, AppError } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { savePassword } from '../../store/queries/credentials.ts';
import { revokeSessions } from '../../store/queries/sessions.ts';
import { type SignInContext, signerOf } from './context.ts';
import { requireAcceptable } from './new-password.ts';
import { openSession, type SignedIn } from './open-session.ts';
import { type VerifiedAccount, verifyPassword } from './verify-password.ts';

export interface ChangePasswordInput {
  /** Who changes it: the caller, or, where nobody is signed in, the account of that tenant and user name. */
  readonly who: AccountPrincipal | { readonly tenant: string; readonly userName: string };
  readonly oldPassword: string;
  readonly newPassword: string;
}

const save = async (
  context: SignInContext,
  account: VerifiedAccount,
  passwordHash: string,
): Promise<void> => {
  await context.db.transaction(signerOf(context.client, account), async (tx) => {
    await savePassword(tx, { accountId: account.id, passwordHash, mustChange: false });
    const ended = await revokeSessions(tx, { accountId: account.id, reason: 'PASSWORD_CHANGED' });
    await insertAuditEvent(tx, {
      action: 'password.change',
      objectType: 'Account',
      objectId: account.id,
      details: { ended },
    });
  });
};

/**
 * Replaces a password by somebody who knows the old one, ends every session of the account, and opens a new one.
 * The way on after PASSWORD_CHANGE_REQUIRED.
 * @throws AppError SIGN_IN_FAILED, SIGN_IN_THROTTLED, SIGN_IN_BUSY, ACCOUNT_NOT_ACTIVE, PASSWORD_POLICY_VIOLATED,
 *   PASSWORD_UNCHANGED
 */
export const changePassword = async (
  context: SignInContext,
  input: ChangePasswordInput,
): Promise<SignedIn> => {
  const { who, oldPassword, newPassword } = input;
  const account = await verifyPassword(
    context,
    'id' in who
      ? { tenantId: who.tenantId, accountId: who.id, password: oldPassword }
      : { ...who, password: oldPassword },
  );
  requireAcceptable(account.policy, newPassword);
  if (newPassword.normalize('NFC') === oldPassword.normalize('NFC')) {
    throw new AppError('PASSWORD_UNCHANGED', { path: ['input', 'newPassword'] });
  }
  await save(context, account, await context.passwords.hash(newPassword));
  return openSession(context, { ...account, amr: ['pwd'] });
};
