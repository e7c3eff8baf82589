import type { AppError, ConnectionId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import { beginQuarantine, forgetFailures, lockQuarantine } from '../../store/queries/sync-failures.ts';
import { connectionNotFound, openConnection, requirePlatform } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { asAppError } from './judge-failure.ts';
import { healConnection, PROBE_EVERY_MS } from './quarantine.ts';

const actor = (context: FlowContext) => actorOf(context.principal, { source: 'SYNC' });

/** What keeps the connection from working, `null` when it works. */
const probe = async (
  context: FlowContext,
  connectionId: ConnectionId,
  signal: AbortSignal,
): Promise<AppError | null> => {
  try {
    const connection = await openConnection(context, connectionId);
    await requirePlatform(context, connection.platform).directoryTarget?.probe(connection, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return asAppError(error, context.principal.requestId);
  }
};

/**
 * Asks the platform of a connection in quarantine once whether it answers again; what the job does each hour. When it
 * does, the runs that waited go on.
 * @returns true when the connection is out of quarantine
 */
export const probeQuarantined = async (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId },
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> => {
  const { connectionId } = input;
  const error = await probe(context, connectionId, options.signal ?? new AbortController().signal);
  return context.db.transaction(actor(context), async (tx) => {
    if (error === null) return healConnection(context, tx, { connectionId, by: 'PROBE' });
    if ((await lockQuarantine(tx, connectionId)) === null) return true;
    const nextProbeAt = new Date(context.now().getTime() + PROBE_EVERY_MS);
    await beginQuarantine(tx, connectionId, { code: error.code, details: error.details, nextProbeAt });
    return false;
  });
};

/**
 * Ends a quarantine by a person's word: of one object, or of the connection itself. An object is planned again by the
 * next plan; of the connection the runs that waited go on at once.
 * @returns false when there was no such quarantine
 * @throws AppError NOT_FOUND
 */
export const releaseQuarantine = (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId; readonly objectId?: string | undefined },
): Promise<boolean> =>
  context.db.transaction(actor(context), async (tx) => {
    const { connectionId, objectId } = input;
    const connection = await lockConnection(tx, connectionId, 'share');
    if (connection === null) throw connectionNotFound(connectionId);
    if (objectId === undefined) return healConnection(context, tx, { connectionId, by: 'RELEASE' });
    if ((await forgetFailures(tx, connectionId, [objectId])) === 0) return false;
    await insertAuditEvent(tx, {
      action: 'sync.release',
      objectType: 'Connection',
      objectId: connectionId,
      details: { by: 'RELEASE', objectId },
    });
    return true;
  });
