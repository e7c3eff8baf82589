import type {
  AccountId,
  ConnectionId,
  OrgUnitId,
  SyncPlanId,
  SyncPlanPhase,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { NOBODY } from './plan-review.ts';

/** An incremental plan that has left something open. */
export interface PlanToCarry {
  readonly id: SyncPlanId;
  readonly phase: SyncPlanPhase;
  /** Units and accounts of rows that somebody or something else has overtaken. */
  readonly overtaken: readonly string[];
  /** Those of rows that wait for a person's word, or were never begun. */
  readonly waiting: readonly string[];
}

/**
 * Incremental plans that were not carried on yet: under review, approved and not applied, expired, or applied and
 * something of them left. What a person has rejected is not open.
 */
export const readPlansToCarry = (tx: Tx, connectionId: ConnectionId): Promise<PlanToCarry[]> =>
  tx.query<PlanToCarry & Record<string, unknown>>(
    `select p.id, p.phase,
       coalesce(array_agg(o.object_id::text) filter (where o.state = 'SUPERSEDED'), '{}') as overtaken,
       coalesce(array_agg(o.object_id::text) filter (where o.state in ('PLANNED', 'HELD')), '{}') as waiting
     from muster.sync_plan p
     left join muster.plan_operation o on o.tenant_id = p.tenant_id and o.plan_id = p.id
       and o.object_id is not null and o.state in ('PLANNED', 'HELD', 'SUPERSEDED')
     where p.tenant_id = muster.current_tenant() and p.connection_id = $1 and p.kind = 'INCREMENTAL'
       and not p.carried_on and p.phase in ('REVIEW', 'APPROVED', 'EXPIRED', 'APPLIED')
     group by p.id, p.phase order by p.id`,
    [connectionId],
  );

/** Whether something of an incremental plan was not done because the platform has changed: no change of the roster tells. */
export const wasOvertaken = async (tx: Tx, planId: SyncPlanId): Promise<boolean> => {
  const rows = await tx.query<{ overtaken: boolean }>(
    `select exists (select from muster.sync_plan p
       join muster.plan_operation o on o.tenant_id = p.tenant_id and o.plan_id = p.id
       where p.tenant_id = muster.current_tenant() and p.id = $1 and p.kind = 'INCREMENTAL'
         and o.state = 'SUPERSEDED' and o.outcome_code = 'REMOTE_CHANGED') as overtaken`,
    [planId],
  );
  return rows[0]?.overtaken ?? false;
};

/** Which of these ids are units of the roster. */
export const sortObjects = async (
  tx: Tx,
  ids: readonly string[],
): Promise<{ readonly accountIds: AccountId[]; readonly orgUnitIds: OrgUnitId[] }> => {
  const rows = await tx.query<{ id: string; unit: boolean }>(
    `select distinct id.id, u.id is not null as unit from unnest($1::uuid[]) as id(id)
     left join muster.org_unit u on u.tenant_id = muster.current_tenant() and u.id = id.id`,
    [ids],
  );
  return {
    accountIds: rows.filter(({ unit }) => !unit).map(({ id }) => id as AccountId),
    orgUnitIds: rows.filter(({ unit }) => unit).map(({ id }) => id as OrgUnitId),
  };
};

/** What plans left open is planned by another one; those that nobody has applied end with that. */
export const carryOn = (tx: Tx, planIds: readonly SyncPlanId[], by: SyncPlanId | null): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set carried_on = true, superseded_by_id = $2,
       phase = case when phase in ('REVIEW', 'APPROVED') then 'SUPERSEDED' else phase end,
       ended_at = coalesce(ended_at, clock_timestamp())
     where tenant_id = muster.current_tenant() and id = any ($1::uuid[]) and not carried_on
       and phase in ('REVIEW', 'APPROVED', 'EXPIRED', 'APPLIED')`,
    [planIds, by],
  );

/** Of a plan `p`: Muster itself has approved it. */
const BY_ITSELF = `exists (select from muster.sync_plan_approval a
  where a.tenant_id = p.tenant_id and a.plan_id = p.id and a.approver_id = '${NOBODY}')`;

/** Plans that Muster itself has approved and not begun to apply, the oldest first. */
export const readLeftApproved = (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ readonly id: SyncPlanId; readonly digest: string; readonly urgent: boolean }[]> =>
  tx.query(
    `select p.id, p.digest, p.urgent from muster.sync_plan p
     where p.tenant_id = muster.current_tenant() and p.connection_id = $1 and p.kind = 'INCREMENTAL'
       and not p.carried_on and p.phase = 'APPROVED' and p.trigger = 'CHANGE'
       and ${BY_ITSELF}
     order by p.urgent desc, p.id`,
    [connectionId],
  );

/** Whether a connection that pushes by itself has plans to carry on. */
export const hasPlansToCarry = async (db: Database, tenantId: TenantId): Promise<boolean> => {
  const rows = await db.read(
    tenantId,
    `select from muster.connection c
     where c.tenant_id = muster.current_tenant() and c.enabled and c.mode = 'READ_WRITE'
       and c.push_rules->>'incremental' in ('HOLD', 'APPLY')
       and exists (select from muster.sync_plan p
         where p.tenant_id = c.tenant_id and p.connection_id = c.id and p.kind = 'INCREMENTAL' and not p.carried_on
           and (p.phase in ('EXPIRED', 'APPLIED') or (p.phase = 'APPROVED' and ${BY_ITSELF})))
     limit 1`,
  );
  return rows.length > 0;
};
