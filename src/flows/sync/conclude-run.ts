import { AppError } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { readOpenWork } from '../../store/queries/operation-claims.ts';
import { wasOvertaken } from '../../store/queries/push-carry.ts';
import { lockQuarantine } from '../../store/queries/sync-failures.ts';
import {
  lockSyncRun,
  type SyncRunEnd,
  type SyncRunRow,
  setPlanApplied,
  setSyncRunPhase,
} from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { addRunJob, syncActor } from './apply-context.ts';
import type { ExecutionEnd } from './execute-run.ts';
import { quarantineConnection } from './quarantine.ts';
import { queueChangesIn } from './queue-changes.ts';

/** How an execution ended, with what only the flow around it can tell. */
export type RunEnd = ExecutionEnd | { readonly kind: 'BROKEN'; readonly error: AppError };

const audit = async (
  tx: Tx,
  run: SyncRunRow,
  what: { action: string; reasonCode?: string },
): Promise<void> => {
  const { action, reasonCode } = what;
  await insertAuditEvent(tx, {
    action,
    objectType: 'SyncRun',
    objectId: run.id,
    ...(reasonCode === undefined ? {} : { reasonCode, result: 'FAILED' as const }),
    details: { planId: run.planId, connectionId: run.connectionId },
  });
};

/** Everything that could be done is done: the run is over, or waits for what is tried again later. */
const rest = async (context: FlowContext, tx: Tx, run: SyncRunRow): Promise<'OVER' | 'MORE'> => {
  const { ready, waiting, retryAt } = await readOpenWork(tx, run.planId);
  if (ready > 0) return 'MORE';
  if (waiting > 0) {
    const waitUntil = retryAt ?? context.now();
    await setSyncRunPhase(tx, run.id, { phase: 'WAITING', waitUntil });
    await addRunJob(tx, run, waitUntil);
    return 'OVER';
  }
  await setSyncRunPhase(tx, run.id, { phase: 'DONE' });
  await setPlanApplied(tx, run.planId, true);
  if (await wasOvertaken(tx, run.planId)) await queueChangesIn(tx, { now: context.now(), why: 'carry' });
  await audit(tx, run, { action: 'sync.finish' });
  return 'OVER';
};

const quarantine = async (
  context: FlowContext,
  tx: Tx,
  { run, error }: { readonly run: SyncRunRow; readonly error: AppError | null },
): Promise<'OVER' | 'MORE'> => {
  const { connectionId } = run;
  if (error !== null) await quarantineConnection(context, tx, { connectionId, error });
  const standing = await lockQuarantine(tx, connectionId);
  // A probe has just healed it.
  if (standing === null) return 'MORE';
  const details = { name: await nameOf(tx, run), reason: standing.code };
  await setSyncRunPhase(tx, run.id, {
    phase: 'WAITING',
    error: { code: 'CONNECTION_QUARANTINED', details },
  });
  return 'OVER';
};

const stop = async (tx: Tx, run: SyncRunRow, end: SyncRunEnd): Promise<void> => {
  await setSyncRunPhase(tx, run.id, end);
  const failed = end.error?.code;
  await audit(tx, run, {
    action: end.phase === 'FAILED' ? 'sync.fail' : 'sync.stop',
    ...(failed === undefined ? {} : { reasonCode: failed }),
  });
};

const nameOf = async (tx: Tx, { connectionId }: SyncRunRow): Promise<string> =>
  (await lockConnection(tx, connectionId, 'share'))?.name ?? connectionId;

const errorOf = ({ code, details }: AppError): NonNullable<SyncRunEnd['error']> => ({ code, details });

/**
 * Writes down how an execution ended. `MORE` = there is more to do now: rows that were released while it worked.
 */
export const concludeRun = (context: FlowContext, run: SyncRunRow, end: RunEnd): Promise<'OVER' | 'MORE'> =>
  context.db.transaction(syncActor(context, run.id), async (tx) => {
    const standing = await lockSyncRun(tx, run.id);
    if (standing === null || standing.attempt !== run.attempt || standing.phase !== 'RUNNING') return 'OVER';
    switch (end.kind) {
      case 'IDLE':
        if (!standing.stopRequested) return rest(context, tx, run);
        await stop(tx, run, { phase: 'STOPPED' });
        return 'OVER';
      case 'CHANGED':
        return 'MORE';
      case 'STOPPED':
        await stop(tx, run, { phase: 'STOPPED' });
        return 'OVER';
      case 'DISABLED': {
        const error = new AppError('CONNECTION_DISABLED', { details: { name: await nameOf(tx, run) } });
        await stop(tx, run, { phase: 'STOPPED', error: errorOf(error) });
        return 'OVER';
      }
      case 'QUARANTINE':
        return quarantine(context, tx, { run, error: end.error });
      case 'BROKEN':
        await stop(tx, run, { phase: 'FAILED', error: errorOf(end.error) });
        return 'OVER';
      default:
        return 'OVER';
    }
  });
