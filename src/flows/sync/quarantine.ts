import type { AppError, ConnectionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { beginQuarantine, endQuarantine } from '../../store/queries/sync-failures.ts';
import { lockQuarantinedRuns, setSyncRunPhase } from '../../store/queries/sync-runs.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { addRunJob } from './apply-context.ts';
import { queueChangesIn } from './queue-changes.ts';

/** Milliseconds between two probes of a connection in quarantine (field-notes rule 14). */
export const PROBE_EVERY_MS = 3_600_000;

/** Stops everything on a connection until its cause is mended: a probe each hour finds out. */
export const quarantineConnection = async (
  context: FlowContext,
  tx: Tx,
  why: { readonly connectionId: ConnectionId; readonly error: AppError },
): Promise<void> => {
  const { connectionId, error } = why;
  await beginQuarantine(tx, connectionId, {
    code: error.code,
    details: error.details,
    nextProbeAt: new Date(context.now().getTime() + PROBE_EVERY_MS),
  });
  await insertAuditEvent(tx, {
    action: 'sync.quarantine',
    objectType: 'Connection',
    objectId: connectionId,
    result: 'FAILED',
    reasonCode: error.code,
  });
  context.logger.warn({ connectionId, code: error.code }, 'a connection went into quarantine');
};

/**
 * Lets a connection work again: the runs that waited for it, and the changes that nobody could apply meanwhile. False
 * when it was in no quarantine.
 */
export const healConnection = async (
  context: FlowContext,
  tx: Tx,
  healed: { readonly connectionId: ConnectionId; readonly by: 'PROBE' | 'RELEASE' },
): Promise<boolean> => {
  if (!(await endQuarantine(tx, healed.connectionId))) return false;
  for (const run of await lockQuarantinedRuns(tx, healed.connectionId)) {
    await setSyncRunPhase(tx, run.id, { phase: 'QUEUED' });
    await addRunJob(tx, run);
  }
  await queueChangesIn(tx, { now: context.now(), why: 'waiting' });
  await insertAuditEvent(tx, {
    action: 'sync.release',
    objectType: 'Connection',
    objectId: healed.connectionId,
    details: { by: healed.by },
  });
  return true;
};
