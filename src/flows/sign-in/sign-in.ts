import { AppError } from '../../domain/index.ts';
import type { SignInContext } from './context.ts';
import { openSession, type SignedIn } from './open-session.ts';
import { verifyPassword } from './verify-password.ts';

export interface SignInInput {
  /** Code of the tenant. */
  readonly tenant: string;
  /** User name, or a mobile number or mail that one account of the tenant has (row ID-36). */
  readonly userName: string;
  readonly password: string;
}

/**
 * Signs an account in by its password.
 * @throws AppError SIGN_IN_FAILED, SIGN_IN_THROTTLED, SIGN_IN_BUSY, ACCOUNT_NOT_ACTIVE, PASSWORD_CHANGE_REQUIRED
 */
export const signIn = async (context: SignInContext, input: SignInInput): Promise<SignedIn> => {
  const account = await verifyPassword(context, input);
  if (account.mustChange) throw new AppError('PASSWORD_CHANGE_REQUIRED');
  return openSession(context, { ...account, amr: ['pwd'] });
};
