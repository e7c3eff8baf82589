import type { AccountId, AccountStatus, ConnectionId, LinkOrigin, SyncRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { OPERATION_COLUMNS, type PlanOperationRow } from './plan-operations.ts';

/** What is stored about one account and one connection. */
export interface PushFactsRow {
  readonly accountId: AccountId;
  readonly displayName: string;
  readonly status: AccountStatus;
  readonly externalId: string | null;
  readonly origin: LinkOrigin | null;
  readonly linkedAt: Date | null;
  readonly seenAt: Date | null;
  readonly goneAt: Date | null;
  /** When the person was asked to agree; `null` = was not, or has agreed. */
  readonly invitedAt: Date | null;
  /** Equal failures in a row, their code, and since when nothing is sent any more. */
  readonly failures: number;
  readonly failureCode: string | null;
  readonly quarantinedAt: Date | null;
}

export const readPushFacts = async (
  tx: Tx,
  of: { readonly accountId: AccountId; readonly connectionId: ConnectionId },
): Promise<PushFactsRow | null> => {
  const rows = await tx.query<PushFactsRow & Record<string, unknown>>(
    `select a.id as "accountId", a.display_name as "displayName", a.status, r.external_id as "externalId", l.origin,
       l.created_at as "linkedAt", r.seen_at as "seenAt", r.gone_at as "goneAt", i.invited_at as "invitedAt",
       coalesce(f.failures, 0) as failures, f.code as "failureCode", f.quarantined_at as "quarantinedAt"
     from muster.account a
     left join muster.account_link l on l.tenant_id = a.tenant_id and l.connection_id = $2 and l.account_id = a.id
     left join muster.remote_account r on r.tenant_id = l.tenant_id and r.id = l.remote_account_id
     left join muster.account_invitation i
       on i.tenant_id = a.tenant_id and i.connection_id = $2 and i.account_id = a.id
     left join muster.sync_failure f on f.tenant_id = a.tenant_id and f.connection_id = $2
       and f.object_type = 'ACCOUNT' and f.object_id = a.id
     where a.tenant_id = muster.current_tenant() and a.id = $1`,
    [of.accountId, of.connectionId],
  );
  return rows[0] ?? null;
};

/** The newest operation of a plan that was applied, or is being, and its run. */
export type LastOperationRow = PlanOperationRow & { readonly runId: SyncRunId };

export const readLastOperation = async (
  tx: Tx,
  of: { readonly accountId: AccountId; readonly connectionId: ConnectionId },
): Promise<LastOperationRow | null> => {
  const rows = await tx.query<LastOperationRow & Record<string, unknown>>(
    `select ${OPERATION_COLUMNS}, run.id as "runId"
     from muster.plan_operation o
     join muster.sync_run run on run.tenant_id = o.tenant_id and run.plan_id = o.plan_id
     where o.tenant_id = muster.current_tenant() and o.connection_id = $2 and o.object_id = $1
     order by o.plan_id desc, o.ordinal desc limit 1`,
    [of.accountId, of.connectionId],
  );
  return rows[0] ?? null;
};
