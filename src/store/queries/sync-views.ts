import type { ErrorDetails, SyncPlanId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { PlanApprovalRow } from './plan-review.ts';
import { PLAN_COLUMNS, type SyncPlanRow } from './sync-plans.ts';

/** Plans by their ids, in no order. */
export const selectPlans = (
  db: Database,
  tenantId: TenantId,
  ids: readonly SyncPlanId[],
): Promise<SyncPlanRow[]> =>
  db.read<SyncPlanRow & Record<string, unknown>>(
    tenantId,
    `select ${PLAN_COLUMNS} from muster.sync_plan where tenant_id = muster.current_tenant() and id = any ($1::uuid[])`,
    [ids],
  );

/** Who has approved several plans, by plan and in the order of time. */
export const selectApprovals = (
  db: Database,
  tenantId: TenantId,
  planIds: readonly SyncPlanId[],
): Promise<PlanApprovalRow[]> =>
  db.read<PlanApprovalRow & Record<string, unknown>>(
    tenantId,
    `select plan_id as "planId", approver_id as "approverId", approver_name as "approverName", digest, comment, at
     from muster.sync_plan_approval
     where tenant_id = muster.current_tenant() and plan_id = any ($1::uuid[]) order by plan_id, at, approver_id`,
    [planIds],
  );

/** One attempt at a row of a plan. */
export interface SyncAttemptRow {
  readonly planId: SyncPlanId;
  readonly ordinal: number;
  readonly attempt: number;
  readonly at: Date;
  readonly outcome: string;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly calls: number;
}

/** Attempts at rows, each named by its plan and ordinal; the first attempt first. */
export const selectAttempts = (
  db: Database,
  tenantId: TenantId,
  rows: readonly { readonly planId: string; readonly ordinal: number }[],
): Promise<SyncAttemptRow[]> =>
  db.read<SyncAttemptRow & Record<string, unknown>>(
    tenantId,
    `select a.plan_id as "planId", a.ordinal, a.attempt, a.at, a.outcome, a.error_code as "errorCode",
       a.error_details as "errorDetails", a.calls
     from unnest($1::uuid[], $2::integer[]) as wanted(plan_id, ordinal)
     join muster.sync_attempt a on a.tenant_id = muster.current_tenant() and a.plan_id = wanted.plan_id
       and a.ordinal = wanted.ordinal
     order by a.plan_id, a.ordinal, a.attempt`,
    [rows.map(({ planId }) => planId), rows.map(({ ordinal }) => ordinal)],
  );
