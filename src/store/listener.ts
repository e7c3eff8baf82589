import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const RECONNECT_MS = 100;

export interface Subscription {
  close(): Promise<void>;
}

interface Handler {
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  readonly onGap: (() => void) | undefined;
}

/**
 * LISTEN on one connection of its own, shared by all channels. After a lost connection it listens again by
 * itself; what was notified in between is lost, therefore `onGap` tells the subscriber to look for itself.
 */
export class Listener {
  readonly #config: pg.ClientConfig;
  readonly #handlers = new Set<Handler>();
  #client: Promise<pg.Client | null> | null = null;
  #closed = false;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, application_name: 'muster listen', keepAlive: true };
  }

  /** Resolves when the server listens; waits for as long as PostgreSQL is away. */
  async listen(
    channel: string,
    onPayload: (payload: string) => void,
    onGap?: () => void,
  ): Promise<Subscription> {
    const handler: Handler = { channel, onPayload, onGap };
    this.#handlers.add(handler);
    this.#client ??= this.#open(false);
    const client = await this.#client;
    // A connection lost at this very moment is opened again with this handler among the rest.
    await client?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
    return {
      close: async () => {
        this.#handlers.delete(handler);
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handlers.clear();
    const client = await this.#client;
    await client?.end().catch(() => undefined);
  }

  async #open(afterLoss: boolean): Promise<pg.Client | null> {
    while (!this.#closed) {
      const client = new pg.Client(this.#config);
      client.on('error', () => undefined);
      try {
        await client.connect();
        for (const channel of new Set([...this.#handlers].map((handler) => handler.channel))) {
          await client.query(`listen ${pg.escapeIdentifier(channel)}`);
        }
      } catch {
        await client.end().catch(() => undefined);
        await sleep(RECONNECT_MS, undefined, { ref: false });
        continue;
      }
      client.on('notification', ({ channel, payload }) => this.#dispatch(channel, payload ?? ''));
      client.once('end', () => {
        if (!this.#closed) this.#client = this.#open(true);
      });
      if (afterLoss) for (const handler of this.#handlers) handler.onGap?.();
      return client;
    }
    return null;
  }

  #dispatch(channel: string, payload: string): void {
    for (const handler of this.#handlers) if (handler.channel === channel) handler.onPayload(payload);
  }
}
