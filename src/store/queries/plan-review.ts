import type { ConnectionId, SyncPlanId, SyncPlanKind, SyncPlanPhase, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { type OperationDecision, type OperationFilter, operationWhere } from './plan-operations.ts';

/** Muster itself as one who approves. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

export interface PlanApprovalRow {
  readonly planId: SyncPlanId;
  /** All zeros when Muster itself approved, as the connection's rules say. */
  readonly approverId: string;
  readonly approverName: string;
  readonly digest: string;
  readonly comment: string | null;
  readonly at: Date;
}

const APPROVALS = `
  select plan_id as "planId", approver_id as "approverId", approver_name as "approverName", digest, comment, at
  from muster.sync_plan_approval where tenant_id = muster.current_tenant() and plan_id = $1 order by at, approver_id`;

type Found = PlanApprovalRow & Record<string, unknown>;

export const listApprovals = (
  db: Database,
  tenantId: TenantId,
  planId: SyncPlanId,
): Promise<PlanApprovalRow[]> => db.read<Found>(tenantId, APPROVALS, [planId]);

/** As {@link listApprovals}, inside a transaction. */
export const readApprovals = (tx: Tx, planId: SyncPlanId): Promise<PlanApprovalRow[]> =>
  tx.query<Found>(APPROVALS, [planId]);

/** Writes an approval; the same person's earlier one of this plan is replaced. */
export const insertApproval = (
  tx: Tx,
  approval: Pick<PlanApprovalRow, 'planId' | 'approverId' | 'approverName' | 'digest' | 'comment'>,
): Promise<number> =>
  tx.execute(
    `insert into muster.sync_plan_approval (tenant_id, plan_id, approver_id, approver_name, digest, comment)
     values (muster.current_tenant(), $1, $2, $3, $4, $5)
     on conflict (tenant_id, plan_id, approver_id) do update
     set digest = excluded.digest, comment = excluded.comment, approver_name = excluded.approver_name,
       at = clock_timestamp()`,
    [approval.planId, approval.approverId, approval.approverName, approval.digest, approval.comment],
  );

/** What was approved is not what the plan says any more. */
export const deleteApprovals = (tx: Tx, planId: SyncPlanId): Promise<number> =>
  tx.execute(
    'delete from muster.sync_plan_approval where tenant_id = muster.current_tenant() and plan_id = $1',
    [planId],
  );

/** A row that a guard held, with what it waits for. */
export interface HeldRow {
  readonly ordinal: number;
  readonly dependsOn: readonly number[];
  readonly decision: OperationDecision | null;
  /** Held for nothing but what it depends on. */
  readonly follows: boolean;
  /** Meant by the filter. */
  readonly meant: boolean;
}

/** Every row of a plan that was held at first, and which of them a filter means. */
export const readHeld = (tx: Tx, planId: SyncPlanId, filter: OperationFilter): Promise<HeldRow[]> => {
  const params: unknown[] = [planId];
  return tx.query<HeldRow & Record<string, unknown>>(
    `select o.ordinal, o.depends_on as "dependsOn", o.decision, o.holds = '{DEPENDS_ON_HELD}' as follows,
       ${operationWhere(filter, params)} as meant
     from muster.plan_operation o
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.planned_state = 'HELD'
     order by o.ordinal`,
    params,
  );
};

/** Which of the ordinals are rows of the plan that cannot be decided, because no guard held them. */
export const readUndecidable = async (
  tx: Tx,
  planId: SyncPlanId,
  ordinals: readonly number[],
): Promise<number[]> => {
  const rows = await tx.query<{ ordinal: number }>(
    `select wanted.ordinal from unnest($2::integer[]) as wanted(ordinal)
     where not exists (select from muster.plan_operation o
       where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.ordinal = wanted.ordinal
         and o.planned_state = 'HELD')
     order by 1`,
    [planId, ordinals],
  );
  return rows.map(({ ordinal }) => ordinal);
};

/** Writes decisions about held rows. Who decided is the actor of the transaction. */
export const writeDecisions = (
  tx: Tx,
  planId: SyncPlanId,
  what: { readonly ordinals: readonly number[]; readonly decision: OperationDecision },
): Promise<number> =>
  tx.execute(
    `update muster.plan_operation o set decision = $3,
       state = case $3 when 'RELEASED' then 'PLANNED' else 'SKIPPED' end,
       outcome_code = case $3 when 'REJECTED' then 'REJECTED' end,
       ended_at = case $3 when 'REJECTED' then clock_timestamp() end,
       decided_by_id = muster.setting('actor_id')::uuid, decided_by_name = muster.setting('actor_name'),
       decided_at = clock_timestamp()
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.ordinal = any ($2::integer[])
       and o.planned_state = 'HELD' and o.decision is distinct from $3`,
    [planId, what.ordinals, what.decision],
  );

/** All decisions of a plan, by ordinal. */
export const readDecisions = (
  tx: Tx,
  planId: SyncPlanId,
): Promise<{ readonly ordinal: number; readonly decision: OperationDecision }[]> =>
  tx.query(
    `select ordinal, decision from muster.plan_operation
     where tenant_id = muster.current_tenant() and plan_id = $1 and decision is not null order by ordinal`,
    [planId],
  );

/** The digest after decisions were taken. */
export const writeDigest = (tx: Tx, planId: SyncPlanId, digest: string): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set digest = $2, review_version = review_version + 1
     where tenant_id = muster.current_tenant() and id = $1`,
    [planId, digest],
  );

/** From now on the digest stands. */
export const markApproved = (tx: Tx, planId: SyncPlanId): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set phase = 'APPROVED', approved_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and phase = 'REVIEW'`,
    [planId],
  );

/** Ends a plan that will not be applied. */
export const endPlan = (
  tx: Tx,
  planId: SyncPlanId,
  end: { readonly phase: 'DISCARDED' | 'SUPERSEDED'; readonly supersededById?: SyncPlanId },
): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set phase = $2, superseded_by_id = $3, ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and phase in ('REVIEW', 'APPROVED')`,
    [planId, end.phase, end.supersededById ?? null],
  );

/** Ends plans whose time is over at `now`. */
export const expireOpenPlans = (
  tx: Tx,
  now: Date,
): Promise<{ readonly id: SyncPlanId; readonly connectionId: ConnectionId; readonly kind: SyncPlanKind }[]> =>
  tx.query(
    `update muster.sync_plan set phase = 'EXPIRED', ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and phase in ('REVIEW', 'APPROVED') and expires_at <= $1
     returning id, connection_id as "connectionId", kind`,
    [now],
  );

/** Phases from which a plan can still be decided about, approved or given up. */
export const OPEN_PHASES: readonly SyncPlanPhase[] = ['REVIEW', 'APPROVED'];
