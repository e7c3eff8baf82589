import { AppError, type SyncRunId } from '../../domain/index.ts';
import {
  countStates,
  countSyncRuns,
  listSyncRuns,
  readSyncRun,
  type StateCounts,
  type SyncRunFilter,
  type SyncRunRow,
} from '../../store/queries/sync-runs.ts';
import type { FlowContext } from '../context.ts';
import { syncRunNotFound } from './apply-context.ts';

/** A run with the number of its operations in each state. */
export interface SyncRunView extends SyncRunRow {
  readonly counts: StateCounts;
}

/** Most rows of one answer: a page of 200, and the row that tells that there is another page. */
const PAGE_LIMIT = 201;

const limitOf = (first: number): number => {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_LIMIT) return first;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'first', reason: `1 to ${PAGE_LIMIT}`, reasonZh: `应为 1 到 ${PAGE_LIMIT}` },
    path: ['first'],
  });
};

const counted = async (context: FlowContext, runs: readonly SyncRunRow[]): Promise<SyncRunView[]> => {
  if (runs.length === 0) return [];
  const planIds = runs.map(({ planId }) => planId);
  const counts = await countStates(context.db, context.principal.tenantId, planIds);
  return runs.map((run) => ({ ...run, counts: counts.get(run.planId) ?? {} }));
};

/** Runs, newest first; `after` is the last id of the page before. */
export const findSyncRuns = async (
  context: FlowContext,
  input: SyncRunFilter & { readonly after?: SyncRunId | undefined; readonly first: number },
): Promise<SyncRunView[]> =>
  counted(
    context,
    await listSyncRuns(context.db, context.principal.tenantId, {
      connectionId: input.connectionId,
      phases: input.phases,
      before: input.after,
      limit: limitOf(input.first),
    }),
  );

/** Number of runs that a filter selects. */
export const countRunsOfSync = (context: FlowContext, filter: SyncRunFilter): Promise<number> =>
  countSyncRuns(context.db, context.principal.tenantId, filter);

/** One run with its progress, its ETA and the number of its operations in each state. @throws AppError NOT_FOUND */
export const getSyncRun = async (
  context: FlowContext,
  input: { readonly runId: SyncRunId },
): Promise<SyncRunView> => {
  const run = await readSyncRun(context.db, context.principal.tenantId, input.runId);
  const [view] = run === null ? [] : await counted(context, [run]);
  if (view === undefined) throw syncRunNotFound(input.runId);
  return view;
};
