import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../domain/errors/index.ts';
import { isCannotConnect, isConnectionLoss, unavailable } from './database-errors.ts';

const PROBE_EVERY_MS = 50;
const PROBE_TIMEOUT_MS = 1_000;

/**
 * Knows whether PostgreSQL answers. While it does not, work is refused at once with UNAVAILABLE instead of
 * queueing behind connection attempts, and a probe finds out when it is back.
 *
 *     UP --cannot connect--> DOWN --probe succeeds--> UP
 *     UP --connection lost--> (probe) --probe fails--> DOWN
 */
export class Availability {
  readonly #config: pg.ClientConfig;
  #fall = new AbortController();
  #probing: Promise<void> | null = null;
  #closed = false;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, connectionTimeoutMillis: PROBE_TIMEOUT_MS };
  }

  get isUp(): boolean {
    return !this.#fall.signal.aborted;
  }

  /** Ends the probe; nothing is reported any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#probing;
  }

  /** Starts `work` unless PostgreSQL is down; rejects with UNAVAILABLE as soon as it is known to be down. */
  async orFail<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#fall;
    if (signal.aborted) throw unavailable(signal.reason);
    const fell = Promise.withResolvers<never>();
    const onFall = (): void => fell.reject(unavailable(signal.reason));
    signal.addEventListener('abort', onFall, { once: true });
    try {
      return await Promise.race([work(), fell.promise]);
    } finally {
      signal.removeEventListener('abort', onFall);
    }
  }

  /** Takes note of a failure and returns what the caller may throw: UNAVAILABLE for a lost connection. */
  note(error: unknown): unknown {
    if (error instanceof AppError) return error;
    if (isCannotConnect(error)) this.#fall.abort(error);
    if (!isConnectionLoss(error)) return error;
    this.#startProbing();
    return unavailable(error);
  }

  #startProbing(): void {
    if (this.#closed || this.#probing) return;
    this.#probing = this.#probe().finally(() => {
      this.#probing = null;
    });
  }

  async #probe(): Promise<void> {
    while (!this.#closed) {
      const client = new pg.Client(this.#config);
      client.on('error', () => undefined);
      try {
        await client.connect();
        if (!this.isUp) this.#fall = new AbortController();
        return;
      } catch (error) {
        this.#fall.abort(error);
        await sleep(PROBE_EVERY_MS, undefined, { ref: false });
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }
}
