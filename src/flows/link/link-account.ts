import { type AccountId, AppError, isId, newId, type RemoteAccountId } from '../../domain/index.ts';
import {
  type AccountLinkRow,
  insertLink,
  type LockedRemoteAccount,
  lockRemoteAccount,
  selectRivals,
} from '../../store/queries/account-links.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireAccount } from '../roster/access.ts';
import { refuseStatus } from '../roster/account-status.ts';

export interface LinkAccountInput {
  readonly accountId: AccountId;
  readonly remoteAccountId: RemoteAccountId;
}

const ACCOUNT_PATH = ['input', 'accountId'] as const;
const REMOTE_PATH = ['input', 'remoteAccountId'] as const;

/** The copy of the person whom an input names, locked. @throws AppError NOT_FOUND */
export const requireRemoteAccount = async (tx: Tx, id: string): Promise<LockedRemoteAccount> => {
  const remote = isId(id) ? await lockRemoteAccount(tx, id as RemoteAccountId) : null;
  if (remote === null) throw notFound('RemoteAccount', id, REMOTE_PATH);
  return remote;
};

const linkedAlready = (rival: AccountLinkRow, wanted: LinkAccountInput): AppError => {
  const { userName, connectionName: connection, externalId } = rival;
  const name = rival.remoteName ?? externalId;
  return rival.remoteAccountId === wanted.remoteAccountId
    ? new AppError('REMOTE_ACCOUNT_LINKED', { details: { name, userName }, path: REMOTE_PATH })
    : new AppError('ACCOUNT_LINKED', { details: { name, userName, connection }, path: ACCOUNT_PATH });
};

/** The link that stands, when these two are linked already; a link to anybody else is in the way. */
const standingLink = async (
  tx: Tx,
  remote: LockedRemoteAccount,
  wanted: LinkAccountInput,
): Promise<AccountLinkRow | null> => {
  const [rival] = await selectRivals(tx, { ...wanted, connectionId: remote.connectionId });
  if (rival === undefined) return null;
  const same = rival.accountId === wanted.accountId && rival.remoteAccountId === wanted.remoteAccountId;
  if (same) return rival;
  throw linkedAlready(rival, wanted);
};

const makeLink = async (
  tx: Tx,
  remote: LockedRemoteAccount,
  wanted: LinkAccountInput,
): Promise<AccountLinkRow> => {
  const id = newId<'AccountLink'>();
  const { connectionId, externalId } = remote;
  const made = await insertLink(tx, { ...wanted, id, connectionId, origin: 'MANUAL' });
  // A commit may have been quicker: then its link is found here, and told.
  const link = await standingLink(tx, remote, wanted);
  if (link === null) throw new TypeError('a link that was made or was in the way is there');
  if (!made) return link;
  await insertAuditEvent(tx, {
    action: 'account.link',
    objectType: 'Account',
    objectId: wanted.accountId,
    details: { connectionId, remoteAccountId: remote.id, externalId },
  });
  return link;
};

/**
 * Says by hand that a person of a platform is this account. Each person has at most one account, and an account at
 * most one person of a connection. The next pull compares the two and stages what differs. Linking again what is
 * linked changes nothing.
 * @throws AppError NOT_FOUND, ACCOUNT_LINKED, REMOTE_ACCOUNT_LINKED, REMOTE_ACCOUNT_GONE, STATUS_CONFLICT for a
 *   deleted account, PROTECTED_ACCOUNT for one that stands above the caller
 */
export const linkAccount = (context: FlowContext, input: LinkAccountInput): Promise<AccountLinkRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const account = await requireAccount(tx, context.principal, {
      id: input.accountId,
      path: ACCOUNT_PATH,
      change: true,
    });
    if (account.status === 'DELETED') throw refuseStatus(account, 'linked');
    const remote = await requireRemoteAccount(tx, input.remoteAccountId);
    const wanted = { accountId: account.id, remoteAccountId: remote.id };
    const standing = await standingLink(tx, remote, wanted);
    if (standing !== null) return standing;
    if (remote.goneAt !== null) {
      const name = remote.name ?? remote.externalId;
      throw new AppError('REMOTE_ACCOUNT_GONE', { details: { name }, path: REMOTE_PATH });
    }
    return makeLink(tx, remote, wanted);
  });
