import type { ConnectionId, ErrorDetails, SyncPlanId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

interface ObjectRef {
  readonly objectType: 'ORG_UNIT' | 'ACCOUNT';
  readonly objectId: string;
}

/** Equal failures after which an object is left out of plans (field-notes rule 13). */
const QUARANTINE_AFTER = 5;

/**
 * Counts failures of objects; another code than last time begins anew. Each object occurs once.
 * @returns ids of the objects that are in quarantine now
 */
export const countFailures = async (
  tx: Tx,
  connectionId: ConnectionId,
  failures: readonly (ObjectRef & { readonly code: string })[],
): Promise<ReadonlySet<string>> => {
  if (failures.length === 0) return new Set();
  const rows = await tx.query<{ objectId: string; quarantined: boolean }>(
    `insert into muster.sync_failure as f (tenant_id, connection_id, object_type, object_id, code)
     select muster.current_tenant(), $1, r."objectType", r."objectId", r.code
     from jsonb_to_recordset($2::jsonb) as r("objectType" text, "objectId" uuid, code text)
     order by r."objectType", r."objectId"
     on conflict (tenant_id, connection_id, object_type, object_id) do update set
       failures = case when f.code = excluded.code then f.failures + 1 else 1 end, code = excluded.code,
       last_at = clock_timestamp(),
       quarantined_at = case when f.code = excluded.code and f.failures + 1 >= ${QUARANTINE_AFTER}
         then coalesce(f.quarantined_at, clock_timestamp()) end
     returning object_id as "objectId", quarantined_at is not null as quarantined`,
    [connectionId, JSON.stringify(failures)],
  );
  return new Set(rows.filter(({ quarantined }) => quarantined).map(({ objectId }) => objectId));
};

/** Forgets the failures of objects that have succeeded, or that somebody releases. @returns how many had any */
export const forgetFailures = (
  tx: Tx,
  connectionId: ConnectionId,
  objectIds: readonly string[],
): Promise<number> =>
  tx.execute(
    {
      name: 'forget_failures',
      text: `delete from muster.sync_failure where tenant_id = muster.current_tenant() and connection_id = $1
        and object_type in ('ORG_UNIT', 'ACCOUNT') and object_id = any ($2::uuid[])`,
    },
    [connectionId, objectIds],
  );

/** Where the pushing of a connection stands. */
export interface QuarantineRow {
  readonly connectionId: ConnectionId;
  readonly quarantinedAt: Date;
  readonly code: string;
  readonly details: ErrorDetails;
  readonly nextProbeAt: Date | null;
}

const QUARANTINE = `
  select connection_id as "connectionId", quarantined_at as "quarantinedAt", quarantine_code as code,
    coalesce(quarantine_details, '{}') as details, next_probe_at as "nextProbeAt"
  from muster.push_state where tenant_id = muster.current_tenant() and quarantined_at is not null`;

export const readQuarantine = async (tx: Tx, connectionId: ConnectionId): Promise<QuarantineRow | null> =>
  (
    await tx.query<QuarantineRow & Record<string, unknown>>(`${QUARANTINE} and connection_id = $1`, [
      connectionId,
    ])
  )[0] ?? null;

/** As {@link readQuarantine}; it neither begins nor ends until the transaction has. */
export const lockQuarantine = async (tx: Tx, connectionId: ConnectionId): Promise<QuarantineRow | null> =>
  (
    await tx.query<QuarantineRow & Record<string, unknown>>(
      `${QUARANTINE} and connection_id = $1 for no key update`,
      [connectionId],
    )
  )[0] ?? null;

/** Puts a connection into quarantine; one that is in it keeps its instant and hears of the newest reason. */
export const beginQuarantine = (
  tx: Tx,
  connectionId: ConnectionId,
  why: { readonly code: string; readonly details: ErrorDetails; readonly nextProbeAt: Date },
): Promise<number> =>
  tx.execute(
    `insert into muster.push_state as s
       (tenant_id, connection_id, quarantined_at, quarantine_code, quarantine_details, next_probe_at)
     values (muster.current_tenant(), $1, clock_timestamp(), $2, $3, $4)
     on conflict (tenant_id, connection_id) do update set
       quarantined_at = coalesce(s.quarantined_at, clock_timestamp()), quarantine_code = excluded.quarantine_code,
       quarantine_details = excluded.quarantine_details, next_probe_at = excluded.next_probe_at`,
    [connectionId, why.code, JSON.stringify(why.details), why.nextProbeAt],
  );

/** Ends a quarantine. False when there was none. */
export const endQuarantine = async (tx: Tx, connectionId: ConnectionId): Promise<boolean> =>
  (await tx.execute(
    `update muster.push_state set quarantined_at = null, quarantine_code = null, quarantine_details = null,
       next_probe_at = null
     where tenant_id = muster.current_tenant() and connection_id = $1 and quarantined_at is not null`,
    [connectionId],
  )) === 1;

/** Connections in quarantine that are to be asked by `now` whether they answer again. */
export const dueProbes = async (
  db: Database,
  tenantId: TenantId,
  now: Date,
): Promise<readonly ConnectionId[]> => {
  const rows = await db.read<{ connectionId: ConnectionId }>(
    tenantId,
    `select q."connectionId" from (${QUARANTINE}) as q
     join muster.connection c on c.tenant_id = muster.current_tenant() and c.id = q."connectionId"
     where c.enabled and (q."nextProbeAt" is null or q."nextProbeAt" <= $1) order by 1`,
    [now],
  );
  return rows.map(({ connectionId }) => connectionId);
};

/** Whether an attempt at an operation of this plan has ended with that code before. */
export const hasFailedWith = async (tx: Tx, planId: SyncPlanId, code: string): Promise<boolean> => {
  const [row] = await tx.query<{ found: boolean }>(
    `select exists (select from muster.sync_attempt
       where tenant_id = muster.current_tenant() and plan_id = $1 and error_code = $2) as found`,
    [planId, code],
  );
  return row?.found === true;
};
