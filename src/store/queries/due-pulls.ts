import type { ConnectionId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

const DUE_PULLS = {
  name: 'due_pulls',
  text: `
    select connection.id from muster.connection
    where connection.tenant_id = muster.current_tenant() and connection.enabled
      and (connection.pull_rules->>'everyMinutes')::integer > 0
      and greatest(
        connection.created_at,
        (select max(run.created_at) from muster.import_run run
         where run.tenant_id = connection.tenant_id and run.connection_id = connection.id)
      ) <= $1::timestamptz - (connection.pull_rules->>'everyMinutes')::integer * interval '1 minute'
      and not exists (select from muster.import_run run
        where run.tenant_id = connection.tenant_id and run.connection_id = connection.id
          and run.phase in ('QUEUED', 'FETCHING', 'STAGING', 'COMMITTING'))
    order by connection.id`,
};

/** Connections whose last pull, by whomever it was started, is older than their timer says (row W-DD-29). */
export const duePulls = async (db: Database, tenantId: TenantId, now: Date): Promise<ConnectionId[]> =>
  (await db.read<{ id: ConnectionId }>(tenantId, DUE_PULLS, [now])).map(({ id }) => id);
