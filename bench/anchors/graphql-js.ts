/* The hot list by graphql-js with a cached document over pg, on node:http: no framework, no rules, no limits. */
import { createServer, type IncomingMessage } from 'node:http';
import { buildSchema, type DocumentNode, execute, parse, validate } from 'graphql';
import pg from 'pg';
import { listRows, nodeOf } from './list-rows.ts';
import { anchorArgs, serve } from './serve.ts';

const { databaseUrl, tenantId } = anchorArgs();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const schema = buildSchema(`
  type OrgUnit { id: ID! name: String! path: [String!]! }
  type Account {
    id: ID! userName: String! displayName: String! email: String title: String orgUnit: OrgUnit!
  }
  type AccountConnection { nodes: [Account!]! }
  type Query { accounts(first: Int! = 50): AccountConnection! }
`);
const rootValue = {
  accounts: async () => ({ nodes: (await listRows(pool, tenantId)).map(nodeOf) }),
};

const documents = new Map<string, DocumentNode>();
const documentOf = (source: string): DocumentNode => {
  const known = documents.get(source);
  if (known !== undefined) return known;
  const document = parse(source);
  const [error] = validate(schema, document);
  if (error !== undefined) throw error;
  documents.set(source, document);
  return document;
};

const answer = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { query: string };
  return JSON.stringify(await execute({ schema, document: documentOf(query), rootValue }));
};

await serve(
  createServer((request, response) => {
    answer(request).then(
      (text) => {
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
        response.end(text);
      },
      (error: unknown) => {
        response.writeHead(500);
        response.end(String(error));
      },
    );
  }),
);
