import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { AppError, type Principal } from '../../src/domain/index.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';
import { buildMusterSchema } from '../build-schema.ts';
import { GraphqlContext, type GraphqlDeps, type Language } from '../context.ts';
import { extensionsOf } from '../errors.ts';
import { type CallbackOutcome, callbackRoutes } from '../event/callback.routes.ts';
import { domainFileRoutes } from '../event/domain-file.routes.ts';
import { Executor } from '../executor.ts';
import { DOCUMENT_LIMITS } from '../limits/document-limits.ts';
import { linkFileRoutes } from '../link/link-file.routes.ts';
import { createApollo } from './apollo.ts';
import { requireNotForged } from './csrf.ts';
import { createDocumentGuard } from './document-store.ts';
import { type ExecutedOperation, Execution, type ExecutionOptions } from './execution.ts';
import { KnownOperations, type KnownRequest } from './known-operations.ts';
import { languageOf } from './language.ts';

export interface GraphqlServerDeps extends GraphqlDeps {
  /** Who asks; `null` for a stranger. @throws AppError UNAUTHENTICATED for credentials that are not in force */
  readonly authenticate: (request: FastifyRequest, client: ClientInfo) => Promise<Principal | null>;
  readonly clientOf: (request: FastifyRequest) => ClientInfo;
  /** Errors give away nothing of the schema. */
  readonly production: boolean;
  /** Strangers may ask what the schema looks like. */
  readonly introspection: boolean;
  readonly onOperation?: (operation: ExecutedOperation) => void;
  readonly onCallback?: (outcome: CallbackOutcome, count: number) => void;
}

/** The GraphQL API, ready to be mounted. */
export interface GraphqlServer {
  readonly schema: GraphQLSchema;
  /** Route `/graphql`, GET and POST (GraphQL over HTTP); beside it files of links, and the addresses that platforms call. */
  readonly plugin: FastifyPluginAsync;
  close(): Promise<void>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

/** Errors that concern the document and not the request: status 200 where the old media type is spoken. */
const OF_THE_DOCUMENT = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
];

const concernsDocument = (body: string): boolean =>
  OF_THE_DOCUMENT.some((code) => body.includes(`"code":"${code}"`));

const sourceOf = (request: FastifyRequest): unknown => {
  const { body, query } = request;
  const from = request.method === 'GET' ? query : body;
  return typeof from === 'object' && from !== null && 'query' in from ? from.query : undefined;
};

const headersOf = (request: FastifyRequest): HeaderMap => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') headers.set(name, value);
    else if (value !== undefined) headers.set(name, value.join(', '));
  }
  return headers;
};

const send = (reply: FastifyReply, response: HTTPGraphQLResponse): FastifyReply => {
  for (const [name, value] of response.headers) void reply.header(name, value);
  const body = response.body.kind === 'complete' ? response.body.string : '';
  const legacy = String(response.headers.get('content-type') ?? '').startsWith('application/json');
  const status = response.status ?? 200;
  void reply.header('cache-control', 'no-store');
  return reply.status(status === 400 && legacy && concernsDocument(body) ? 200 : status).send(body);
};

const sendData = (reply: FastifyReply, contentType: string, body: string): FastifyReply =>
  reply.header('content-type', contentType).header('cache-control', 'no-store').send(body);

const wantsResponseType = (request: FastifyRequest): boolean =>
  (request.headers.accept ?? '').includes('application/graphql-response+json');

/** A refusal before Apollo has seen the request; in its shape. */
const refuse = (
  reply: FastifyReply,
  error: AppError,
  options: { readonly language: Language; readonly responseType: boolean },
): FastifyReply => {
  const errors = [{ message: error.text[options.language], extensions: extensionsOf(error) }];
  return reply
    .status(error.row.httpStatus)
    .header('content-type', options.responseType ? RESPONSE_TYPE : JSON_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ errors }));
};

/** Who asks is found out when the operation is about to run. */
const contextOpener =
  (deps: GraphqlServerDeps, request: FastifyRequest, language: Language) =>
  async (): Promise<GraphqlContext> => {
    const client = deps.clientOf(request);
    // A token that has run out makes a stranger: refreshing it must be possible.
    const principal = await deps.authenticate(request, client).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return null;
      throw error;
    });
    return new GraphqlContext({ deps, client, language, principal });
  };

/** The answer to a known request as Apollo would write it; undefined when there are errors for Apollo to tell. */
const dataOf = async (known: KnownRequest, execution: Execution): Promise<string | undefined> => {
  try {
    const { data, errors } = await execution.result(known.operation, known.variables);
    return errors === undefined ? `${JSON.stringify({ data })}\n` : undefined;
  } catch {
    // Apollo meets the same failure when it asks for the result.
    return undefined;
  }
};

/** Builds the schema and the server; nothing listens until the plugin is registered. */
export const createGraphqlServer = async (deps: GraphqlServerDeps): Promise<GraphqlServer> => {
  const schema = buildMusterSchema();
  const { logger, production, introspection, onOperation } = deps;
  const observed = onOperation === undefined ? {} : { onOperation };
  const known = new KnownOperations(new Executor(schema));
  const apollo = createApollo({ schema, logger, production, introspection, known });
  await apollo.start();
  const requireModest = createDocumentGuard(DOCUMENT_LIMITS);
  const options: ExecutionOptions = { logger, production, ...observed };

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const language = languageOf(request.headers['accept-language']);
    const execution = new Execution(options, contextOpener(deps, request, language));
    try {
      requireNotForged(request);
      const recognised = known.find(request);
      const data = recognised === undefined ? undefined : await dataOf(recognised, execution);
      if (recognised !== undefined && data !== undefined)
        return sendData(reply, recognised.contentType, data);
      const source = sourceOf(request);
      if (typeof source === 'string') requireModest(source);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return refuse(reply, error, { language, responseType: wantsResponseType(request) });
    }
    const at = request.url.indexOf('?');
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headersOf(request),
        search: at < 0 ? '' : request.url.slice(at),
        body: request.body,
      },
      context: async () => ({ execution }),
    });
    const contentType = response.headers.get('content-type');
    if (response.status === undefined && contentType !== undefined)
      known.learnContentType(request, contentType);
    return send(reply, response);
  };

  return {
    schema,
    plugin: async (fastify) => {
      await fastify.register(linkFileRoutes(deps));
      await fastify.register(callbackRoutes(deps));
      await fastify.register(domainFileRoutes(deps));
      fastify.route({
        method: ['GET', 'POST'],
        url: '/graphql',
        bodyLimit: 256 * 1024,
        handler: handle,
      });
    },
    close: () => apollo.stop(),
  };
};
