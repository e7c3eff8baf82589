import { type AccountId, AppError } from '../../domain/index.ts';
import { type SessionRow, listSessions as selectSessions } from '../../store/queries/sessions.ts';
import type { FlowContext } from '../context.ts';
import { actorOf } from '../context.ts';
import { requireAccount } from '../roster/access.ts';

/** A living session; `current` = the one that asks. */
export interface SessionView extends SessionRow {
  readonly current: boolean;
}

/**
 * Living sessions of an account, newest first, 200 at most; of the caller's own account by default.
 * @throws AppError FORBIDDEN, NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT
 */
export const listSessions = async (
  context: FlowContext,
  input: { readonly accountId?: string | null | undefined } = {},
): Promise<SessionView[]> => {
  const { principal } = context;
  const wanted = input.accountId ?? principal.id;
  if (wanted === null) throw new AppError('FORBIDDEN', { details: { action: 'sessions' } });
  if (wanted !== principal.id) await requireReachable(context, wanted);
  const current = principal.kind === 'ACCOUNT' ? principal.sessionId : null;
  const rows = await selectSessions(context.db, principal.tenantId, wanted as AccountId);
  return rows.map((row) => ({ ...row, current: row.id === current }));
};

/** Whoever may change an account may see and end its sessions. */
const requireReachable = async (context: FlowContext, accountId: string): Promise<void> => {
  const { principal } = context;
  const isAdmin =
    principal.kind === 'SYSTEM' ||
    (principal.kind === 'ACCOUNT' &&
      (principal.roles.includes('OWNER') || principal.roles.includes('DIRECTORY_ADMIN')));
  if (!isAdmin) throw new AppError('FORBIDDEN', { details: { action: 'sessions' } });
  await context.db.transaction(actorOf(principal), (tx) =>
    requireAccount(tx, principal, { id: accountId, path: ['accountId'] }),
  );
};
