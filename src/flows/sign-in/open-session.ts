import type { AccountId, SessionId, TenantId } from '../../domain/index.ts';
import { AppError, newId } from '../../domain/index.ts';
import { openSession as insertSession } from '../../store/queries/sessions.ts';
import { type SignInContext, signerOf } from './context.ts';
import { LIFETIMES } from './limits.ts';
import { newOpaqueToken } from './opaque-tokens.ts';

/** What somebody who signed in is handed. Neither token can be shown again. */
export interface SignedIn {
  readonly tenantId: TenantId;
  readonly accountId: AccountId;
  readonly sessionId: SessionId;
  /** JWT, ES256. */
  readonly accessToken: string;
  /** Opaque; each can be used once. */
  readonly refreshToken: string;
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
}

/** Somebody who has proved, by whatever source, which account they are. */
export interface Proven {
  readonly tenantId: TenantId;
  readonly id: AccountId;
  readonly name: string;
  /** How they proved it (RFC 8176). */
  readonly amr: readonly string[];
  /** Failure counter to forget; `null` when the source keeps none. */
  readonly throttleKey: Buffer | null;
}

/**
 * Opens a session for a proven account: one round trip for session, refresh token and audit event.
 * @throws AppError SIGN_IN_FAILED when the account was disabled or locked meanwhile
 */
export const openSession = async (context: SignInContext, proven: Proven): Promise<SignedIn> => {
  const { tenantId, id: accountId } = proven;
  const sessionId = newId<'Session'>();
  const refresh = newOpaqueToken(tenantId);
  const opened = await insertSession(context.db, signerOf(context.client, proven), {
    sessionId,
    accountId,
    refreshDigest: refresh.digest,
    refreshSeconds: LIFETIMES.refreshToken,
    sessionSeconds: LIFETIMES.session,
    address: context.client.address,
    userAgent: context.client.userAgent?.slice(0, 500) ?? null,
    amr: proven.amr,
    throttleKey: proven.throttleKey,
    auditId: newId<'AuditEvent'>(),
  });
  if (!opened)
    throw new AppError('SIGN_IN_FAILED', { debug: 'disabled or locked while the password was checked' });
  const { token, expiresIn } = await context.accessTokens.forSession({ tenantId, accountId, sessionId });
  return { tenantId, accountId, sessionId, accessToken: token, refreshToken: refresh.text, expiresIn };
};
