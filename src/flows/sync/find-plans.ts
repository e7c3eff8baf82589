import { AppError, type SyncPlanId } from '../../domain/index.ts';
import { searchQuery } from '../../planner/search-text.ts';
import {
  countOperations,
  listOperations,
  type OperationFilter,
  type PlanOperationRow,
} from '../../store/queries/plan-operations.ts';
import { listApprovals, type PlanApprovalRow } from '../../store/queries/plan-review.ts';
import {
  countPlans,
  listPlans,
  type PlanFilter,
  readPlan,
  type SyncPlanRow,
} from '../../store/queries/sync-plans.ts';
import type { FlowContext } from '../context.ts';
import { planNotFound, tenantOf } from './plan-context.ts';

/** Most rows of one answer: a page of 200, and the row that tells that there is another page. */
export const PAGE_LIMIT = 201;

export const limitOf = (first: number): number => {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_LIMIT) return first;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'first', reason: `1 to ${PAGE_LIMIT}`, reasonZh: `应为 1 到 ${PAGE_LIMIT}` },
    path: ['first'],
  });
};

/** Plans, newest first; `after` is the last id of the page before. */
export const findPlans = (
  context: FlowContext,
  input: PlanFilter & { readonly after?: SyncPlanId | undefined; readonly first: number },
): Promise<SyncPlanRow[]> =>
  listPlans(context.db, tenantOf(context), {
    connectionId: input.connectionId,
    kinds: input.kinds,
    phases: input.phases,
    triggers: input.triggers,
    before: input.after,
    limit: limitOf(input.first),
  });

/** Number of plans that a filter selects. */
export const countSyncPlans = (context: FlowContext, filter: PlanFilter): Promise<number> =>
  countPlans(context.db, tenantOf(context), filter);

/** One plan with its totals, guards, digest and expiry. @throws AppError NOT_FOUND */
export const getPlan = async (
  context: FlowContext,
  input: { readonly planId: SyncPlanId },
): Promise<SyncPlanRow> => {
  const plan = await readPlan(context.db, tenantOf(context), input.planId);
  if (plan === null) throw planNotFound(input.planId);
  return plan;
};

/** Who has approved a plan as it is now, in the order of time. */
export const getApprovals = (
  context: FlowContext,
  input: { readonly planId: SyncPlanId },
): Promise<PlanApprovalRow[]> => listApprovals(context.db, tenantOf(context), input.planId);

/** Which operations, as a reviewer says it: `text` is a piece of a name, pinyin or platform id. */
export type OperationFilterInput = Omit<OperationFilter, 'pattern'> & { readonly text?: string | undefined };

export const operationFilter = ({ text, ...filter }: OperationFilterInput): OperationFilter =>
  text === undefined || text.trim() === '' ? filter : { ...filter, pattern: searchQuery(text).pattern };

export interface FindOperationsInput {
  readonly planId: SyncPlanId;
  readonly filter?: OperationFilterInput | undefined;
  /** Ordinal of the last row of the page before. */
  readonly after?: number | undefined;
  readonly first: number;
}

/** Operations of a plan by filter, in the order of their ordinals. */
export const findOperations = (
  context: FlowContext,
  input: FindOperationsInput,
): Promise<PlanOperationRow[]> =>
  listOperations(context.db, tenantOf(context), {
    planId: input.planId,
    filter: operationFilter(input.filter ?? {}),
    after: input.after ?? null,
    limit: limitOf(input.first),
  });

/** Number of operations of a plan that a filter selects. */
export const countPlanOperations = (
  context: FlowContext,
  input: { readonly planId: SyncPlanId; readonly filter?: OperationFilterInput | undefined },
): Promise<number> =>
  countOperations(context.db, tenantOf(context), {
    planId: input.planId,
    filter: operationFilter(input.filter ?? {}),
  });
