import type { ConnectionId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

/**
 * When the next timed push of a `muster.connection` is due (row W-DD-38): so long after the last full plan, whoever
 * asked for that; null without a timer. Computed, as the next pull is.
 */
export const NEXT_PUSH_AT = `
  case when connection.enabled and connection.mode = 'READ_WRITE'
    and (connection.push_rules->>'everyMinutes')::integer > 0 then
    greatest(
      connection.created_at,
      (select max(plan.created_at) from muster.sync_plan plan
       where plan.tenant_id = connection.tenant_id and plan.connection_id = connection.id and plan.kind = 'FULL')
    ) + (connection.push_rules->>'everyMinutes')::integer * interval '1 minute'
  end`;

const DUE_PUSHES = {
  name: 'due_pushes',
  text: `
    select connection.id from muster.connection
    where connection.tenant_id = muster.current_tenant() and ${NEXT_PUSH_AT} <= $1::timestamptz
      and not exists (select from muster.sync_plan plan
        where plan.tenant_id = connection.tenant_id and plan.connection_id = connection.id and plan.kind = 'FULL'
          and (plan.phase in ('PLANNING', 'APPROVED', 'APPLYING')
            or (plan.phase = 'REVIEW' and plan.trigger = 'SCHEDULE')))
    order by connection.id`,
};

/**
 * Connections of a tenant whose timed push is due at `now`. While a full plan is being made or applied, or a timed one
 * waits for review, none is: nobody is served by a pile of them.
 */
export const duePushes = async (db: Database, tenantId: TenantId, now: Date): Promise<ConnectionId[]> =>
  (await db.read<{ id: ConnectionId }>(tenantId, DUE_PUSHES, [now])).map(({ id }) => id);
