import { AppError, newId } from '../../domain/index.ts';
import { rotateRefreshToken } from '../../store/queries/sessions.ts';
import { type SignInContext, strangerOf } from './context.ts';
import { LIFETIMES } from './limits.ts';
import { newOpaqueToken, readOpaqueToken } from './opaque-tokens.ts';
import type { SignedIn } from './open-session.ts';

/**
 * Exchanges a refresh token for new tokens. Each token works once, without any period of grace: whoever presents
 * it a second time, even at the same moment, ends the session (RFC 9700 section 4.14.2).
 * @throws AppError REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED
 */
export const refreshSession = async (
  context: SignInContext,
  input: { readonly refreshToken: string },
): Promise<SignedIn> => {
  const presented = readOpaqueToken(input.refreshToken);
  if (presented === null) throw new AppError('REFRESH_TOKEN_INVALID');
  const { tenantId } = presented;
  const next = newOpaqueToken(tenantId);
  const outcome = await rotateRefreshToken(context.db, strangerOf(context.client, tenantId), {
    digest: presented.digest,
    nextDigest: next.digest,
    refreshSeconds: LIFETIMES.refreshToken,
    auditId: newId<'AuditEvent'>(),
  });
  if (outcome.kind === 'REUSED') throw new AppError('REFRESH_TOKEN_REUSED');
  if (outcome.kind === 'INVALID') throw new AppError('REFRESH_TOKEN_INVALID');
  const { accountId, sessionId } = outcome;
  const { token, expiresIn } = await context.accessTokens.forSession({ tenantId, accountId, sessionId });
  return { tenantId, accountId, sessionId, accessToken: token, refreshToken: next.text, expiresIn };
};
