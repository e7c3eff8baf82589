import { AppError, type ImportRunId } from '../../domain/index.ts';
import type { StagedKind } from '../../store/queries/import-review.ts';
import {
  countStagedRows,
  type StagedAccountView,
  type StagedOrgUnitView,
  selectStagedAccounts,
  selectStagedOrgUnits,
  selectUnchangedAccounts,
  type UnchangedAccountView,
} from '../../store/queries/import-rows.ts';
import {
  countRuns,
  type ImportRunRow,
  listRuns,
  type RunFilter,
  readRun,
} from '../../store/queries/import-runs.ts';
import type { FlowContext } from '../context.ts';
import { type StagedFilterInput, stagedFilter } from './decide-staged.ts';
import { runNotFound, tenantOf } from './run-context.ts';

/** Most rows of one answer: a page of 200, and the row that tells that there is another page. */
export const PAGE_LIMIT = 201;

const limitOf = (first: number): number => {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_LIMIT) return first;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'first', reason: `1 to ${PAGE_LIMIT}`, reasonZh: `应为 1 到 ${PAGE_LIMIT}` },
    path: ['first'],
  });
};

/** Import runs, newest first; `after` is the last id of the page before. */
export const findRuns = (
  context: FlowContext,
  input: RunFilter & { readonly after?: ImportRunId; readonly first: number },
): Promise<ImportRunRow[]> =>
  listRuns(context.db, tenantOf(context), {
    connectionId: input.connectionId,
    phases: input.phases,
    kinds: input.kinds,
    before: input.after,
    limit: limitOf(input.first),
  });

/** Number of runs that a filter selects. */
export const countImportRuns = (context: FlowContext, filter: RunFilter): Promise<number> =>
  countRuns(context.db, tenantOf(context), filter);

/** One run with its progress, completeness statement, counts, guards and digest. @throws AppError NOT_FOUND */
export const getRun = async (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
): Promise<ImportRunRow> => {
  const run = await readRun(context.db, tenantOf(context), input.runId);
  if (run === null) throw runNotFound(input.runId);
  return run;
};

export interface FindStagedInput {
  readonly runId: ImportRunId;
  readonly filter?: StagedFilterInput;
  /** Ordinal of the last row of the page before. */
  readonly after?: number;
  readonly first: number;
}

const pageOf = (input: FindStagedInput) => ({
  runId: input.runId,
  filter: stagedFilter(input.filter ?? {}),
  after: input.after ?? null,
  limit: limitOf(input.first),
});

/** Staged people of a run by filter, in the order of their ordinals. */
export const findStagedAccounts = (
  context: FlowContext,
  input: FindStagedInput,
): Promise<StagedAccountView[]> => selectStagedAccounts(context.db, tenantOf(context), pageOf(input));

/** Staged units of a run by filter, parents before children, each with the number of its staged children. */
export const findStagedOrgUnits = (
  context: FlowContext,
  input: FindStagedInput,
): Promise<StagedOrgUnitView[]> => selectStagedOrgUnits(context.db, tenantOf(context), pageOf(input));

/** Number of staged rows that a filter selects. */
export const countStaged = (
  context: FlowContext,
  input: { readonly runId: ImportRunId; readonly kind: StagedKind; readonly filter?: StagedFilterInput },
): Promise<number> =>
  countStagedRows(context.db, tenantOf(context), {
    kind: input.kind,
    runId: input.runId,
    filter: stagedFilter(input.filter ?? {}),
  });

/** People of a run who needed no row, by platform id; `after` is the last platform id of the page before. */
export const findUnchangedAccounts = (
  context: FlowContext,
  input: { readonly runId: ImportRunId; readonly after?: string; readonly first: number },
): Promise<UnchangedAccountView[]> =>
  selectUnchangedAccounts(context.db, tenantOf(context), {
    runId: input.runId,
    after: input.after ?? null,
    limit: limitOf(input.first),
  });
