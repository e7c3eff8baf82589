import type { AccountId, ConnectionId, RemoteAccountValue, SyncPlanId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { OPERATION_COLUMNS, type PlanOperationRow } from './plan-operations.ts';

/** Operations of a plan that have changed something on the platform, or a link. */
export const readApplied = (tx: Tx, planId: SyncPlanId): Promise<PlanOperationRow[]> =>
  tx.query<PlanOperationRow & Record<string, unknown>>(
    `select ${OPERATION_COLUMNS} from muster.plan_operation o
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.state = 'APPLIED' order by o.ordinal`,
    [planId],
  );

/** Everybody of the roster who is linked, with the platform's id. */
export const readAccountLinks = async (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<ReadonlyMap<AccountId, string>> => {
  const rows = await tx.query<{ id: AccountId; externalId: string }>(
    `select l.account_id as id, r.external_id as "externalId"
     from muster.account_link l join muster.remote_account r on r.tenant_id = l.tenant_id and r.id = l.remote_account_id
     where l.tenant_id = muster.current_tenant() and l.connection_id = $1`,
    [connectionId],
  );
  return new Map(rows.map(({ id, externalId }) => [id, externalId]));
};

/** What the platform held of an object before an operation; `null` when that was not known. */
export const valueBefore = (row: PlanOperationRow): Partial<RemoteAccountValue> | null => {
  const before = row.preImage?.['value'];
  return typeof before === 'object' && before !== null ? before : null;
};
