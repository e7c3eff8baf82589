import type {
  AccountId,
  AccountLinkId,
  ConnectionId,
  ImportRunId,
  LinkOrigin,
  MatchKey,
  RemoteAccountId,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** A person of a platform and the account that he is. */
export interface AccountLinkRow {
  readonly id: AccountLinkId;
  readonly connectionId: ConnectionId;
  readonly connectionName: string;
  readonly remoteAccountId: RemoteAccountId;
  readonly externalId: string;
  readonly remoteName: string | null;
  readonly accountId: AccountId;
  readonly userName: string;
  readonly origin: LinkOrigin;
  /** The matching key by which a rule found the account. */
  readonly matchKey: MatchKey | null;
  readonly runId: ImportRunId | null;
  readonly createdAt: Date;
  readonly createdById: string | null;
}

type Found = AccountLinkRow & Record<string, unknown>;

const SELECT = `
  select l.id, l.connection_id as "connectionId", c.name as "connectionName",
    l.remote_account_id as "remoteAccountId", r.external_id as "externalId", r.name as "remoteName",
    l.account_id as "accountId", a.user_name as "userName", l.origin, l.match_key as "matchKey",
    l.run_id as "runId", l.created_at as "createdAt", l.created_by_id as "createdById"
  from muster.account_link l
  join muster.connection c on c.tenant_id = l.tenant_id and c.id = l.connection_id
  join muster.remote_account r on r.tenant_id = l.tenant_id and r.id = l.remote_account_id
  join muster.account a on a.tenant_id = l.tenant_id and a.id = l.account_id
  where l.tenant_id = muster.current_tenant()`;

/** Links of accounts, by the names of their connections. */
export const selectLinksOfAccounts = (
  db: Database,
  tenantId: TenantId,
  accountIds: readonly AccountId[],
): Promise<AccountLinkRow[]> =>
  db.read<Found>(
    tenantId,
    {
      name: 'links_of_accounts',
      text: `${SELECT} and l.account_id = any ($1::uuid[]) order by c.name collate muster.pinyin, l.id`,
    },
    [accountIds],
  );

export const selectLink = async (tx: Tx, id: AccountLinkId): Promise<AccountLinkRow | null> => {
  const rows = await tx.query<Found>(`${SELECT} and l.id = $1`, [id]);
  return rows[0] ?? null;
};

/** The copy of a person, kept from changing until the transaction ends. */
export interface LockedRemoteAccount {
  readonly id: RemoteAccountId;
  readonly connectionId: ConnectionId;
  readonly externalId: string;
  readonly name: string | null;
  readonly goneAt: Date | null;
}

export const lockRemoteAccount = async (tx: Tx, id: RemoteAccountId): Promise<LockedRemoteAccount | null> => {
  const rows = await tx.query<LockedRemoteAccount & Record<string, unknown>>(
    `select id, connection_id as "connectionId", external_id as "externalId", name, gone_at as "goneAt"
     from muster.remote_account where tenant_id = muster.current_tenant() and id = $1 for no key update`,
    [id],
  );
  return rows[0] ?? null;
};

/** The links that keep these two from being linked: of the account in this connection, and of the person. */
export const selectRivals = (
  tx: Tx,
  wanted: Pick<AccountLinkRow, 'accountId' | 'connectionId' | 'remoteAccountId'>,
): Promise<AccountLinkRow[]> =>
  tx.query<Found>(
    `${SELECT} and (l.remote_account_id = $1 or (l.connection_id = $2 and l.account_id = $3)) order by l.id`,
    [wanted.remoteAccountId, wanted.connectionId, wanted.accountId],
  );

/** Makes a link unless either side has one; false then. Who made it is the actor of the transaction. */
export const insertLink = async (
  tx: Tx,
  link: Pick<AccountLinkRow, 'accountId' | 'connectionId' | 'id' | 'origin' | 'remoteAccountId'>,
): Promise<boolean> =>
  (await tx.execute(
    `insert into muster.account_link (tenant_id, id, connection_id, remote_account_id, account_id, origin)
     values (muster.current_tenant(), $1, $2, $3, $4, $5) on conflict do nothing`,
    [link.id, link.connectionId, link.remoteAccountId, link.accountId, link.origin],
  )) === 1;

export const deleteLink = (tx: Tx, id: AccountLinkId): Promise<number> =>
  tx.execute('delete from muster.account_link where tenant_id = muster.current_tenant() and id = $1', [id]);
