import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ConnectionId } from '../../domain/index.ts';
import { connectionsWithCallbacks } from '../../store/queries/event-feeds.ts';
import { openConnection, requirePlatform } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from '../import/run-context.ts';
import { type TakeEventsInput, takeEvents } from './take-events.ts';

/** Portions of one look: a list that grows faster than it is read has to wait for the next one. */
const MOST_PORTIONS = 100;
/** Milliseconds between attempts to store a portion: it is on no list any more. */
const PAUSES_MS = [100, 500, 2_000, 5_000];

const storeStubbornly = async (context: FlowContext, input: TakeEventsInput): Promise<void> => {
  for (const pause of PAUSES_MS) {
    try {
      await takeEvents(context, input);
      return;
    } catch (error) {
      context.logger.warn({ err: error, connectionId: input.connectionId }, 'events could not be stored yet');
      await sleep(pause);
    }
  }
  await takeEvents(context, input);
};

/**
 * Takes from a platform's list what it could not deliver, portion by portion; each is stored before the next one is asked
 * for, because asking takes it off the list.
 * @returns how many events came
 */
export const fetchFailedEvents = async (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId },
  signal: AbortSignal,
): Promise<number> => {
  const connection = await openConnection(context, input.connectionId);
  const feed = requirePlatform(context, connection.platform).changeFeed;
  if (feed?.failedEvents === undefined) return 0;
  let count = 0;
  for (let portion = 0; portion < MOST_PORTIONS && !signal.aborted; portion += 1) {
    const { events, more } = await feed.failedEvents(connection, signal);
    const follow = connection.pullRules.events !== 'OFF';
    await storeStubbornly(context, {
      connectionId: input.connectionId,
      appId: null,
      transport: 'FAILED_LIST',
      follow,
      events,
    });
    count += events.length;
    if (!more) break;
  }
  return count;
};

/** The same for every connection of the tenant that is called back; one's trouble is no other's. */
export const fetchAllFailedEvents = async (context: FlowContext, signal: AbortSignal): Promise<void> => {
  for (const connectionId of await connectionsWithCallbacks(context.db, tenantOf(context))) {
    signal.throwIfAborted();
    try {
      const count = await fetchFailedEvents(context, { connectionId }, signal);
      if (count > 0) context.logger.info({ connectionId, count }, 'events came late');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.logger.warn({ connectionId, errorCode: error.code }, 'the list of failed pushes was not read');
    }
  }
};
