import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../kit/clock.ts';
import type { Scheduler } from '../kit/scheduler.ts';
import { type CorpEvent, framed } from './event-payloads.ts';
import type { DeliveryTry, EventRecord, Send } from './event-way.ts';
import type { Settings } from './settings.ts';

/** Where connections are opened to. */
export const STREAM_PATH = '/connect';

/** Long connections of apps: tickets, frames, answers. */
export interface StreamGateway {
  /** A ticket for one connection, for as long as the settings say. */
  ticket(clientId: string): string;
  /** Takes over a request that wants to become a web socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  sending(): Send;
  /** Connections that stand, of one app or of all. */
  connections(clientId?: string): number;
  /** Announces the end of connections, and ends them when nobody has gone after the settings' silence. */
  disconnect(reason?: string, clientId?: string): void;
  /** Ends connections without a word. */
  drop(clientId?: string): void;
  /** Asks every connection for a sign of life; resolves with the opaque texts that came back. */
  ping(): Promise<readonly string[]>;
  /** What clients have answered so far, frame by frame. */
  readonly answers: readonly Record<string, unknown>[];
  /** How often clients have asked for a sign of life by a web-socket ping. */
  heartbeats(): number;
  close(): void;
}

interface Connection {
  readonly clientId: string;
  readonly socket: WebSocket;
  /** Its end was announced: nothing is sent through it any more. */
  leaving: boolean;
}

interface Expected {
  readonly connection: Connection;
  readonly resolve: (answer: Answer | null) => void;
}

export interface GatewayContext {
  readonly corpId: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
}

export function createStreamGateway(context: GatewayContext): StreamGateway {
  const { settings, clock, scheduler } = context;
  const tickets = new Map<string, { readonly clientId: string; readonly expiresAt: number }>();
  const lines = createLines(context);
  const server = new WebSocketServer({ noServer: true });
  return {
    answers: lines.answers,
    heartbeats: lines.heartbeats,
    ticket: (clientId) => {
      const ticket = randomUUID();
      tickets.set(ticket, { clientId, expiresAt: clock.now() + settings.streamTicketMs });
      return ticket;
    },
    upgrade: (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://sim');
      const ticket = url.searchParams.get('ticket') ?? '';
      const found = tickets.get(ticket);
      tickets.delete(ticket);
      if (url.pathname !== STREAM_PATH || !found || found.expiresAt < clock.now()) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (open) => lines.accept(found.clientId, open));
    },
    sending: () => async (record, again) => {
      const at = clock.now();
      const outcome = await tryOnce(lines, record, context);
      record.tries.push({ at, outcome, status: null });
      if (outcome === 'accepted') record.state = 'delivered';
      else if (record.tries.length >= settings.streamAttempts) record.state = 'failed';
      // Whoever has not answered in time has had that time already.
      else again(outcome === 'timeout' ? 0 : settings.streamRetryMs);
    },
    connections: (clientId) => lines.of(clientId).length,
    disconnect: (reason = 'connection is expired', clientId) => {
      for (const connection of lines.of(clientId)) {
        const frame = { type: 'SYSTEM', topic: 'disconnect', data: JSON.stringify({ reason }) } as const;
        send(connection, randomUUID(), frame, clock);
        connection.leaving = true;
        scheduler.after(settings.streamFarewellMs, () => connection.socket.close());
      }
    },
    drop: (clientId) => {
      for (const { socket } of lines.of(clientId)) socket.terminate();
    },
    ping: async () => {
      const asked = lines.of().map((connection) => {
        const data = JSON.stringify({ opaque: randomUUID() });
        return lines.ask(connection, { type: 'SYSTEM', topic: 'ping', data });
      });
      return (await Promise.all(asked)).map((answer) => String(answer?.['data'] ?? ''));
    },
    close: () => {
      lines.close();
      server.close();
    },
  };
}

type Answer = Record<string, unknown>;

/** The connections that stand, and the answers that they owe. */
interface Lines {
  readonly answers: Answer[];
  heartbeats(): number;
  accept(clientId: string, socket: WebSocket): void;
  /** Those of one app or of all, without those that are leaving. */
  of(clientId?: string): Connection[];
  /** Sends a frame and waits for its answer; `null` = none came in time, or the connection ended. */
  ask(connection: Connection, frame: Frame): Promise<Answer | null>;
  close(): void;
}

function createLines({ settings, clock, scheduler }: GatewayContext): Lines {
  const standing = new Set<Connection>();
  const expected = new Map<string, Expected>();
  const answers: Answer[] = [];
  let heartbeats = 0;
  const settle = (messageId: string, answer: Answer | null): void => {
    expected.get(messageId)?.resolve(answer);
    expected.delete(messageId);
  };
  return {
    answers,
    heartbeats: () => heartbeats,
    accept: (clientId, socket) => {
      const connection: Connection = { clientId, socket, leaving: false };
      standing.add(connection);
      socket.on('message', (data) => {
        const answer = JSON.parse(String(data)) as { headers?: { messageId?: string } };
        answers.push(answer);
        settle(answer.headers?.messageId ?? '', answer);
      });
      socket.on('close', () => {
        standing.delete(connection);
        for (const [id, { connection: whose }] of expected) if (whose === connection) settle(id, null);
      });
      socket.on('ping', () => {
        heartbeats += 1;
      });
      socket.on('error', () => socket.terminate());
    },
    of: (clientId) =>
      [...standing].filter(
        (connection) => !connection.leaving && (clientId === undefined || connection.clientId === clientId),
      ),
    ask: (connection, frame) =>
      new Promise((resolve) => {
        const messageId = randomUUID();
        expected.set(messageId, { connection, resolve });
        scheduler.after(settings.streamRetryMs, () => settle(messageId, null));
        send(connection, messageId, frame, clock);
      }),
    close: () => {
      for (const { socket } of standing) socket.terminate();
      for (const id of [...expected.keys()]) settle(id, null);
    },
  };
}

/** Over one of the app's connections, whichever it is. */
async function tryOnce(
  lines: Lines,
  { event, clientId }: EventRecord,
  context: GatewayContext,
): Promise<DeliveryTry['outcome']> {
  const among = lines.of(clientId);
  const connection = among[Math.floor(Math.random() * among.length)];
  if (!connection) return 'nobody';
  const answer = await lines.ask(connection, eventFrame(event, context));
  return answer === null ? 'timeout' : outcomeOf(answer);
}

interface Frame {
  readonly type: 'SYSTEM' | 'EVENT';
  readonly topic: string;
  readonly data: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errCode?: number;
}

function send({ socket }: Connection, messageId: string, frame: Frame, clock: Clock): void {
  const { type, topic, data, headers, ...more } = frame;
  const common = { topic, messageId, contentType: 'application/json', time: String(Math.floor(clock.now())) };
  socket.send(
    JSON.stringify({ specVersion: '1.0', type, headers: { ...headers, ...common }, data, ...more }),
  );
}

/** Over the event quota frames come without contents. */
function eventFrame(event: CorpEvent, { corpId, settings }: GatewayContext): Frame {
  if (settings.eventQuotaUsedUp) return { type: 'EVENT', topic: '*', data: '', errCode: 20_001 };
  return { type: 'EVENT', topic: '*', ...framed(event, corpId) };
}

/** Only `SUCCESS` in the data counts; whatever else came is as good as a wish to hear it later. */
function outcomeOf(answer: Answer): DeliveryTry['outcome'] {
  try {
    const { status } = JSON.parse(String(answer['data'])) as { status?: string };
    return answer['code'] === 200 && status === 'SUCCESS' ? 'accepted' : 'later';
  } catch {
    return 'later';
  }
}
