import { AppError, type ConnectionId } from '../../domain/index.ts';
import type { CheckStep } from '../../ports/directory-source.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { openConnection, requirePlatform } from './open-connection.ts';

/** What a test found, step by step. */
export interface ConnectionTest {
  /** No step failed. A warning does not prevent a pull. */
  readonly passed: boolean;
  readonly steps: readonly CheckStep[];
}

/** Longest test, in milliseconds. */
const TIME_LIMIT = 60_000;

/**
 * Walks from name resolution to the visible range and says of each step what was found, what to do and where
 * (rows W-DD-03, ID-04, ID-11, ID-17…20). Works for connections that are not enabled yet.
 * @throws AppError NOT_FOUND, CONNECTION_CANNOT_PULL, SECRET_UNREADABLE
 */
export const testConnection = async (
  context: FlowContext,
  input: { readonly id: ConnectionId },
  options: { readonly signal?: AbortSignal } = {},
): Promise<ConnectionTest> => {
  const connection = await openConnection(context, input.id);
  const source = requirePlatform(context, connection.platform).directorySource;
  if (source === undefined) {
    throw new AppError('CONNECTION_CANNOT_PULL', { details: { platform: connection.platform } });
  }
  const limit = AbortSignal.timeout(TIME_LIMIT);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const steps: CheckStep[] = [];
  for await (const step of source.check(connection, signal)) steps.push(step);
  const passed = steps.every(({ status }) => status !== 'FAIL');
  await context.db.transaction(actorOf(context.principal), (tx) =>
    insertAuditEvent(tx, {
      action: 'connection.test',
      objectType: 'Connection',
      objectId: input.id,
      result: passed ? 'OK' : 'FAILED',
    }),
  );
  return { passed, steps };
};
