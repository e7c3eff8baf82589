import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CommonFault, commonFaults } from './faults.ts';
import { fallSilent } from './silence.ts';

const JSON_TYPE = 'application/json;charset=UTF-8';

/** What goes back to the caller. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_BODY = 32 * 1024 * 1024;

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (request.method === 'GET' && !request.headers['content-length'] && !request.headers['transfer-encoding'])
    return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new RangeError('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString('utf8');
}

/** An answer that a fault gives in place of a platform's; `undefined` when none does. */
export function plainAnswer(
  faults: readonly { readonly kind: string }[],
): { readonly kind: CommonFault['kind']; readonly answer: Answer } | undefined {
  for (const fault of commonFaults(faults)) {
    if (fault.kind === 'http') {
      const body = fault.body ?? `<html><body><h1>${fault.status}</h1></body></html>`;
      const type = body.startsWith('{') ? JSON_TYPE : 'text/html';
      return { kind: fault.kind, answer: { status: fault.status, body, type } };
    }
    if (fault.kind === 'redirect') {
      const headers = { location: fault.to };
      return { kind: fault.kind, answer: { status: fault.status ?? 302, body: '', headers } };
    }
  }
  return undefined;
}

/** Sends an answer, spoiled by the faults of the bytes. */
export async function send(
  response: ServerResponse,
  answer: Answer,
  faults: readonly { readonly kind: string }[],
): Promise<void> {
  const spoiling = commonFaults(faults);
  let bytes = Buffer.from(answer.body, 'utf8');
  const headers: Record<string, string> = { 'content-type': answer.type ?? JSON_TYPE, ...answer.headers };
  for (const fault of spoiling) {
    if (fault.kind === 'resetAfter') {
      response.destroy();
      return;
    }
    if (fault.kind === 'timeoutAfter') return fallSilent(response);
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
  const slow = spoiling.find((fault) => fault.kind === 'slowBody');
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
  slow: Extract<CommonFault, { kind: 'slowBody' }>,
): Promise<void> {
  const last = slow.chunks ?? Number.POSITIVE_INFINITY;
  for (let chunk = 0; chunk * slow.chunkBytes < bytes.length; chunk++) {
    if (response.destroyed) return;
    if (chunk >= last) return fallSilent(response);
    response.write(bytes.subarray(chunk * slow.chunkBytes, (chunk + 1) * slow.chunkBytes));
    await new Promise((resolve) => setTimeout(resolve, slow.everyMs));
  }
  response.end();
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
