import type { OperationState, SyncPlanId } from '../../domain/index.ts';
import type { PlanApprovalRow } from '../../store/queries/plan-review.ts';
import {
  type SyncAttemptRow,
  selectApprovals,
  selectAttempts,
  selectOperationCounts,
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

/** Who has approved plans, in the order of the ids asked for; of each in the order of time. */
export const readPlanApprovals = async (
  context: FlowContext,
  planIds: readonly string[],
): Promise<PlanApprovalRow[][]> => {
  const rows = await selectApprovals(context.db, tenantOf(context), planIds as readonly SyncPlanId[]);
  const found = grouped(rows, ({ planId }) => planId);
  return planIds.map((id) => found.get(id) ?? []);
};

export type OperationCounts = Readonly<Partial<Record<OperationState, number>>>;

/** Rows of plans by state, as they are now, in the order of the ids asked for. */
export const readOperationCounts = async (
  context: FlowContext,
  planIds: readonly string[],
): Promise<OperationCounts[]> => {
  const rows = await selectOperationCounts(context.db, tenantOf(context), planIds as readonly SyncPlanId[]);
  const found = grouped(rows, ({ planId }) => planId);
  return planIds.map((id) =>
    Object.fromEntries((found.get(id) ?? []).map(({ state, count }) => [state, count])),
  );
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
