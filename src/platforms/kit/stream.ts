import { AppError, type ChangeEvent } from '../../domain/index.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import type { PlatformServices } from './services.ts';
import type { OpenSocket, SocketRequest } from './web-socket.ts';

/** What a frame asks of us. */
export type Frame =
  /** One of the answers is due, when the event is in safe hands, or when it is not. */
  | { readonly kind: 'EVENT'; readonly event: ChangeEvent; readonly taken: string; readonly later: string }
  | { readonly kind: 'ANSWER'; readonly text: string }
  /** This connection is about to end. */
  | { readonly kind: 'LEAVE'; readonly reason: string }
  | { readonly kind: 'NONE' };

/** What differs between platforms. */
export interface StreamDialect {
  /** Asks for the address of one connection. Throws `PLATFORM_*`. */
  ticket(signal: AbortSignal): Promise<SocketRequest>;
  /** Reads a frame; what it throws leaves the frame unanswered. */
  read(text: string): Frame;
}

export type StreamListener = Parameters<NonNullable<ChangeFeed['stream']>>[1];

/** Events that are handed over at once; the others of a connection wait in the order in which they came. */
const AT_ONCE = 8;
const LONGEST_PAUSE_MS = 60_000;

/** Runs at most so many works at once, which must not fail. */
const lanes = (most: number) => {
  const running = new Set<Promise<void>>();
  const waiting: (() => Promise<void>)[] = [];
  const next = (): void => {
    const work = running.size < most ? waiting.shift() : undefined;
    if (work === undefined) return;
    const run = work().finally(() => {
      running.delete(run);
      next();
    });
    running.add(run);
  };
  return {
    start(work: () => Promise<void>): void {
      waiting.push(work);
      next();
    },
    /** Resolves when everything is done. */
    async idle(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
    },
  };
};

interface Ending {
  readonly reason: string;
  /** It was announced, or asked for by us. */
  readonly agreed: boolean;
}

interface Connection extends Ending {
  /** Something else than its end came through it. */
  readonly heard: boolean;
  /** Resolves when what came through it is dealt with. */
  readonly settled: Promise<void>;
}

/** One connection, from its ticket to its end. Throws `PLATFORM_*` when there comes none about. */
const oneConnection = async (
  { sockets }: PlatformServices,
  dialect: StreamDialect,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<Connection> => {
  const request = await dialect.ticket(signal);
  const work = lanes(AT_ONCE);
  const over = Promise.withResolvers<Ending>();
  const standing = Promise.withResolvers<OpenSocket>();
  const answer = (text: string): Promise<void> => standing.promise.then((socket) => socket.send(text));
  let heard = false;
  const handOver = async ({ event, taken, later }: Extract<Frame, { kind: 'EVENT' }>): Promise<void> => {
    const text = await listener.onEvent(event).then(
      () => taken,
      () => later,
    );
    await answer(text);
  };
  const onText = async (text: string): Promise<void> => {
    if (signal.aborted) return;
    const frame = readFrame(dialect, text);
    if (frame.kind === 'LEAVE') return over.resolve({ reason: frame.reason, agreed: true });
    heard = true;
    if (frame.kind === 'EVENT') work.start(() => handOver(frame));
    else if (frame.kind === 'ANSWER') await answer(frame.text);
  };
  const socket = await sockets.open(request, (text) => void onText(text), signal);
  standing.resolve(socket);
  listener.onState('CONNECTED', new URL(request.address).host);
  const stop = (): void => over.resolve({ reason: 'stopped', agreed: true });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const ending = await Promise.race([
    over.promise,
    socket.closed.then((reason): Ending => ({ reason, agreed: false })),
  ]);
  signal.removeEventListener('abort', stop);
  return { ...ending, heard, settled: work.idle().then(() => socket.close()) };
};

/** What cannot be read is not answered: the platform sends it again, or gives it up. */
const readFrame = (dialect: StreamDialect, text: string): Frame => {
  try {
    return dialect.read(text);
  } catch {
    return { kind: 'NONE' };
  }
};

/** Milliseconds before the next connection: twice as many each time, with jitter; more where the platform names an instant. */
const pauseMs = ({ clock, random }: PlatformServices, failures: number, retryAt: number): number =>
  Math.max(Math.min(1000 * 2 ** failures + random() * 1000, LONGEST_PAUSE_MS), retryAt - clock.now());

/** Throws what only people can mend; everything else passes, or nobody knows. */
const passing = (error: unknown): AppError => {
  if (error instanceof AppError && error.row.retry.kind !== 'after-fix') return error;
  throw error;
};

/**
 * Holds a connection and opens another whenever it has ended, until the signal is aborted. One whose end is announced
 * is replaced before it is left, and an event is acknowledged only when it is in safe hands.
 * @throws AppError whose class says that people have to mend something
 */
export const holdStream = async (
  services: PlatformServices,
  dialect: StreamDialect,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<void> => {
  const settling = new Set<Promise<void>>();
  let failures = 0;
  /** Connects once and says what the next connection has to wait for, `null` when it has not to wait. */
  const connect = async (): Promise<{ readonly detail: string; readonly retryAt: number } | null> => {
    try {
      const past = await oneConnection(services, dialect, listener, signal);
      const settled = past.settled.finally(() => settling.delete(settled));
      settling.add(settled);
      if (past.heard) failures = 0;
      // Whoever says nothing but good-bye is not called again at once.
      return past.agreed && past.heard ? null : { detail: past.reason, retryAt: 0 };
    } catch (error) {
      if (signal.aborted) return null;
      const { message, retryAt = 0 } = passing(error);
      return { detail: message, retryAt };
    }
  };
  try {
    while (!signal.aborted) {
      const wait = await connect();
      if (wait === null || signal.aborted) continue;
      listener.onState('WAITING', wait.detail);
      const pause = pauseMs(services, failures, wait.retryAt);
      failures += 1;
      await services.clock.sleep(pause, signal).catch(() => undefined);
    }
  } finally {
    await Promise.all(settling);
  }
};
