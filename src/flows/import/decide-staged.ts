import { AppError, type Decision, type ImportRunId } from '../../domain/index.ts';
import { searchQuery } from '../../planner/search-text.ts';
import {
  countInvalid,
  countRows,
  firstBlocking,
  type StagedKind,
  writeDecision,
} from '../../store/queries/import-review.ts';
import type { StagedFilter } from '../../store/queries/import-rows.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { recheckReviewed, reviewStep } from './review-step.ts';

/** Which rows, as a reviewer says it: `text` is a piece of a name, pinyin, number or id. */
export type StagedFilterInput = Omit<StagedFilter, 'pattern'> & { readonly text?: string };

export const stagedFilter = ({ text, ...filter }: StagedFilterInput): StagedFilter =>
  text === undefined || text.trim() === '' ? filter : { ...filter, pattern: searchQuery(text).pattern };

export type DecideStagedInput = {
  readonly runId: ImportRunId;
  readonly decision: Decision;
} & (
  | { readonly rowIds: readonly string[] }
  /** Rows of one kind that a filter selects; an empty filter selects all. */
  | { readonly kind: StagedKind; readonly filter: StagedFilterInput }
);

const requireAcceptable = async (tx: Tx, runId: ImportRunId, rowIds: readonly string[]): Promise<void> => {
  const blocked = await firstBlocking(tx, runId, rowIds);
  if (blocked === null) return;
  throw new AppError('IMPORT_ROW_INVALID', { details: { name: blocked.name, issues: blocked.issues } });
};

const decideByIds = async (
  tx: Tx,
  what: { readonly runId: ImportRunId; readonly decision: Decision; readonly rowIds: readonly string[] },
): Promise<number> => {
  const ids = [...new Set(what.rowIds)];
  if ((await countRows(tx, what.runId, ids)) !== ids.length) {
    throw new AppError('NOT_FOUND', { details: { type: 'StagedRow', id: ids.join(', ') } });
  }
  if (what.decision === 'ACCEPTED') await requireAcceptable(tx, what.runId, ids);
  const common = { runId: what.runId, decision: what.decision, selection: { ids } };
  return (
    (await writeDecision(tx, { ...common, kind: 'ACCOUNT' })) +
    (await writeDecision(tx, { ...common, kind: 'ORG_UNIT' }))
  );
};

/**
 * Decides staged rows: singly, by filter or all. A blocking row cannot be accepted: named by its id it is refused,
 * under a filter it is left as it is.
 * @returns number of rows whose decision changed
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG, IMPORT_ROW_INVALID
 */
export const decideStaged = async (
  context: FlowContext,
  input: DecideStagedInput,
): Promise<{ readonly changed: number }> => {
  const changed = await reviewStep(context, {
    runId: input.runId,
    work: (tx) =>
      'rowIds' in input
        ? decideByIds(tx, input)
        : writeDecision(tx, {
            runId: input.runId,
            kind: input.kind,
            decision: input.decision,
            selection: { filter: stagedFilter(input.filter) },
          }),
    audit: (rows) => ({ action: 'import.decide', details: { decision: input.decision, rows } }),
  });
  return { changed };
};

/** Skipping a row may leave others without their unit or give a value back; so often at most. */
const ROUNDS = 50;

/**
 * Skips every invalid row at once (row ID-15), and what becomes invalid through that, until none is left.
 * @returns number of rows that were skipped
 */
export const removeInvalid = async (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
): Promise<{ readonly removed: number }> => {
  const removed = await reviewStep(context, {
    runId: input.runId,
    rechecked: true,
    work: async (tx, run) => {
      let skipped = 0;
      for (let round = 0; round < ROUNDS && (await countInvalid(tx, run.id)) > 0; round += 1) {
        const what = {
          runId: run.id,
          decision: 'SKIPPED',
          selection: { filter: { blocking: true } },
        } as const;
        skipped += await writeDecision(tx, { ...what, kind: 'ORG_UNIT' });
        skipped += await writeDecision(tx, { ...what, kind: 'ACCOUNT' });
        await recheckReviewed(tx, run);
      }
      return skipped;
    },
    audit: (rows) => ({ action: 'import.removeInvalid', details: { rows } }),
  });
  return { removed };
};
