import {
  AppError,
  type ConnectionId,
  type ImportRunId,
  type ImportScope,
  newId,
} from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type ConnectionRow, hasUnitLinks, lockConnection } from '../../store/queries/connections.ts';
import { type ImportRunRow, insertRun, workingRun } from '../../store/queries/import-runs.ts';
import { addJob } from '../../store/queries/jobs.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { importActor, importJobKey } from './run-context.ts';

/** With the queue's pauses about half an hour of trouble that a platform sets no time for; then the run has failed. */
const ATTEMPTS = 8;

export interface StartImportInput {
  readonly connectionId: ConnectionId;
  readonly scope: ImportScope;
  readonly trigger?: ImportRunRow['trigger'];
}

const requireReady = async (
  context: FlowContext,
  tx: Tx,
  asked: { readonly connection: ConnectionRow; readonly scope: ImportScope },
): Promise<void> => {
  const { connection, scope } = asked;
  const { name, platform } = connection;
  if (!connection.enabled) throw new AppError('CONNECTION_DISABLED', { details: { name } });
  if (requirePlatform(context, platform).directorySource === undefined) {
    throw new AppError('CONNECTION_CANNOT_PULL', { details: { platform } });
  }
  if (scope === 'ACCOUNTS' && !(await hasUnitLinks(tx, connection.id))) {
    throw new AppError('IMPORT_UNITS_FIRST', { details: { name } });
  }
};

/**
 * Starts an import and answers at once; a job does the work. A connection has one working import: while there is
 * one, a second start answers with it.
 * @throws AppError NOT_FOUND, CONNECTION_DISABLED (row ID-11), IMPORT_UNITS_FIRST (row ID-14), CONNECTION_CANNOT_PULL
 */
export const startImport = async (context: FlowContext, input: StartImportInput): Promise<ImportRunRow> => {
  const id = newId<'ImportRun'>();
  return context.db.transaction(importActor(context, id), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    const running = await workingRun(tx, input.connectionId);
    if (running !== null) return running;
    await requireReady(context, tx, { connection, scope: input.scope });
    const run = await insertRun(tx, {
      id,
      connectionId: input.connectionId,
      scope: input.scope,
      trigger: input.trigger ?? 'MANUAL',
    });
    if (run === null) return requireWorking(tx, input.connectionId, id);
    await addJob(tx, {
      task: 'run-import',
      payload: { tenantId: context.principal.tenantId, runId: id },
      key: importJobKey(id),
      queue: `connection:${input.connectionId}`,
      maxAttempts: ATTEMPTS,
    });
    await insertAuditEvent(tx, {
      action: 'import.start',
      objectType: 'ImportRun',
      objectId: id,
      details: { connectionId: input.connectionId, scope: input.scope },
    });
    return run;
  });
};

/** Somebody else was a moment quicker. */
const requireWorking = async (tx: Tx, connectionId: ConnectionId, id: ImportRunId): Promise<ImportRunRow> => {
  const running = await workingRun(tx, connectionId);
  if (running === null) throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: id } });
  return running;
};
