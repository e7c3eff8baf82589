import type { ConnectionId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { NEXT_PULL_AT } from './connections.ts';

const DUE_PULLS = {
  name: 'due_pulls',
  text: `
    select connection.id from muster.connection
    where connection.tenant_id = muster.current_tenant() and ${NEXT_PULL_AT} <= $1::timestamptz
      and not exists (select from muster.import_run run
        where run.tenant_id = connection.tenant_id and run.connection_id = connection.id
          and run.phase in ('QUEUED', 'FETCHING', 'STAGING', 'COMMITTING'))
    order by connection.id`,
};

/** Connections of a tenant whose timed pull is due at `now` and that are not being pulled. */
export const duePulls = async (db: Database, tenantId: TenantId, now: Date): Promise<ConnectionId[]> =>
  (await db.read<{ id: ConnectionId }>(tenantId, DUE_PULLS, [now])).map(({ id }) => id);
