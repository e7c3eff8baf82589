/*
 * A process that posts callbacks as platforms do: at a rate of their own, whatever becomes of the earlier ones. It is
 * apart from what is measured, so that neither waits for the other's turn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { quantile } from '../measure/samples.ts';
import {
  type CallbackTarget,
  eventKey,
  eventOf,
  type PlatformEvent,
  type SealedEvent,
  sealEvent,
} from '../world/callbacks.ts';
import { answerParent } from '../world/child.ts';
import { STAND_INS } from '../world/stand-ins.ts';

/** What the process is asked for. */
export interface Volley {
  readonly origin: string;
  readonly targets: readonly CallbackTarget[];
  readonly perSecond: number;
  readonly seconds: number;
  /** Epoch milliseconds of the events: another one for each volley, so that they are other events. */
  readonly sinceMs: number;
  /** Delivers again whatever was not answered with 200. */
  readonly redeliver: boolean;
}

export interface Volleyed {
  /** Milliseconds from the sending of each delivery to the end of its answer, or to when it was given up. */
  readonly latencies: readonly number[];
  /** The 99 % of deliveries that were sent at most so many milliseconds late. */
  readonly lateMs: number;
  /** Deliveries that were not answered with 200 within the platform's time, and why the first was not. */
  readonly failed: number;
  readonly why: string;
  /** Keys of all events, and of those that were answered with 200 at last. */
  readonly keys: readonly string[];
  readonly answered: readonly string[];
}

/** Each so-many-th event is delivered twice at once, as platforms do now and then. */
const TWICE_EVERY = 20;
/** A delivery is repeated after so long, and then after twice as long, within reason: platforms do not hammer. */
const AGAIN_MS = 1_000;
const AGAIN_MOST_MS = 8_000;
const GIVE_UP_MS = 90_000;
const CONNECTIONS = 100;

class Sender {
  readonly latencies: number[] = [];
  readonly answered = new Set<PlatformEvent>();
  failed = 0;
  why = '';
  readonly #pool: Pool;
  readonly #redeliver: boolean;

  constructor({ origin, redeliver }: Volley) {
    this.#pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
    this.#redeliver = redeliver;
  }

  async #once({ path, body, contentType }: SealedEvent, waitMs: number): Promise<boolean> {
    const started = performance.now();
    try {
      const answer = await this.#pool.request({
        path,
        method: 'POST',
        body,
        headers: { 'content-type': contentType },
        signal: AbortSignal.timeout(waitMs),
      });
      const text = await answer.body.text();
      if (answer.statusCode === 200) return true;
      this.#fail(`${answer.statusCode} ${text}`);
    } catch (error) {
      this.#fail(String(error));
    } finally {
      this.latencies.push(performance.now() - started);
    }
    return false;
  }

  #fail(why: string): void {
    if (this.failed === 0) this.why = why;
    this.failed += 1;
  }

  /** Delivers once, or until it is answered with 200; each delivery is sealed afresh. Never rejects. */
  async deliver(event: PlatformEvent, first: SealedEvent): Promise<void> {
    const waitMs = STAND_INS[event.target.platform].callbackWaitMs;
    const until = performance.now() + GIVE_UP_MS;
    for (let sealed = first, pause = AGAIN_MS; ; sealed = sealEvent(event)) {
      if (await this.#once(sealed, waitMs)) {
        this.answered.add(event);
        return;
      }
      if (!this.#redeliver || performance.now() > until) return;
      await sleep(pause * (0.5 + Math.random()));
      pause = Math.min(2 * pause, AGAIN_MOST_MS);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

const eventsOf = ({ targets, perSecond, seconds, sinceMs }: Volley): PlatformEvent[] =>
  Array.from({ length: perSecond * seconds }, (_, at) => {
    const target = targets[at % targets.length];
    if (target === undefined) throw new TypeError('nowhere to post to');
    return eventOf(target, { ordinal: Math.floor(at / targets.length), sinceMs });
  });

const keyOf = ({ target, userid, at }: PlatformEvent): string => eventKey(target.connectionId, userid, at);

const fire = async (volley: Volley): Promise<Volleyed> => {
  const events = eventsOf(volley);
  const sender = new Sender(volley);
  const late: number[] = [];
  const under: Promise<void>[] = [];
  // Sealed beforehand: what a platform computes for its messages is not to delay them here.
  const sealed = events.map((event) => ({ event, sealed: sealEvent(event), twin: sealEvent(event) }));
  const begin = performance.now() + 50;
  for (const [at, { event, sealed: first, twin }] of sealed.entries()) {
    const due = begin + (at * 1_000) / volley.perSecond;
    const wait = due - performance.now();
    if (wait > 0.5) await sleep(wait);
    late.push(performance.now() - due);
    under.push(sender.deliver(event, first));
    if (at % TWICE_EVERY === 0) under.push(sender.deliver(event, twin));
  }
  await Promise.all(under);
  await sender.close();
  return {
    latencies: sender.latencies,
    lateMs: quantile(late, 0.99),
    failed: sender.failed,
    why: sender.why,
    keys: events.map(keyOf),
    answered: [...sender.answered].map(keyOf),
  };
};

answerParent(fire);
