import { AppError, type ImportRunId, type OpenConnection } from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { dropFetched, dropLeftovers } from '../../store/queries/import-fetched.ts';
import { claimRun, failRun, type ImportRunRow, noteTrouble } from '../../store/queries/import-runs.ts';
import { openConnection, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { fetchImport } from './fetch-import.ts';
import { importActor } from './run-context.ts';
import { stageImport } from './stage-import.ts';

const sourceOf = (context: FlowContext, connection: OpenConnection): DirectorySource => {
  const source = requirePlatform(context, connection.platform).directorySource;
  if (source === undefined) {
    throw new AppError('CONNECTION_CANNOT_PULL', { details: { platform: connection.platform } });
  }
  return source;
};

/** What a failure means for the run. */
type Verdict =
  | { readonly kind: 'ELSEWHERE' }
  | { readonly kind: 'AGAIN'; readonly error: unknown }
  | { readonly kind: 'OVER'; readonly phase: 'FAILED' | 'CANCELLED'; readonly error: AppError };

/** SQLSTATE classes that pass: connection, serialization, resources, operator's intervention. */
const PASSING = /^(?:08|40|53|57)/;

const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && PASSING.test(error.code);

const judge = (context: FlowContext, error: unknown, signal: AbortSignal): Verdict => {
  if (!(error instanceof AppError)) {
    if (signal.aborted || isPassing(error)) return { kind: 'AGAIN', error };
    // A fault of ours does not go away by itself: the run ends, so that the connection is free.
    context.logger.error({ err: error }, 'an import failed');
    const details = { requestId: context.principal.requestId };
    return {
      kind: 'OVER',
      phase: 'FAILED',
      error: new AppError('INTERNAL', { details, cause: error }),
    };
  }
  if (error.code === 'IMPORT_TAKEN_OVER') return { kind: 'ELSEWHERE' };
  if (error.code === 'IMPORT_CANCELLED') return { kind: 'OVER', phase: 'CANCELLED', error };
  // The worker is stopping, not the import.
  if (signal.aborted) return { kind: 'AGAIN', error };
  const { kind } = error.row.retry;
  if (kind === 'after' || kind === 'refresh-token') return { kind: 'AGAIN', error };
  return { kind: 'OVER', phase: 'FAILED', error };
};

const close = async (
  context: FlowContext,
  run: ImportRunRow,
  verdict: Extract<Verdict, { kind: 'OVER' }>,
): Promise<void> => {
  const { error, phase } = verdict;
  await context.db.transaction(importActor(context, run.id), async (tx) => {
    if (!(await failRun(tx, run, { phase, code: error.code, details: error.details }))) return;
    await dropFetched(tx, run.id);
    await insertAuditEvent(tx, {
      action: phase === 'FAILED' ? 'import.fail' : 'import.cancel',
      objectType: 'ImportRun',
      objectId: run.id,
      result: phase === 'FAILED' ? 'FAILED' : 'OK',
      reasonCode: error.code,
    });
  });
};

const note = async (context: FlowContext, run: ImportRunRow, error: unknown): Promise<void> => {
  if (!(error instanceof AppError)) return;
  await context.db.transaction(importActor(context, run.id), (tx) =>
    noteTrouble(tx, run, { code: error.code, details: error.details }),
  );
};

const execute = async (context: FlowContext, run: ImportRunRow, signal: AbortSignal): Promise<void> => {
  if (run.cancelRequested) throw new AppError('IMPORT_CANCELLED');
  const connection = await openConnection(context, run.connectionId);
  if (run.phase === 'FETCHING') {
    await fetchImport(context, run, { source: sourceOf(context, connection), connection, signal });
  }
  await stageImport(context, run, connection);
};

/**
 * Executes an import run from wherever it stands; what the job does. May be called again after any crash: a run
 * is fetched from its cursor, staged from its pages, and left alone when it waits for review or is over.
 *
 *     QUEUED → FETCHING (page by page) → STAGING (one transaction) → REVIEW
 *     asked to stop → CANCELLED · an error that only people can mend → FAILED
 *
 * @throws whatever may mend itself: the job is then tried again, later
 */
export const runImport = async (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> => {
  const signal = options.signal ?? new AbortController().signal;
  const run = await context.db.transaction(importActor(context, input.runId), async (tx) => {
    const claimed = await claimRun(tx, input.runId);
    if (claimed !== null) await dropLeftovers(tx, claimed.connectionId);
    return claimed;
  });
  if (run === null) return;
  try {
    await execute(context, run, signal);
  } catch (error) {
    const verdict = judge(context, error, signal);
    if (verdict.kind === 'ELSEWHERE') return;
    if (verdict.kind === 'OVER') return close(context, run, verdict);
    await note(context, run, verdict.error);
    throw verdict.error;
  }
};
