/*
 * The least that taking a callback can be: node:http, signature, decryption, one INSERT that the disk has confirmed, and
 * the answer that the platform wants. No address is looked up, no secret unsealed, no hint merged, no job added.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { decryptMessage, encryptMessage, signMessage } from '../../simulators/callback/index.ts';
import type { CallbackTarget } from '../world/callbacks.ts';
import { serve } from './serve.ts';

/** What the anchor is started with, as one JSON argument. */
export interface BareArgs {
  readonly databaseUrl: string;
  readonly tenantId: string;
  readonly targets: readonly CallbackTarget[];
}

const { databaseUrl, tenantId, targets } = JSON.parse(process.argv[2] ?? '{}') as BareArgs;
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const byPath = new Map(targets.map((target) => [target.path, target]));

const INSERT = {
  name: 'bare_event',
  text: `insert into public.bare_event (tenant_id, connection_id, transport, dedupe_key, type, hints)
    values ($1, $2, 'CALLBACK', $3, 'user', $4) on conflict do nothing`,
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const sealedIn = (target: CallbackTarget, body: string): string =>
  target.platform === 'dingtalk'
    ? (JSON.parse(body) as { encrypt: string }).encrypt
    : (/<Encrypt><!\[CDATA\[([^\]]*)\]\]>/.exec(body)?.[1] ?? '');

const success = ({ platform, token, aesKey, corpId }: CallbackTarget): string => {
  if (platform !== 'dingtalk') return 'success';
  const encrypt = encryptMessage({ encodingAesKey: aesKey, receiveId: corpId }, 'success');
  const signed = { token, timestamp: String(Date.now()), nonce: 'bench', encrypt };
  const { timestamp: timeStamp, nonce } = signed;
  return JSON.stringify({ msg_signature: signMessage(signed), timeStamp, nonce, encrypt });
};

const answer = async (request: IncomingMessage): Promise<string> => {
  const url = new URL(request.url ?? '/', 'http://bench');
  const target = byPath.get(url.pathname);
  if (target === undefined) throw new Error('no such address');
  const encrypt = sealedIn(target, await bodyOf(request));
  const { searchParams: query } = url;
  const [timestamp, nonce] = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
  if (signMessage({ token: target.token, timestamp, nonce, encrypt }) !== query.get('msg_signature'))
    throw new Error('signature');
  const { message } = decryptMessage({ encodingAesKey: target.aesKey }, encrypt);
  const key = createHash('sha256').update(message).digest('hex');
  await pool.query({
    ...INSERT,
    values: [tenantId, target.connectionId, key, JSON.stringify([{ message }])],
  });
  return success(target);
};

await serve(
  createServer((request, response) => {
    answer(request).then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain' }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }),
);
