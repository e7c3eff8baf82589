import type { Socket as TcpSocket } from 'node:net';
import { callAddress, checkBase, guardedLookup, resolveHost } from './address-guard.ts';
import { type HttpClientOptions, transportError } from './http-client.ts';

export interface SocketRequest {
  /** `wss://…`, or `ws://…` where private addresses are allowed; as the platform told it, without a query. */
  readonly address: string;
  readonly query: Readonly<Record<string, string>>;
  readonly allowPrivateNetwork: boolean;
}

/** A connection that stands. */
export interface OpenSocket {
  /** Does nothing when the connection has ended. */
  send(text: string): void;
  /** Says good-bye, and hangs up when nobody answers that. */
  close(): void;
  /** Resolves with the reason as soon as the connection has ended, whoever ended it. */
  readonly closed: Promise<string>;
}

export interface SocketClient {
  /**
   * Opens one connection; `onText` is called with each text that comes. Same guard and errors as the HTTP client.
   * An abort before it stands rejects with the signal's reason, afterwards it is the caller's to close.
   */
  open(request: SocketRequest, onText: (text: string) => void, signal: AbortSignal): Promise<OpenSocket>;
}

export interface SocketClientOptions extends Pick<HttpClientOptions, 'resolve' | 'connectTimeoutMs'> {
  /** Milliseconds without a byte after which the other side is asked, and after as many again given up; 30,000. */
  readonly idleMs?: number;
  /** Bytes of a message after which the connection is given up, default 1 MiB. */
  readonly maxMessageBytes?: number;
}

/** Milliseconds that opening a connection may take, and a good-bye. */
const OPENING_MS = 15_000;
const FAREWELL_MS = 2_000;

/** Asks a silent peer for a sign of life and hangs up when there is none: a dead line looks like a quiet one. */
const watch = (tcp: TcpSocket | undefined, ask: () => void, idleMs: number): (() => void) => {
  if (tcp === undefined) throw new TypeError('a connection without a socket');
  let heard = tcp.bytesRead;
  let asked = false;
  const timer = setInterval(() => {
    const silent = tcp.bytesRead === heard;
    heard = tcp.bytesRead;
    if (silent && asked) tcp.destroy();
    else if (silent) ask();
    asked = silent;
  }, idleMs);
  timer.unref();
  return () => clearInterval(timer);
};

/** Address of the connection. The guard knows http alone, as which a web socket begins. */
const addressOf = ({ address, query, allowPrivateNetwork }: SocketRequest): URL => {
  const base = checkBase(address.replace(/^ws(s?):/i, 'http$1:'), allowPrivateNetwork);
  const { pathname } = base;
  base.pathname = '';
  const url = callAddress(base, pathname, query);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
};

/** The library's means for one connection; its socket is kept, because the library does not let go of a silent peer. */
const openLine = async (options: SocketClientOptions, { allowPrivateNetwork }: SocketRequest) => {
  const { Agent, buildConnector, ping, WebSocket } = await import('undici');
  const timeout = options.connectTimeoutMs ?? 5_000;
  const lookup = guardedLookup(options.resolve ?? resolveHost, allowPrivateNetwork);
  const dial = buildConnector({ lookup, timeout, allowH2: false });
  const line: { tcp?: TcpSocket } = {};
  const agent = new Agent({
    connect: (target, done) =>
      dial(target, (...made) => {
        if (made[0] === null) line.tcp = made[1];
        done(...made);
      }),
    webSocket: { maxPayloadSize: options.maxMessageBytes ?? 1024 * 1024 },
  });
  const hangUp = async (): Promise<void> => {
    line.tcp?.destroy();
    await agent.destroy();
  };
  return { line, agent, ping, WebSocket, hangUp };
};

/** The one way by which adapters hold long connections: guarded addresses, time-outs, bounded messages. */
export const createSocketClient = (options: SocketClientOptions = {}): SocketClient => ({
  async open(request, onText, signal) {
    signal.throwIfAborted();
    const url = addressOf(request);
    const { line, agent, ping, WebSocket, hangUp } = await openLine(options, request);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(OPENING_MS)]);
    const socket = new WebSocket(url, { dispatcher: agent });
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    const giveUp = (): void => opened.reject(limit.reason);
    limit.addEventListener('abort', giveUp, { once: true });
    socket.addEventListener('open', () => opened.resolve());
    socket.addEventListener('error', ({ error }) => opened.reject(error));
    socket.addEventListener('close', ({ code, reason }) => {
      ended.resolve(`${code} ${reason}`.trim());
      opened.reject(new Error('closed while it was opened'));
    });
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') onText(data);
    });
    try {
      await opened.promise;
    } catch (error) {
      await hangUp();
      signal.throwIfAborted();
      throw transportError(error, url, OPENING_MS / 1000);
    } finally {
      limit.removeEventListener('abort', giveUp);
    }
    const unwatch = watch(line.tcp, () => ping(socket), options.idleMs ?? 30_000);
    const closed = ended.promise.finally(async () => {
      unwatch();
      await hangUp();
    });
    return {
      closed,
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => {
        socket.close();
        setTimeout(() => line.tcp?.destroy(), FAREWELL_MS).unref();
      },
    };
  },
});
