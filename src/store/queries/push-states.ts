import type { ConnectionId, ErrorDetails, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

/** A roster object that failed so often in the same way that plans leave it out. */
export interface QuarantinedObjectRow {
  readonly objectType: 'ORG_UNIT' | 'ACCOUNT';
  readonly objectId: string;
  readonly code: string;
  readonly failures: number;
  readonly quarantinedAt: string;
}

/** Where pushing of a connection stands. */
export interface PushStateRow {
  readonly connectionId: ConnectionId;
  readonly quarantinedAt: Date | null;
  readonly quarantineCode: string | null;
  readonly quarantineDetails: ErrorDetails | null;
  readonly nextProbeAt: Date | null;
  readonly lastFullAt: Date | null;
  readonly accountsInScope: number | null;
  /** At most a hundred, longest first. */
  readonly quarantinedObjects: readonly QuarantinedObjectRow[];
}

/** Of several connections, in no order. One that was never pushed to has a row of nothing. */
export const selectPushStates = (
  db: Database,
  tenantId: TenantId,
  connectionIds: readonly ConnectionId[],
): Promise<PushStateRow[]> =>
  db.read<PushStateRow & Record<string, unknown>>(
    tenantId,
    `select c.id as "connectionId", s.quarantined_at as "quarantinedAt", s.quarantine_code as "quarantineCode",
       s.quarantine_details as "quarantineDetails", s.next_probe_at as "nextProbeAt",
       s.last_full_at as "lastFullAt", s.accounts_in_scope as "accountsInScope",
       coalesce(q.objects, '[]') as "quarantinedObjects"
     from muster.connection c
     left join muster.push_state s on s.tenant_id = c.tenant_id and s.connection_id = c.id
     left join lateral (
       select jsonb_agg(jsonb_build_object('objectType', f.object_type, 'objectId', f.object_id, 'code', f.code,
         'failures', f.failures, 'quarantinedAt', f.quarantined_at) order by f.quarantined_at, f.object_id) as objects
       from (
         select * from muster.sync_failure
         where tenant_id = c.tenant_id and connection_id = c.id and quarantined_at is not null
         order by quarantined_at, object_id limit 100) f
     ) q on true
     where c.tenant_id = muster.current_tenant() and c.id = any ($1::uuid[])`,
    [connectionIds],
  );
