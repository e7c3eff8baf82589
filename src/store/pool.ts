import pg from 'pg';
import { Availability } from './availability.ts';

/** Settings of the pool; every duration is in milliseconds. */
export interface PoolOptions {
  /** Connections at most. Default 10. */
  readonly size?: number;
  /** How long work may wait for a free connection before UNAVAILABLE. Default 10,000. */
  readonly acquireTimeout?: number;
  /** Longest statement; a transaction may raise it for itself. Default 60,000. */
  readonly statementTimeout?: number;
  readonly applicationName?: string;
}

const INT8 = 20;
const DATE = 1082;

const types = new pg.TypeOverrides();
// All our 64-bit columns are versions, counts and sequence numbers, far below 2^53.
types.setTypeParser(INT8, Number);
// pg would turn a calendar day into an instant at local midnight.
types.setTypeParser(DATE, (text: string) => text);

/** Adds a start-up option (`-c name=value`) to those that the address already carries. */
const withSettings = (config: pg.ClientConfig, settings: Readonly<Record<string, number | string>>): string =>
  [config.options ?? '', ...Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)]
    .join(' ')
    .trim();

/** Pool whose check-outs fail fast while PostgreSQL is away and whose errors never end the process. */
export class ConnectionPool {
  readonly availability: Availability;
  readonly #pool: pg.Pool;

  constructor(config: pg.ClientConfig, options: PoolOptions = {}) {
    const statementTimeout = options.statementTimeout ?? 60_000;
    this.availability = new Availability(config);
    this.#pool = new pg.Pool({
      ...config,
      options: withSettings(config, {
        search_path: 'muster',
        statement_timeout: statementTimeout,
        idle_in_transaction_session_timeout: statementTimeout,
        // Single statements only read, whatever they say; transactions ask for writing when they begin.
        default_transaction_read_only: 'on',
      }),
      types,
      // The tenant and the statement that needs it travel together: each query keeps its own Sync.
      pipeline: true,
      max: options.size ?? 10,
      connectionTimeoutMillis: options.acquireTimeout ?? 10_000,
      idleTimeoutMillis: 30_000,
      application_name: options.applicationName ?? 'muster',
    });
    this.#pool.on('error', (error) => void this.availability.note(error));
    // pg-pool takes its own listener off while a client is checked out; an unheard 'error' ends the process.
    this.#pool.on('connect', (client) => client.on('error', (error) => void this.availability.note(error)));
  }

  /** Connections that are open, idle, and waited for. */
  get load(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    return { open: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#pool.waitingCount };
  }

  /**
   * Runs `work` with a connection of its own. The connection is thrown away when `work` leaves it in a
   * transaction or when it failed by losing the server.
   * @throws AppError UNAVAILABLE
   */
  async with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#acquire();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      const shown = this.availability.note(error);
      broken = shown !== error;
      throw shown;
    } finally {
      client.release(broken || client.getTransactionStatus() !== 'I');
    }
  }

  async close(): Promise<void> {
    await this.availability.close();
    await this.#pool.end();
  }

  async #acquire(): Promise<pg.PoolClient> {
    let pending: Promise<pg.PoolClient> | undefined;
    try {
      return await this.availability.orFail(() => {
        pending = this.#pool.connect();
        return pending;
      });
    } catch (error) {
      // When the wait was cut short the connection may still arrive: hand it back.
      pending?.then((client) => client.release()).catch(() => undefined);
      throw this.availability.note(error);
    }
  }
}
