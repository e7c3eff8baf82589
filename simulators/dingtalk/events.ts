import type { Attempt } from '../callback/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Scheduler } from '../kit/scheduler.ts';
import { type CorpEvent, type EventContent, newEvent } from './event-payloads.ts';
import { createEventWay, type EventWay } from './event-way.ts';
import { createPushes, type Pushes, type PushTarget } from './pushes.ts';
import type { Settings } from './settings.ts';
import { createStreamGateway, type StreamGateway } from './stream-gateway.ts';

/** What the corp's apps hear of its changes, and by which way. */
export interface Events extends EventWay {
  /** Something happened: every app that listens is told. Returns the event's number. */
  raise(type: string, content?: EventContent): number;
  /**
   * Saves an address in the console, after a `check_url` that was answered rightly; sealed for the app's client id.
   * Rejects with `TypeError` otherwise.
   */
  subscribe(
    clientId: string,
    input: Omit<PushTarget, 'owner' | 'types'> & Partial<PushTarget>,
  ): Promise<void>;
  unsubscribe(clientId: string): void;
  /** Address of an app, `undefined` when it has none. */
  target(clientId: string): PushTarget | undefined;
  /** The address that a call registers; it has been checked by then. */
  register(clientId: string, target: PushTarget): void;
  check(target: PushTarget): Promise<Attempt>;
  readonly pushes: Pick<Pushes, 'readFailed' | 'failed'>;
  readonly streams: StreamGateway;
  stop(): void;
}

export interface EventsContext {
  readonly corpId: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export function createEvents(context: EventsContext): Events {
  const end = new AbortController();
  const way = createEventWay(context);
  const pushes = createPushes({ ...context, signal: end.signal });
  const streams = createStreamGateway(context);
  const targets = new Map<string, PushTarget>();
  /** Apps that have opened a connection once: their events wait for the next one. */
  const listeners = new Set<string>();
  let last = 0;

  const tell = (event: CorpEvent): void => {
    for (const [clientId, { types }] of targets) {
      if (types !== null && !types.includes(event.type)) continue;
      way.enqueue(
        { event, clientId, transport: 'http' },
        pushes.sending(() => targets.get(clientId)),
      );
    }
    for (const clientId of listeners)
      way.enqueue({ event, clientId, transport: 'stream' }, streams.sending());
  };
  return {
    ...way,
    raise: (type, content = {}) => {
      last += 1;
      tell(newEvent(last, type, context.clock.now(), content));
      return last;
    },
    subscribe: async (clientId, input) => {
      const target = { owner: clientId, types: null, ...input };
      const { outcome } = await pushes.check(target);
      if (outcome !== 'accepted') throw new TypeError(`the address did not answer check_url: ${outcome}`);
      targets.set(clientId, target);
    },
    unsubscribe: (clientId) => void targets.delete(clientId),
    target: (clientId) => targets.get(clientId),
    register: (clientId, target) => void targets.set(clientId, target),
    check: pushes.check,
    pushes,
    streams: {
      ...streams,
      ticket: (clientId) => {
        listeners.add(clientId);
        return streams.ticket(clientId);
      },
    },
    stop: () => {
      end.abort();
      streams.close();
    },
  };
}
