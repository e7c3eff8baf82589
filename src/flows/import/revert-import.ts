import { AppError, type ImportRunId } from '../../domain/index.ts';
import { writeAccountSearch } from '../../store/queries/accounts-search.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { rewriteUniqueValues } from '../../store/queries/import-commit-accounts.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import {
  computeRevert,
  lockWritten,
  markReverted,
  RESTORED,
  type RevertSummary,
  restoredAccounts,
  revertAccounts,
  revertBareLinks,
  revertUnits,
  summariseRevert,
} from '../../store/queries/import-revert.ts';
import { type ImportRunRow, lockRun } from '../../store/queries/import-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { accountSearchRow } from '../roster/search-row.ts';
import { groundMoved } from './ground-moved.ts';
import { BULK_TIMEOUT, runNotFound } from './run-context.ts';

const lockCommitted = async (tx: Tx, runId: ImportRunId): Promise<ImportRunRow> => {
  const run = await lockRun(tx, runId);
  if (run === null) throw runNotFound(runId);
  if (run.phase !== 'COMMITTED') throw new AppError('IMPORT_PHASE_WRONG', { details: { phase: run.phase } });
  return run;
};

const inRevert = <T>(context: FlowContext, runId: ImportRunId, work: (tx: Tx) => Promise<T>): Promise<T> =>
  context.db.transaction(actorOf(context.principal, { source: 'REVERT', runId }), work, {
    statementTimeout: BULK_TIMEOUT,
  });

/**
 * What taking a committed import back would do: objects that it made and nobody has built upon are removed, those
 * that it changed become what they were, and whatever was changed since is a conflict and stays.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG
 */
export const previewRevert = (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
): Promise<RevertSummary> =>
  inRevert(context, input.runId, async (tx) => {
    const run = await lockCommitted(tx, input.runId);
    await computeRevert(tx, run);
    return summariseRevert(tx);
  });

const SEARCH_BATCH = 1_000;

const restoreSearch = async (tx: Tx): Promise<void> => {
  let after: string | null = null;
  for (;;) {
    const rows = await restoredAccounts(tx, { after, limit: SEARCH_BATCH });
    await writeAccountSearch(tx, rows.map(accountSearchRow));
    if (rows.length < SEARCH_BATCH) return;
    after = rows.at(-1)?.id ?? null;
  }
};

const restoreUniqueValues = async (tx: Tx): Promise<void> => {
  for (const [table, target] of [
    ['account', 'ACCOUNT'],
    ['org_unit', 'ORG_UNIT'],
  ] as const) {
    await rewriteUniqueValues(tx, table, {
      owners: RESTORED(table === 'account' ? 'revert_account' : 'revert_unit'),
      params: [],
      definitions: await readDefinitions(tx, target),
    });
  }
};

/**
 * Takes a committed import back, in one transaction, from the history. Conflicts of the preview are left as they
 * are. Nothing of it is lost: what is removed stays in the history.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG, IMPORT_REVERT_STALE when the preview's digest is no longer true,
 *   or somebody takes meanwhile what was to be restored
 */
export const revertImport = (
  context: FlowContext,
  input: { readonly runId: ImportRunId; readonly expectedDigest?: string },
): Promise<RevertSummary> => groundMoved('IMPORT_REVERT_STALE', takeBack(context, input));

const takeBack = (
  context: FlowContext,
  input: { readonly runId: ImportRunId; readonly expectedDigest?: string },
): Promise<RevertSummary> =>
  inRevert(context, input.runId, async (tx) => {
    const run = await lockCommitted(tx, input.runId);
    await lockWritten(tx, run.id);
    await computeRevert(tx, run);
    const summary = await summariseRevert(tx);
    if (input.expectedDigest !== undefined && input.expectedDigest !== summary.digest) {
      throw new AppError('IMPORT_REVERT_STALE');
    }
    await revertAccounts(tx, run);
    await revertBareLinks(tx, run);
    await revertUnits(tx, run);
    await restoreSearch(tx);
    await restoreUniqueValues(tx);
    await markReverted(tx, run.id);
    const { conflicts, ...figures } = summary;
    await insertAuditEvent(tx, {
      action: 'import.revert',
      objectType: 'ImportRun',
      objectId: run.id,
      details: { ...figures, conflicts: conflicts.length },
    });
    return summary;
  });
