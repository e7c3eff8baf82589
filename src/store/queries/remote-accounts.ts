import type { ConnectionId, RemoteAccountId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { SEEN_ACCOUNTS, SEEN_AT, SEEN_RUN_ID } from './copies-seen.ts';
import type { RemoteAccountRow } from './import-explain.ts';
import { BELIEVED } from './seen-copies.ts';

export interface RemoteAccountQuery {
  readonly connectionId: ConnectionId;
  /** Only linked ones, or only those that are not. */
  readonly linked: boolean | null;
  /** Only those that are known to be gone, or only those that are not. */
  readonly gone: boolean | null;
  /** Folded piece of the name or the platform's id, as the right-hand side of LIKE. */
  readonly pattern: string | null;
}

const COLUMNS = `r.id, r.connection_id as "connectionId", r.external_id as "externalId", r.name, r.value,
  ${BELIEVED} as believed, ${SEEN_AT} as "seenAt", ${SEEN_RUN_ID} as "seenRunId", r.gone_at as "goneAt", l.account_id as "accountId"`;

const FROM = `from muster.remote_account r
  ${SEEN_ACCOUNTS}
  left join muster.account_link l on l.tenant_id = r.tenant_id and l.remote_account_id = r.id
  where r.tenant_id = muster.current_tenant() and r.connection_id = $1
    and ($2::boolean is null or (l.account_id is not null) = $2)
    and ($3::boolean is null or (r.gone_at is not null) = $3)
    and ($4::text is null or muster.fold(coalesce(r.name, '')) like $4 or muster.fold(r.external_id) like $4)`;

const values = (query: RemoteAccountQuery): unknown[] => [
  query.connectionId,
  query.linked,
  query.gone,
  query.pattern,
];

/** Copies of people of a connection, by the platform's id. */
export const selectRemoteAccounts = (
  db: Database,
  tenantId: TenantId,
  query: RemoteAccountQuery & { readonly after: string | null; readonly limit: number },
): Promise<RemoteAccountRow[]> =>
  db.read<RemoteAccountRow & Record<string, unknown>>(
    tenantId,
    `select ${COLUMNS}
     ${FROM} and ($5::text is null or r.external_id > $5) order by r.external_id limit $6`,
    [...values(query), query.after, query.limit],
  );

/** Copies of people by their ids. */
export const selectRemoteAccountsById = (
  db: Database,
  tenantId: TenantId,
  ids: readonly RemoteAccountId[],
): Promise<RemoteAccountRow[]> =>
  db.read<RemoteAccountRow & Record<string, unknown>>(
    tenantId,
    `select ${COLUMNS} from muster.remote_account r
     ${SEEN_ACCOUNTS}
     left join muster.account_link l on l.tenant_id = r.tenant_id and l.remote_account_id = r.id
     where r.tenant_id = muster.current_tenant() and r.id = any ($1::uuid[])`,
    [ids],
  );

/** Number of copies that the filter selects. */
export const countRemoteAccounts = async (
  db: Database,
  tenantId: TenantId,
  query: RemoteAccountQuery,
): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::int as count ${FROM}`,
    values(query),
  );
  return rows[0]?.count ?? 0;
};
