import { AppError, type ConnectionId } from '../../domain/index.ts';
import { readLeftApproved } from '../../store/queries/push-carry.ts';
import { type PushingConnection, pushingConnections } from '../../store/queries/push-changes.ts';
import type { FlowContext } from '../context.ts';
import { applyPlan } from './apply-plan.ts';
import { planConnection } from './plan-connection.ts';
import { planActor, tenantOf } from './plan-context.ts';
import { planLeavers } from './plan-leavers.ts';
import { queueChangesIn } from './queue-changes.ts';

/** Seconds after which a plan that another run stands in the way of is tried again. */
const BUSY_SECONDS = 5;

/** Reasons for which an approved plan has to wait, and is not lost: it is taken up again. */
const WAITS: ReadonlySet<string> = new Set([
  'SYNC_RUN_BUSY',
  'CONNECTION_QUARANTINED',
  'CONNECTION_DISABLED',
  // Expired or superseded meanwhile: another plan carries it on.
  'SYNC_PLAN_EXPIRED',
  'SYNC_PLAN_PHASE_WRONG',
]);

const askAgain = (context: FlowContext): Promise<void> =>
  context.db.transaction(planActor(context), (tx) =>
    queueChangesIn(tx, { now: context.now(), seconds: BUSY_SECONDS, why: 'waiting' }),
  );

/**
 * Applies what Muster itself has approved, the oldest first: what was just planned, what waited for another run, and
 * what a worker that died has left.
 */
const applyApproved = async (context: FlowContext, connectionId: ConnectionId): Promise<void> => {
  const plans = await context.db.transaction(planActor(context), (tx) => readLeftApproved(tx, connectionId));
  for (const { id, digest, urgent } of plans) {
    try {
      await applyPlan(context, { planId: id, digest });
    } catch (error) {
      if (!(error instanceof AppError) || !WAITS.has(error.code)) throw error;
      context.logger.debug({ planId: id, errorCode: error.code }, 'an approved plan waits');
      if (error.code === 'SYNC_RUN_BUSY') await askAgain(context);
      // The ones behind it are newer: they keep their order.
      if (!urgent) return;
    }
  }
};

const pushConnection = async (
  context: FlowContext,
  connection: PushingConnection,
  urgent: boolean,
): Promise<void> => {
  if (!urgent) await planConnection(context, connection);
  else if (connection.incremental === 'APPLY') await planLeavers(context, connection.id);
  await applyApproved(context, connection.id);
};

/**
 * Plans what has changed in the roster for every connection of the tenant that pushes by itself, and applies it where
 * the connection's rules say so and no guard holds it. `urgent` looks at nobody but people who have lost their access.
 * May be called at any time, as often as one likes: what is planned already is not planned again, and what was left
 * is taken up. One connection's trouble is no other's.
 * @throws AggregateError of what went wrong, so that the job is tried again
 */
export const planChanges = async (
  context: FlowContext,
  input: { readonly urgent?: boolean } = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> => {
  const failures: unknown[] = [];
  for (const connection of await pushingConnections(context.db, tenantOf(context))) {
    options.signal?.throwIfAborted();
    try {
      await pushConnection(context, connection, input.urgent ?? false);
    } catch (error) {
      context.logger.error({ err: error, connectionId: connection.id }, 'changes could not be pushed');
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'changes could not be pushed');
};
