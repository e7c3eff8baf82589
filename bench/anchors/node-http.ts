/*
 * The practical limit of one Node process: node:http and nothing else. `/echo` parses a JSON body and answers with
 * a small one, any other path answers with the hot list, pg → JSON.stringify.
 */
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { listRows, nodeOf } from './list-rows.ts';
import { anchorArgs, serve } from './serve.ts';

const { databaseUrl, tenantId } = anchorArgs();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const answer = async (request: IncomingMessage): Promise<string> => {
  const body = await bodyOf(request);
  if (request.url === '/echo') {
    const isQuery = typeof body === 'object' && body !== null && 'query' in body;
    return JSON.stringify({ data: { __typename: isQuery ? 'Query' : '' } });
  }
  const rows = await listRows(pool, tenantId);
  return JSON.stringify({ data: { accounts: { nodes: rows.map(nodeOf) } } });
};

await serve(
  createServer((request, response) => {
    answer(request).then(
      (text) => {
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      },
      (error: unknown) => {
        response.writeHead(500);
        response.end(String(error));
      },
    );
  }),
);
