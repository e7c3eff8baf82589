import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { revokeSessions } from '../../store/queries/sessions.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireSession } from './access.ts';

/**
 * Ends the caller's session, or all of the caller's sessions; their tokens are refused within a second.
 * Returns how many sessions were ended.
 * @throws AppError FORBIDDEN for a machine client
 */
export const signOut = (
  context: FlowContext,
  input: { readonly everywhere?: boolean | undefined } = {},
): Promise<number> => {
  const principal = requireSession(context.principal, 'signOut');
  return context.db.transaction(actorOf(principal, { source: 'SIGN_IN' }), async (tx) => {
    const ended = await revokeSessions(tx, {
      accountId: principal.id,
      reason: 'SIGNED_OUT',
      ...(input.everywhere === true ? {} : { only: principal.sessionId }),
    });
    await insertAuditEvent(tx, {
      action: 'session.close',
      objectType: 'Account',
      objectId: principal.id,
      details: { sessionId: principal.sessionId, everywhere: input.everywhere === true, ended },
    });
    return ended;
  });
};
