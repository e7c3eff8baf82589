import { randomBytes, randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll } from 'vitest';
import { createHttpServer } from '../../http/server.ts';
import { type CallbackOutcome, callbackRoutes } from '../../schema/event/callback.routes.ts';
import { encryptMessage, signMessage } from '../../simulators/callback/index.ts';
import type { ConnectionId, EventSource } from '../../src/domain/index.ts';
import { createConnectionApp } from '../../src/flows/connection/connection-app.ts';
import type { FlowContext, FlowDeps } from '../../src/flows/context.ts';
import type { ConnectionAppRow } from '../../src/store/queries/connections.ts';

export const TOKEN = 'hTq7sVn2LkX4';
export const AES_KEY = 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY';

/** An app whose events are pushed to us. */
export const addApp = (
  context: FlowContext,
  connectionId: ConnectionId,
  more: { readonly name?: string; readonly eventSource?: EventSource } = {},
): Promise<ConnectionAppRow> =>
  createConnectionApp(context, {
    connectionId,
    name: more.name ?? '通讯录同步',
    callbackToken: TOKEN,
    callbackAesKey: AES_KEY,
    eventSource: more.eventSource ?? 'CALLBACK',
  });

export interface Sealing {
  readonly corpId: string;
  readonly token?: string;
  readonly aesKey?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
}

/** A request as DingTalk makes it: the address' query and the body. */
export const seal = (
  message: object | string,
  sealing: Sealing,
): { readonly query: string; readonly body: string } => {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const { token = TOKEN, aesKey = AES_KEY, timestamp = String(Date.now()) } = sealing;
  const nonce = sealing.nonce ?? randomBytes(6).toString('hex');
  const encrypt = encryptMessage({ encodingAesKey: aesKey, receiveId: sealing.corpId }, text);
  const signature = signMessage({ token, timestamp, nonce, encrypt });
  return {
    query: `?msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`,
    body: JSON.stringify({ encrypt }),
  };
};

/** A change as DingTalk tells it. */
export const told = (
  eventType: string,
  fields: object,
  more: { readonly corpId: string; readonly id?: string },
) => ({
  EventType: eventType,
  EventTime: Date.now(),
  CorpId: more.corpId,
  eventId: more.id ?? randomUUID(),
  ...fields,
});

export interface CallbackServer {
  readonly address: string;
  readonly counts: Partial<Record<CallbackOutcome, number>>;
}

/** The routes of callbacks behind the HTTP server of the gateway, without its jobs. */
export const openCallbackServer = async (
  deps: FlowDeps,
  more: { readonly bodyTimeoutMs?: number } = {},
): Promise<CallbackServer> => {
  const counts: Partial<Record<CallbackOutcome, number>> = {};
  const http = createHttpServer({ logger: pino({ level: 'silent' }), trustProxy: [], secure: false });
  await http.fastify.register(
    callbackRoutes({
      ...deps,
      ...more,
      clientOf: (request) => ({ address: request.ip, requestId: request.id, userAgent: null }),
      onCallback: (outcome, count) => {
        counts[outcome] = (counts[outcome] ?? 0) + count;
      },
    }),
  );
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  afterAll(() => http.drain(1_000));
  return { address, counts };
};

export interface CallbackReply {
  readonly status: number;
  readonly text: string;
}

export const post = async (
  url: string,
  request: { readonly query: string; readonly body: string },
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<CallbackReply> => {
  const answer = await fetch(`${url}${request.query}`, { method: 'POST', headers, body: request.body });
  return { status: answer.status, text: await answer.text() };
};
