import {
  AppError,
  type CompletenessStatement,
  type Connection,
  type ImportRunId,
} from '../../domain/index.ts';
import { concludeUnitLeavers } from '../../planner/leavers.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { markGone, refreshCopies } from '../../store/queries/import-copies.ts';
import { type ImportRunRow, lockRun } from '../../store/queries/import-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { recheck } from './recheck.ts';
import { BULK_TIMEOUT, importActor, runNotFound } from './run-context.ts';
import { stageAccounts } from './stage-accounts.ts';
import { stageOrgUnits } from './stage-org-units.ts';
import type { StagingRun } from './staging-run.ts';

/** A run as staging sees it. */
export const stagingRun = (
  run: ImportRunRow,
  connection: Pick<Connection, 'pullRules'>,
): StagingRun & Pick<ImportRunRow, 'orgUnits'> => {
  if (run.statement === null) throw new AppError('IMPORT_INCOMPLETE');
  return {
    id: run.id,
    connectionId: run.connectionId,
    scope: run.scope,
    kind: run.kind,
    statement: run.statement,
    connection,
    accounts: run.accounts,
    trigger: run.trigger,
    orgUnits: run.orgUnits,
  };
};

const refresh = async (tx: Tx, run: ImportRunRow, statement: CompletenessStatement): Promise<void> => {
  await workInBulk(tx);
  const seen = { runId: run.id, connectionId: run.connectionId };
  if (run.scope !== 'ACCOUNTS') {
    await refreshCopies(tx, 'orgUnits', seen);
    const verdict = concludeUnitLeavers(statement, { asked: true, stored: run.orgUnits });
    if (verdict.conclusive) await markGone(tx, 'orgUnits', run.connectionId);
  }
  if (run.scope !== 'ORG_UNITS') await refreshCopies(tx, 'accounts', seen);
};

/** Stages, or stages again with the decisions that still hold, all rows of a run whose copies are fresh. */
export const stageRows = async (
  tx: Tx,
  run: StagingRun & Pick<ImportRunRow, 'orgUnits'>,
): Promise<{ readonly conclusive: boolean }> => {
  if (run.kind === 'WHOLE') await workInBulk(tx);
  const units = await stageOrgUnits(tx, run);
  const leavers = await stageAccounts(tx, run, units);
  await recheck(tx, run, {
    unitMoves: units.moves,
    leaversRefused: leavers.conclusive ? null : leavers.because,
  });
  return leavers;
};

/**
 * Turns what a run has fetched into copies and staged rows, in one transaction: a crash leaves nothing of it, and
 * the next attempt makes the same again.
 * @throws AppError IMPORT_TAKEN_OVER when another worker holds the run
 */
export const stageImport = async (
  context: FlowContext,
  run: { readonly id: ImportRunId; readonly attempt: number },
  connection: Pick<Connection, 'pullRules'>,
): Promise<void> => {
  await context.db.transaction(
    importActor(context, run.id),
    async (tx) => {
      const current = await lockRun(tx, run.id);
      if (current === null) throw runNotFound(run.id);
      if (current.attempt !== run.attempt || current.phase !== 'STAGING') {
        throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: run.id } });
      }
      if (current.cancelRequested) throw new AppError('IMPORT_CANCELLED');
      const staging = stagingRun(current, connection);
      await refresh(tx, current, staging.statement);
      const { conclusive } = await stageRows(tx, staging);
      if (conclusive) {
        await markGone(tx, 'accounts', current.connectionId);
      }
    },
    // The roster as it was at one instant, whatever is edited meanwhile.
    { statementTimeout: BULK_TIMEOUT, isolation: 'REPEATABLE READ' },
  );
};
