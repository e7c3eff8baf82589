import { randomUUID } from 'node:crypto';
import type { FlowContext } from '../src/flows/context.ts';
import {
  claimStream,
  listStreams,
  releaseStream,
  renewStream,
  type StreamFeed,
} from '../src/store/queries/event-feeds.ts';
import { hostName } from './host.ts';
import { flowContext, type TaskDeps } from './task.ts';

export interface StreamOptions {
  /** Milliseconds after which a holder that does not renew its lease loses it. Default 15,000. */
  readonly leaseMs?: number;
  /** Milliseconds between looks for what is to be held. Default 5,000. */
  readonly lookMs?: number;
  /** Milliseconds before one that somebody has to mend is tried again. Default 300,000. */
  readonly pauseMs?: number;
}

export interface Streams {
  /** The name under which this process holds its leases. */
  readonly holder: string;
  /** Ends all long connections of this process and gives their leases back. */
  stop(): Promise<void>;
}

/** A long connection that this process holds. */
interface Held {
  readonly stream: StreamFeed;
  readonly end: AbortController;
  readonly version: string;
  readonly over: Promise<void>;
  renewedAt: number;
  /** It has failed, and waits before it is tried again. */
  failedAt: number | null;
}

/**
 * Holds the long connections of apps whose events come that way, each in exactly one process: whoever has its lease. A
 * lease that is not renewed runs out, and another process takes it; an event that both have stored is one event.
 *
 *     free --claim--> HELD --renewed--> HELD --lease lost, app changed, stop--> ended --> free
 *     HELD --somebody has to mend something--> waits, lease kept --> HELD
 */
class StreamKeeper implements Streams {
  readonly holder = `${hostName()} ${process.pid} ${randomUUID()}`;
  readonly #deps: TaskDeps;
  readonly #leaseMs: number;
  readonly #pauseMs: number;
  readonly #held = new Map<string, Held>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #stopped = false;

  constructor(deps: TaskDeps, options: StreamOptions) {
    this.#deps = deps;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#pauseMs = options.pauseMs ?? 300_000;
    // Often enough that a lease survives a look that fails.
    const every = Math.min(options.lookMs ?? 5_000, this.#leaseMs / 3);
    this.#timer = setInterval(() => this.#tick(), every);
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#held.keys()].map((key) => this.#drop(key)));
  }

  #tick(): void {
    this.#looking ??= this.#look()
      .catch((error: unknown) =>
        this.#deps.logger.warn({ err: error }, 'long connections were not looked after'),
      )
      .finally(() => {
        this.#looking = null;
      });
    this.#dropOverdue();
  }

  /** Whoever could not renew for the length of a lease has lost it, whatever the reason. */
  #dropOverdue(): void {
    const now = performance.now();
    for (const held of this.#held.values()) if (now - held.renewedAt > this.#leaseMs) held.end.abort();
  }

  async #look(): Promise<void> {
    const wanted = new Map(
      (await listStreams(this.#deps.db)).map((stream) => [stream.appId as string, stream]),
    );
    for (const key of [...this.#held.keys()]) await this.#keep(key, wanted.has(key));
    for (const [key, stream] of wanted) {
      if (this.#stopped) return;
      if (!this.#held.has(key)) await this.#begin(key, stream);
    }
  }

  async #keep(key: string, wanted: boolean): Promise<void> {
    const held = this.#held.get(key);
    if (held === undefined) return;
    const context = await this.#contextOf(held.stream);
    const { streamVersion } = await import('../src/flows/events/hold-stream.ts');
    const current = wanted ? await streamVersion(context, held.stream) : null;
    const rested = held.failedAt !== null && performance.now() - held.failedAt > this.#pauseMs;
    const lease = { appId: held.stream.appId, holder: this.holder, leaseMs: this.#leaseMs };
    const renewed =
      current === held.version &&
      !rested &&
      (held.failedAt !== null || !held.end.signal.aborted) &&
      (await renewStream(this.#deps.db, this.#actor(context), lease));
    if (renewed) held.renewedAt = performance.now();
    else await this.#drop(key);
  }

  async #begin(key: string, stream: StreamFeed): Promise<void> {
    const context = await this.#contextOf(stream);
    const { holdStream, streamVersion } = await import('../src/flows/events/hold-stream.ts');
    const version = await streamVersion(context, stream);
    const lease = { appId: stream.appId, holder: this.holder, leaseMs: this.#leaseMs };
    if (version === null || !(await claimStream(this.#deps.db, this.#actor(context), lease))) return;
    const end = new AbortController();
    const work = holdStream(context, { ...stream, holder: this.holder }, end.signal);
    const held: Held = {
      stream,
      end,
      version,
      renewedAt: performance.now(),
      failedAt: null,
      over: work.then((well) => {
        if (!well) held.failedAt = performance.now();
        else end.abort();
      }),
    };
    this.#held.set(key, held);
  }

  async #drop(key: string): Promise<void> {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    held.end.abort();
    await held.over;
    const context = await this.#contextOf(held.stream);
    const lease = { appId: held.stream.appId, holder: this.holder };
    await releaseStream(this.#deps.db, this.#actor(context), lease).catch((error: unknown) =>
      this.#deps.logger.warn({ err: error }, 'the lease of a long connection runs out by itself'),
    );
  }

  #contextOf({ tenantId }: StreamFeed): Promise<FlowContext> {
    const jobId = `stream-${randomUUID()}`;
    return flowContext({ ...this.#deps, signal: AbortSignal.abort(), attempt: 1, jobId }, tenantId);
  }

  #actor(context: FlowContext) {
    const { tenantId, requestId, name } = context.principal;
    return { tenantId, actor: { kind: 'SYSTEM', id: null, name }, source: 'EVENT', requestId } as const;
  }
}

/** Begins to hold the long connections that nobody holds. */
export const startStreams = (deps: TaskDeps, options: StreamOptions = {}): Streams =>
  new StreamKeeper(deps, options);
