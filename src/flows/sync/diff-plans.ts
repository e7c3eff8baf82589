import { AppError, type SyncPlanId } from '../../domain/index.ts';
import {
  comparePlans,
  countDifferences,
  PLAN_DIFFERENCES,
  type PlanDifference,
  type PlanDiffRow,
} from '../../store/queries/plan-diff.ts';
import type { FlowContext } from '../context.ts';
import { getPlan, limitOf } from './find-plans.ts';
import { tenantOf } from './plan-context.ts';

export interface DiffPlansInput {
  readonly planId: SyncPlanId;
  /** The plan that it is compared with, of the same connection. */
  readonly otherPlanId: SyncPlanId;
  /** Default: whatever is not the same. */
  readonly differences?: readonly PlanDifference[] | undefined;
  /** Key of the last row of the page before. */
  readonly after?: string | undefined;
  readonly first: number;
}

export interface PlanDiff {
  readonly counts: Readonly<Record<PlanDifference, number>>;
  readonly rows: readonly PlanDiffRow[];
}

const UNEQUAL = PLAN_DIFFERENCES.filter((difference) => difference !== 'SAME');

/**
 * Compares two plans of a connection, operation by operation: by object and kind, whatever their places in the plans.
 * @throws AppError NOT_FOUND, INPUT_INVALID for plans of two connections
 */
export const diffPlans = async (context: FlowContext, input: DiffPlansInput): Promise<PlanDiff> => {
  const first = await getPlan(context, { planId: input.planId });
  const second = await getPlan(context, { planId: input.otherPlanId });
  if (first.connectionId !== second.connectionId) {
    throw new AppError('INPUT_INVALID', {
      details: {
        field: 'otherPlanId',
        reason: 'it is a plan of another connection',
        reasonZh: '两个计划不属于同一连接',
      },
      path: ['otherPlanId'],
    });
  }
  const pair = { first: first.id, second: second.id };
  const tenantId = tenantOf(context);
  return {
    counts: await countDifferences(context.db, tenantId, pair),
    rows: await comparePlans(context.db, tenantId, {
      ...pair,
      differences: input.differences ?? UNEQUAL,
      after: input.after ?? null,
      limit: limitOf(input.first),
    }),
  };
};
