import { type ConnectionId, newId, type Role } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

export interface UnlinkAllQuery {
  readonly connectionId: ConnectionId;
  readonly rolesAbove: readonly Role[];
  /** Whoever asks may always take his own link away. */
  readonly callerId: string | null;
}

export interface UnlinkAllCounts {
  /** Links that were taken away. */
  readonly unlinked: number;
  /** Links that stay, because their accounts stand above the caller. */
  readonly kept: number;
}

/** Links of a connection's people, locked; accounts with one of the roles keep theirs, but for the caller's own. */
const lockLinks = (tx: Tx, what: UnlinkAllQuery) =>
  tx.query<{ id: string; isAbove: boolean }>(
    `select l.id, exists (select from muster.role_grant g
       where g.tenant_id = l.tenant_id and g.account_id = l.account_id and g.role = any ($2::text[])
         and g.account_id is distinct from $3::uuid) as "isAbove"
     from muster.account_link l where l.tenant_id = muster.current_tenant() and l.connection_id = $1
     order by l.id for update of l`,
    [what.connectionId, what.rolesAbove, what.callerId],
  );

/** Takes the links of all people of a connection away, and writes each down. */
export const deleteAllLinks = async (tx: Tx, what: UnlinkAllQuery): Promise<UnlinkAllCounts> => {
  const links = await lockLinks(tx, what);
  const ids = links.filter(({ isAbove }) => !isAbove).map(({ id }) => id);
  // The audit trail is read in the order of its ids, which therefore are made in order.
  await tx.execute(
    `with gone as (
       delete from muster.account_link l
       using unnest($1::uuid[], $2::uuid[]) as wanted(id, event_id)
       where l.tenant_id = muster.current_tenant() and l.id = wanted.id
       returning l.account_id, l.connection_id, l.remote_account_id, wanted.event_id)
     insert into muster.audit_event (tenant_id, id, action, object_type, object_id, details)
     select muster.current_tenant(), g.event_id, 'account.unlink', 'Account', g.account_id::text,
       jsonb_build_object('connectionId', g.connection_id, 'remoteAccountId', g.remote_account_id,
         'externalId', r.external_id)
     from gone g join muster.remote_account r on r.tenant_id = muster.current_tenant()
       and r.id = g.remote_account_id`,
    [ids, ids.map(() => newId<'AuditEvent'>())],
  );
  return { unlinked: ids.length, kept: links.length - ids.length };
};
