import {
  type AccountId,
  AppError,
  type ConnectionId,
  newId,
  type OrgUnitId,
  type SyncPlanKind,
} from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type ConnectionRow, lockConnection } from '../../store/queries/connections.ts';
import { addJob } from '../../store/queries/jobs.ts';
import { missingIds } from '../../store/queries/push-scope.ts';
import { insertPlan, type SyncPlanRow, type SyncPlanScope } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { planActor, planJobKey, tenantOf } from './plan-context.ts';

/** Most ids that one plan may name. */
export const NAMED_IDS = 1000;

/** With the queue's pauses about half an hour of trouble that a platform sets no time for; then the plan has failed. */
export const PLAN_ATTEMPTS = 8;

export interface PlanSyncInput {
  readonly connectionId: ConnectionId;
  /** `FULL` pulls first; `UNITS` and `ACCOUNTS` look at one sort alone; a `FILTER` names what it looks at. */
  readonly kind: Extract<SyncPlanKind, 'FULL' | 'UNITS' | 'ACCOUNTS' | 'FILTER'>;
  /** Units, and (but for `UNITS`) the people in them. */
  readonly orgUnitIds?: readonly OrgUnitId[] | undefined;
  readonly accountIds?: readonly AccountId[] | undefined;
  /** The named units with everything below them. */
  readonly withDescendants?: boolean | undefined;
  readonly trigger?: 'MANUAL' | 'SCHEDULE' | undefined;
}

const misplaced = (field: string): AppError =>
  new AppError('INPUT_INVALID', {
    details: { field, reason: 'a plan of this kind does not take it', reasonZh: '此类计划不接受该参数' },
    path: ['input', field],
  });

const scopeOf = (input: PlanSyncInput): SyncPlanScope => {
  const orgUnitIds = [...new Set(input.orgUnitIds ?? [])];
  const accountIds = [...new Set(input.accountIds ?? [])];
  if (orgUnitIds.length + accountIds.length > NAMED_IDS) {
    throw new AppError('SYNC_ROWS_TOO_MANY', { details: { limit: NAMED_IDS } });
  }
  if (input.kind === 'FULL' && orgUnitIds.length > 0) throw misplaced('orgUnitIds');
  if ((input.kind === 'FULL' || input.kind === 'UNITS') && accountIds.length > 0) {
    throw misplaced('accountIds');
  }
  if (input.kind === 'FILTER' && orgUnitIds.length + accountIds.length === 0) {
    throw new AppError('INPUT_INVALID', {
      details: { field: 'orgUnitIds', reason: 'a filter names something', reasonZh: '筛选范围不能为空' },
      path: ['input', 'orgUnitIds'],
    });
  }
  return {
    ...(orgUnitIds.length === 0 ? {} : { orgUnitIds, withDescendants: input.withDescendants ?? false }),
    ...(accountIds.length === 0 ? {} : { accountIds }),
  };
};

const requireNamed = async (tx: Tx, scope: SyncPlanScope): Promise<void> => {
  const [missing] = await missingIds(tx, scope);
  if (missing === undefined) return;
  const field = missing.type === 'OrgUnit' ? 'orgUnitIds' : 'accountIds';
  throw new AppError('NOT_FOUND', { details: missing, path: ['input', field] });
};

/** @throws AppError CONNECTION_DISABLED, CONNECTION_CANNOT_PUSH, CONNECTION_CANNOT_PULL */
export const requirePushable = (
  context: FlowContext,
  connection: ConnectionRow,
  options: { readonly pulls: boolean },
): void => {
  const { name, platform } = connection;
  if (!connection.enabled) throw new AppError('CONNECTION_DISABLED', { details: { name } });
  const { directoryTarget, directorySource } = requirePlatform(context, platform);
  if (directoryTarget === undefined) throw new AppError('CONNECTION_CANNOT_PUSH', { details: { platform } });
  if (options.pulls && directorySource === undefined) {
    throw new AppError('CONNECTION_CANNOT_PULL', { details: { platform } });
  }
};

/**
 * Asks for a plan and answers at once; a job makes it. A plan of a read-only connection is a dry run: it can be
 * looked at, and of it only links can be applied (row W-DD-26).
 * @throws AppError NOT_FOUND, CONNECTION_DISABLED, CONNECTION_CANNOT_PUSH, CONNECTION_CANNOT_PULL, INPUT_INVALID,
 *   SYNC_ROWS_TOO_MANY
 */
export const planSync = async (context: FlowContext, input: PlanSyncInput): Promise<SyncPlanRow> => {
  const scope = scopeOf(input);
  return context.db.transaction(planActor(context), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    requirePushable(context, connection, { pulls: input.kind === 'FULL' });
    await requireNamed(tx, scope);
    const plan = await insertPlan(tx, {
      id: newId<'SyncPlan'>(),
      connectionId: input.connectionId,
      kind: input.kind,
      scope,
      trigger: input.trigger ?? 'MANUAL',
    });
    await addJob(tx, {
      task: 'plan-sync',
      payload: { tenantId: tenantOf(context), planId: plan.id },
      key: planJobKey(plan.id),
      queue: `connection:${input.connectionId}`,
      maxAttempts: PLAN_ATTEMPTS,
    });
    await insertAuditEvent(tx, {
      action: 'plan.start',
      objectType: 'SyncPlan',
      objectId: plan.id,
      details: { connectionId: input.connectionId, kind: input.kind },
    });
    return plan;
  });
};
