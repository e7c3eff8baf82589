import { AppError, type StreamState } from '../../domain/index.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import {
  type FeedRow,
  noteStream,
  noteStreamEvent,
  type StreamFeed,
  selectFeed,
} from '../../store/queries/event-feeds.ts';
import type { FlowContext } from '../context.ts';
import { openApp } from './open-feed.ts';
import { eventActor } from './run-context.ts';
import { takeEvents } from './take-events.ts';

/** A long connection in the hands of one process. */
export interface HeldStream extends StreamFeed {
  /** The name under which its lease is held. */
  readonly holder: string;
}

/** What a long connection depends on: when it changes, the connection is opened anew. `null` = there is to be none. */
export const streamVersion = async (context: FlowContext, stream: StreamFeed): Promise<string | null> => {
  const row = await selectFeed(context.db, stream.tenantId, stream.callbackKey);
  if (row === null || !row.connection.enabled || row.app.eventSource !== 'STREAM') return null;
  return `${row.app.version} ${row.connection.version}`;
};

const requireStream = (context: FlowContext, { connection }: FeedRow): NonNullable<ChangeFeed['stream']> => {
  const feed = context.platforms.get(connection.platform)?.changeFeed;
  if (feed?.stream === undefined) {
    throw new AppError('CALLBACK_UNSUPPORTED', {
      details: { platform: connection.platform, what: 'STREAM' },
    });
  }
  return feed.stream.bind(feed);
};

const failureOf = (context: FlowContext, error: unknown) => {
  if (error instanceof AppError) return { code: error.code, details: error.details };
  context.logger.error({ err: error }, 'a long connection failed');
  return { code: 'INTERNAL', details: { requestId: context.principal.requestId } };
};

/**
 * Holds an app's long connection until the signal ends it: each event is stored before it is acknowledged. How it stands
 * is noted for people to see.
 * @returns false when it could not be held, and somebody has to mend something
 */
export const holdStream = async (
  context: FlowContext,
  stream: HeldStream,
  signal: AbortSignal,
): Promise<boolean> => {
  const actor = eventActor(context);
  const note = async (state: StreamState, error?: ReturnType<typeof failureOf>): Promise<void> => {
    const { appId, holder } = stream;
    const told = { appId, holder, state, ...(error === undefined ? {} : { error }) };
    await noteStream(context.db, actor, told).catch((trouble: unknown) =>
      context.logger.warn({ err: trouble, appId }, 'the state of a long connection could not be noted'),
    );
  };
  try {
    const row = await selectFeed(context.db, stream.tenantId, stream.callbackKey);
    if (row === null) return false;
    const hold = requireStream(context, row);
    const { id: connectionId, pullRules } = row.connection;
    const listener = {
      onEvent: async (event: Parameters<Parameters<typeof hold>[1]['onEvent']>[0]): Promise<void> => {
        const place = { connectionId, appId: stream.appId, transport: 'STREAM' } as const;
        await takeEvents(context, { ...place, follow: pullRules.events !== 'OFF', events: [event] });
        await noteStreamEvent(context.db, actor, stream);
      },
      onState: (state: 'CONNECTED' | 'WAITING', detail: string): void => {
        context.logger.info({ appId: stream.appId, state, detail }, 'a long connection');
        void note(state);
      },
    };
    const app = await openApp(context, row);
    // It may have been called off meanwhile.
    if (!signal.aborted) await hold(app, listener, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    await note('FAILED', failureOf(context, error));
    return false;
  }
};
