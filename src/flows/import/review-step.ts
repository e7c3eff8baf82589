import { AppError, type ImportRunId } from '../../domain/index.ts';
import { type AuditEntry, insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { type ImportRunRow, lockRun } from '../../store/queries/import-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { recheck } from './recheck.ts';
import { BULK_TIMEOUT, importActor, runNotFound } from './run-context.ts';
import { stagingRun } from './stage-import.ts';
import type { StagingRun } from './staging-run.ts';

/** A run under review, locked. */
export type ReviewedRun = StagingRun & Pick<ImportRunRow, 'orgUnits' | 'guard'>;

export interface ReviewStep<T> {
  readonly runId: ImportRunId;
  readonly work: (tx: Tx, run: ReviewedRun) => Promise<T>;
  readonly audit: (result: T) => Omit<AuditEntry, 'objectId' | 'objectType'>;
  /** The work has judged the whole run anew already. */
  readonly rechecked?: boolean;
  /** The work reads the roster as a whole and must see it as it was at one instant. */
  readonly atOneInstant?: boolean;
}

const NO_MOVES = { counted: 0, limit: 0, tripped: false };

/** Judges a run anew as its rows are now. */
export const recheckReviewed = (tx: Tx, run: ReviewedRun): Promise<void> =>
  recheck(tx, run, {
    unitMoves: run.guard?.unitMoves ?? NO_MOVES,
    leaversRefused: run.guard?.leaversRefused ?? null,
  });

/**
 * One step of a review: the run is locked, the work done, what only the rows together can tell found anew, and the
 * digest taken again, all in one transaction.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG
 */
export const reviewStep = <T>(context: FlowContext, step: ReviewStep<T>): Promise<T> =>
  context.db.transaction(
    importActor(context, step.runId),
    async (tx) => {
      const row = await lockRun(tx, step.runId);
      if (row === null) throw runNotFound(step.runId);
      if (row.phase !== 'REVIEW') {
        throw new AppError('IMPORT_PHASE_WRONG', { details: { phase: row.phase } });
      }
      const connection = await lockConnection(tx, row.connectionId, 'share');
      if (connection === null) throw connectionNotFound(row.connectionId);
      const run = { ...stagingRun(row, connection), guard: row.guard };
      const result = await step.work(tx, run);
      if (step.rechecked !== true) await recheckReviewed(tx, run);
      await insertAuditEvent(tx, {
        objectType: 'ImportRun',
        objectId: step.runId,
        ...step.audit(result),
      });
      return result;
    },
    {
      statementTimeout: BULK_TIMEOUT,
      isolation: step.atOneInstant === true ? 'REPEATABLE READ' : 'READ COMMITTED',
    },
  );
