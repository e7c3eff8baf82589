import type { ChangeEvent, ConnectionAppId, ConnectionId, EventTransport } from '../../domain/index.ts';
import { type EventPlace, storeEvents } from '../../store/queries/received-events.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** Longest id that a platform's object can have here. */
const ID_MAX_LENGTH = 256;
const TYPE_MAX_LENGTH = 200;

/** What of an event can be kept: an adapter's mistake must not make a platform deliver the same event for ever. */
const storable = (event: ChangeEvent): ChangeEvent => ({
  ...event,
  type: event.type.slice(0, TYPE_MAX_LENGTH),
  hints: event.hints.filter(
    ({ kind, externalId }) => kind === 'COMPANY' || (externalId !== '' && externalId.length <= ID_MAX_LENGTH),
  ),
});

export interface TakeEventsInput {
  readonly connectionId: ConnectionId;
  /** `null` for the list of failed pushes. */
  readonly appId: ConnectionAppId | null;
  readonly transport: EventTransport;
  /** The connection follows its events; otherwise they are kept and no more. */
  readonly follow: boolean;
  readonly events: readonly ChangeEvent[];
}

/** How many of the events were new, and how many were known. */
export interface TakenEvents {
  readonly stored: number;
  readonly duplicates: number;
}

/**
 * Stores events, merges their hints and adds the job that reads what they name: all of it or nothing. When it resolves
 * the platform may be told that they have arrived; one that is delivered again is known by its key.
 */
export const takeEvents = async (
  context: Pick<FlowContext, 'db' | 'principal'>,
  input: TakeEventsInput,
): Promise<TakenEvents> => {
  const { events, ...rest } = input;
  if (events.length === 0) return { stored: 0, duplicates: 0 };
  const place: EventPlace = rest;
  const actor = actorOf(context.principal, { source: 'EVENT' });
  const stored = await storeEvents(context.db, actor, { place, events: events.map(storable) });
  return { stored, duplicates: events.length - stored };
};
