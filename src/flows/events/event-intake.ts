import { AppError, type ChangeEvent } from '../../domain/index.ts';
import type { FlowContext } from '../context.ts';
import { type TakeEventsInput, takeEvents } from './take-events.ts';

/** Events that may wait to be stored; a platform delivers again what is refused beyond that. */
const MOST_WAITING = 2_000;
/** Events that are stored together. */
const MOST_TOGETHER = 200;

type Context = Pick<FlowContext, 'db' | 'principal'>;
type Place = Omit<TakeEventsInput, 'events'>;

interface Waiting {
  readonly events: readonly ChangeEvent[];
  readonly done: PromiseWithResolvers<void>;
}

interface Line {
  readonly context: Context;
  readonly place: Place;
  readonly waiting: Waiting[];
}

/** Told of each batch that was stored. */
export type OnTaken = (taken: { readonly stored: number; readonly duplicates: number }) => void;

/**
 * Stores the events that come in at one process. What comes while something of the same connection is being stored waits
 * for its turn and shares a transaction: so many disk writes as there are would make everybody wait, and transactions of
 * one connection would wait for each other's rows.
 */
export class EventIntake {
  readonly #lines = new Map<string, Line>();
  readonly #onTaken: OnTaken;
  #waiting = 0;

  constructor(onTaken: OnTaken = () => undefined) {
    this.#onTaken = onTaken;
  }

  /**
   * Resolves when the events are stored.
   * @throws AppError UNAVAILABLE when too many wait, or the database does not answer
   */
  async take(context: Context, { events, ...place }: TakeEventsInput): Promise<void> {
    if (events.length === 0) return;
    if (this.#waiting + events.length > MOST_WAITING) {
      throw new AppError('UNAVAILABLE', { details: { reason: 'too many events wait to be stored' } });
    }
    const one: Waiting = { events, done: Promise.withResolvers() };
    this.#waiting += events.length;
    const key = [place.connectionId, place.appId, place.transport, place.follow].join(' ');
    const line = this.#lines.get(key);
    if (line !== undefined) line.waiting.push(one);
    else void this.#work(key, { context, place, waiting: [one] });
    await one.done.promise;
  }

  async #work(key: string, line: Line): Promise<void> {
    this.#lines.set(key, line);
    while (line.waiting.length > 0) await this.#store(line);
    this.#lines.delete(key);
  }

  async #store({ context, place, waiting }: Line): Promise<void> {
    const batch: Waiting[] = [];
    let count = 0;
    for (let next = waiting[0]; next !== undefined && count < MOST_TOGETHER; next = waiting[0]) {
      batch.push(next);
      count += next.events.length;
      waiting.shift();
    }
    try {
      const events = batch.flatMap((one) => one.events);
      this.#onTaken(await takeEvents(context, { ...place, events }));
      for (const { done } of batch) done.resolve();
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    } finally {
      this.#waiting -= count;
    }
  }
}
