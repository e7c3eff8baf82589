import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type ConnectionId, type Principal } from '../../src/domain/index.ts';
import type { FlowContext, FlowDeps } from '../../src/flows/context.ts';
import { exportLinks } from '../../src/flows/link/export-links.ts';
import { importLinks, LINK_FIELDS, type LinkField } from '../../src/flows/link/import-links.ts';
import { recordDenial } from '../../src/flows/roster/record-denial.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';
import { permits, type Rule } from '../authorisation.ts';
import { requireNotForged } from '../server/csrf.ts';
import { LINK_FILE_RULES } from './link.rules.ts';

/*
 * Files of links travel beside GraphQL: a hundred thousand rows are several megabytes, and /graphql takes 256 kB, which
 * have to be read and parsed before it is known who asks. Here that is known before the first byte of a file is read.
 */

/** Bytes of a file. */
const FILE_MAX = 16 * 1024 * 1024;
const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** None of them can be sent by a form of another site: a browser asks first (Fetch standard, CORS preflight). */
const FILE_TYPES = [XLSX_TYPE, 'text/csv', 'application/octet-stream'];
const TYPES = { XLSX: XLSX_TYPE, CSV: 'text/csv; charset=utf-8' } as const;
/** An archive begins like this; a text never does. */
const ZIP_MAGIC = Buffer.from('PK\u0003\u0004');

export interface LinkFileDeps extends FlowDeps {
  readonly authenticate: (request: FastifyRequest, client: ClientInfo) => Promise<Principal | null>;
  readonly clientOf: (request: FastifyRequest) => ClientInfo;
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;
interface Asked {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}

const badQuery = (field: string, reason: string): AppError =>
  new AppError('INPUT_INVALID', { details: { field, reason }, path: [field] });

const readFlag = (query: Query, name: string): boolean | undefined => {
  const value = query[name];
  if (value === undefined) return undefined;
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw badQuery(name, 'it is true or false');
};

const readList = (query: Query, name: string): readonly string[] | undefined => {
  const value = query[name];
  return typeof value === 'string' ? [value] : value;
};

const isLinkField = (value: unknown): value is LinkField => LINK_FIELDS.some((field) => field === value);

const readField = ({ field }: Query): LinkField => {
  if (isLinkField(field)) return field;
  throw badQuery('field', `it is one of ${LINK_FIELDS.join(', ')}`);
};

const formatOf = (content: Buffer): 'XLSX' | 'CSV' =>
  content.subarray(0, ZIP_MAGIC.length).equals(ZIP_MAGIC) ? 'XLSX' : 'CSV';

/** Routes `GET /connections/{id}/links.xlsx`, `… .csv` and `POST /connections/{id}/links`. */
export const linkFileRoutes = (deps: LinkFileDeps): FastifyPluginAsync => {
  const principals = new WeakMap<FastifyRequest, Principal>();

  const flowOf = (request: FastifyRequest): FlowContext => {
    const principal = principals.get(request);
    if (principal === undefined) throw new AppError('UNAUTHENTICATED');
    return { ...deps, principal };
  };

  /** Asked before the body is read. */
  const admit = (rule: Rule, action: string) => async (request: FastifyRequest) => {
    if (request.method === 'GET') requireNotForged(request);
    const principal = await deps.authenticate(request, deps.clientOf(request));
    if (principal === null) throw new AppError('UNAUTHENTICATED');
    principals.set(request, principal);
    if (permits(rule, principal)) return;
    const refusal = new AppError('FORBIDDEN', { details: { action } });
    await recordDenial(flowOf(request), refusal, action);
    throw refusal;
  };

  const sendFile =
    (format: 'XLSX' | 'CSV') => async (request: FastifyRequest<Asked>, reply: FastifyReply) => {
      const { query } = request;
      const file = await exportLinks(flowOf(request), {
        connectionId: request.params.id as ConnectionId,
        orgUnitExternalIds: readList(query, 'orgUnit'),
        linked: readFlag(query, 'linked'),
        gone: readFlag(query, 'gone'),
        format,
      });
      return reply
        .header('content-type', TYPES[format])
        .header('content-disposition', `attachment; filename="${file.name}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(file.content));
    };

  const takeFile = async (request: FastifyRequest<Asked>, reply: FastifyReply) => {
    const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const report = await importLinks(flowOf(request), {
      connectionId: request.params.id as ConnectionId,
      content,
      format: formatOf(content),
      field: readField(request.query),
      dryRun: readFlag(request.query, 'dryRun') ?? false,
    });
    return reply.header('cache-control', 'no-store').send(report);
  };

  return async (fastify) => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(FILE_TYPES, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    const reads = admit(LINK_FILE_RULES['GET links.xlsx, links.csv'], 'exportLinks');
    const edits = admit(LINK_FILE_RULES['POST links'], 'importLinks');
    const at = '/connections/:id';
    fastify.get<Asked>(`${at}/links.xlsx`, { onRequest: reads }, sendFile('XLSX'));
    fastify.get<Asked>(`${at}/links.csv`, { onRequest: reads }, sendFile('CSV'));
    fastify.post<Asked>(`${at}/links`, { onRequest: edits, bodyLimit: FILE_MAX }, takeFile);
  };
};
