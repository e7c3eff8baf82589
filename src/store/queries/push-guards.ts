import type { ConnectionId, PassedEffect } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { NOBODY } from './plan-review.ts';

/**
 * What guards have let pass within the last hour in plans that Muster has made and approved by itself, done or about to be
 * done; each object once for each kind.
 */
export const readPassed = (tx: Tx, connectionId: ConnectionId): Promise<PassedEffect[]> =>
  tx.query<PassedEffect & Record<string, unknown>>(
    `select effect.kind, coalesce(o.object_id::text, o.external_id) as object, max(effect.count)::integer as count
     from muster.sync_plan p
     join muster.sync_plan_approval a on a.tenant_id = p.tenant_id and a.plan_id = p.id and a.approver_id = $2
     join muster.plan_operation o on o.tenant_id = p.tenant_id and o.plan_id = p.id
       and o.state in ('PLANNED', 'RUNNING', 'WAITING', 'APPLIED') and o.effects <> '[]'
     cross join lateral jsonb_to_recordset(o.effects) as effect(kind text, count integer)
     where p.tenant_id = muster.current_tenant() and p.connection_id = $1
       and p.trigger in ('CHANGE', 'SCHEDULE')
       and p.phase in ('APPROVED', 'APPLYING', 'APPLIED') and p.created_at > now() - interval '1 hour'
     group by 1, 2`,
    [connectionId, NOBODY],
  );
