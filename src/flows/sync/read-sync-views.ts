import type { SyncPlanId } from '../../domain/index.ts';
import type { PlanApprovalRow } from '../../store/queries/plan-review.ts';
import type { SyncPlanRow } from '../../store/queries/sync-plans.ts';
import { countStates, type StateCounts } from '../../store/queries/sync-runs.ts';
import {
  type SyncAttemptRow,
  selectApprovals,
  selectAttempts,
  selectPlans,
} from '../../store/queries/sync-views.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from './plan-context.ts';

const grouped = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, Row[]> => {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const known = found.get(keyOf(row));
    if (known === undefined) found.set(keyOf(row), [row]);
    else known.push(row);
  }
  return found;
};

/** Plans by id, in the order asked for; `null` where there is none. */
export const readPlans = async (
  context: FlowContext,
  ids: readonly string[],
): Promise<(SyncPlanRow | null)[]> => {
  const rows = await selectPlans(context.db, tenantOf(context), ids as readonly SyncPlanId[]);
  const found = new Map(rows.map((row) => [row.id as string, row]));
  return ids.map((id) => found.get(id) ?? null);
};

/** Who has approved plans, in the order of the ids asked for; of each in the order of time. */
export const readPlanApprovals = async (
  context: FlowContext,
  planIds: readonly string[],
): Promise<PlanApprovalRow[][]> => {
  const rows = await selectApprovals(context.db, tenantOf(context), planIds as readonly SyncPlanId[]);
  const found = grouped(rows, ({ planId }) => planId);
  return planIds.map((id) => found.get(id) ?? []);
};

/** Rows of plans by state, as they are now, in the order of the ids asked for. */
export const readOperationCounts = async (
  context: FlowContext,
  planIds: readonly string[],
): Promise<StateCounts[]> => {
  const counts = await countStates(context.db, tenantOf(context), planIds as readonly SyncPlanId[]);
  return planIds.map((id) => counts.get(id as SyncPlanId) ?? {});
};

/** A row of a plan, as `<plan id>:<ordinal>`. */
export type OperationKey = string;

/** Attempts at rows, in the order of the keys asked for; of each the first one first. */
export const readAttempts = async (
  context: FlowContext,
  keys: readonly OperationKey[],
): Promise<SyncAttemptRow[][]> => {
  const wanted = keys.map((key) => {
    const [planId = '', ordinal = ''] = key.split(':');
    return { planId, ordinal: Number(ordinal) };
  });
  const rows = await selectAttempts(context.db, tenantOf(context), wanted);
  const found = grouped(rows, ({ planId, ordinal }) => `${planId}:${ordinal}`);
  return keys.map((key) => found.get(key) ?? []);
};
