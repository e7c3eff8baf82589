import { AppError, isId, type SessionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { findSessionOwner, revokeSessions } from '../../store/queries/sessions.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount } from '../roster/access.ts';

const PATH = ['input', 'sessionId'];

/**
 * Ends a session: one of the caller's own, or one of an account that the caller may change.
 * @throws AppError NOT_FOUND, FORBIDDEN, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT
 */
export const revokeSession = async (
  context: FlowContext,
  input: { readonly sessionId: string },
): Promise<void> => {
  const { principal, db } = context;
  const sessionId = input.sessionId as SessionId;
  const notFound = new AppError('NOT_FOUND', { details: { type: 'Session', id: sessionId }, path: PATH });
  const accountId = isId(sessionId) ? await findSessionOwner(db, principal.tenantId, sessionId) : null;
  if (accountId === null) throw notFound;
  await db.transaction(actorOf(principal), async (tx) => {
    if (accountId !== principal.id) {
      // Whoever administers nobody is not told which sessions exist.
      const administers =
        principal.kind === 'SYSTEM' ||
        (principal.kind === 'ACCOUNT' &&
          principal.roles.some((role) => role === 'OWNER' || role === 'DIRECTORY_ADMIN'));
      if (!administers) throw notFound;
      await requireAccount(tx, principal, { id: accountId, path: PATH });
    }
    const ended = await revokeSessions(tx, { accountId, only: sessionId, reason: 'REVOKED' });
    if (ended === 0) throw notFound;
    await insertAuditEvent(tx, {
      action: 'session.revoke',
      objectType: 'Account',
      objectId: accountId,
      details: { sessionId },
    });
  });
};
