import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';

const JSON_TYPE = 'application/json;charset=UTF-8';
const MAX_BODY = 8 * 1024 * 1024;

/** What goes back to the caller. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PUNISH_HTML =
  '<!DOCTYPE html><html><head><meta charset="utf-8"><title>亲，访问受限了</title></head>' +
  '<body><h1>亲，访问受限了</h1><p>访问太频繁，请稍后再试。</p></body></html>';

/** The answer to a punished address: no errcode, no code. */
export function punishment(body: 'json' | 'html'): Answer {
  if (body === 'html') return { status: 200, body: PUNISH_HTML, type: 'text/html;charset=UTF-8' };
  return {
    status: 200,
    body: JSON.stringify({ status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: randomUUID() }),
  };
}

/** An answer that a fault gives below the platform's envelopes; `undefined` when none does. */
export function bareAnswer(
  faults: readonly Fault[],
): { readonly kind: Fault['kind']; readonly answer: Answer } | undefined {
  for (const fault of faults) {
    if (fault.kind === 'http') {
      const body = fault.body ?? `<html><body><h1>${fault.status}</h1></body></html>`;
      const type = body.startsWith('{') ? JSON_TYPE : 'text/html';
      return { kind: fault.kind, answer: { status: fault.status, body, type } };
    }
    if (fault.kind === 'html') {
      return {
        kind: fault.kind,
        answer: { status: fault.status ?? 200, body: PUNISH_HTML, type: 'text/html;charset=UTF-8' },
      };
    }
    if (fault.kind === 'ipBlocked') return { kind: fault.kind, answer: punishment(fault.body ?? 'json') };
    if (fault.kind === 'redirect') {
      return {
        kind: fault.kind,
        answer: { status: fault.status ?? 302, body: '', headers: { location: fault.to } },
      };
    }
  }
  return undefined;
}

export async function readBody(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' && !request.headers['content-length'] && !request.headers['transfer-encoding'])
    return '';
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new RangeError('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends an answer, spoiled by the faults of the bytes. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  faults: readonly Fault[],
): Promise<void> {
  let bytes = Buffer.from(answer.body, 'utf8');
  const headers: Record<string, string> = { 'content-type': answer.type ?? JSON_TYPE, ...answer.headers };
  for (const fault of faults) {
    if (fault.kind === 'resetAfter') {
      response.destroy();
      return;
    }
    // The connection stays open until somebody gives up.
    if (fault.kind === 'timeoutAfter') return;
    if (fault.kind === 'contentType') headers['content-type'] = fault.type;
    if (fault.kind === 'clockSkew') headers['date'] = new Date(Date.now() + fault.ms).toUTCString();
    if (fault.kind === 'hugeBody') bytes = inflate(bytes, fault.bytes);
    if (fault.kind === 'truncate') {
      const part = bytes.subarray(0, fault.bytes ?? Math.floor(bytes.length / 2));
      if (fault.close) {
        breakOff(response, { status: answer.status, headers, whole: bytes.length, part });
        return;
      }
      bytes = part;
    }
  }
  headers['content-length'] = String(bytes.length);
  response.writeHead(answer.status, headers);
  const slow = faults.find((fault) => fault.kind === 'slowBody');
  if (slow) await drip(response, bytes, slow);
  else response.end(bytes);
}

/** White space before the closing brace keeps the JSON valid, however large. */
function inflate(bytes: Buffer<ArrayBuffer>, size: number): Buffer<ArrayBuffer> {
  const padding = Buffer.alloc(Math.max(0, size - bytes.length), 0x20);
  return Buffer.concat([bytes.subarray(0, -1), padding, bytes.subarray(-1)]);
}

function breakOff(
  response: ServerResponse,
  cut: { status: number; headers: Record<string, string>; whole: number; part: Buffer },
): void {
  response.writeHead(cut.status, { ...cut.headers, 'content-length': String(cut.whole) });
  response.write(cut.part, () => response.destroy());
}

async function drip(
  response: ServerResponse,
  bytes: Buffer,
  slow: Extract<Fault, { kind: 'slowBody' }>,
): Promise<void> {
  const last = slow.chunks ?? Number.POSITIVE_INFINITY;
  for (let chunk = 0; chunk * slow.chunkBytes < bytes.length; chunk++) {
    // Silent from here on: the connection stays open until somebody gives up.
    if (chunk >= last || response.destroyed) return;
    response.write(bytes.subarray(chunk * slow.chunkBytes, (chunk + 1) * slow.chunkBytes));
    await new Promise((resolve) => setTimeout(resolve, slow.everyMs));
  }
  response.end();
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
