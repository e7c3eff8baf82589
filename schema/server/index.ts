import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { AppError, type Principal } from '../../src/domain/index.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';
import { buildMusterSchema } from '../build-schema.ts';
import { GraphqlContext, type GraphqlDeps, type Language } from '../context.ts';
import { extensionsOf } from '../errors.ts';
import { DOCUMENT_LIMITS } from '../limits/document-limits.ts';
import { createApollo, type ExecutedOperation, type PendingContext } from './apollo.ts';
import { requireNotForged } from './csrf.ts';
import { createDocumentGuard } from './document-store.ts';
import { languageOf } from './language.ts';

export interface GraphqlServerDeps extends GraphqlDeps {
  /** Who asks; `null` for a stranger. @throws AppError UNAUTHENTICATED for credentials that are not in force */
  readonly authenticate: (request: FastifyRequest) => Promise<Principal | null>;
  readonly clientOf: (request: FastifyRequest) => ClientInfo;
  /** Errors give away nothing of the schema. */
  readonly production: boolean;
  /** Strangers may ask what the schema looks like. */
  readonly introspection: boolean;
  readonly onOperation?: (operation: ExecutedOperation) => void;
}

/** The GraphQL API, ready to be mounted. */
export interface GraphqlServer {
  readonly schema: GraphQLSchema;
  /** Route `/graphql`, GET and POST (GraphQL over HTTP). */
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

const pendingContext = (
  deps: GraphqlServerDeps,
  request: FastifyRequest,
  language: Language,
): PendingContext => ({
  open: async () => {
    // A token that has run out makes a stranger: refreshing it must be possible.
    const principal = await deps.authenticate(request).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return null;
      throw error;
    });
    return new GraphqlContext({ deps, client: deps.clientOf(request), language, principal });
  },
});

/** Builds the schema and the server; nothing listens until the plugin is registered. */
export const createGraphqlServer = async (deps: GraphqlServerDeps): Promise<GraphqlServer> => {
  const schema = buildMusterSchema();
  const { logger, production, introspection, onOperation } = deps;
  const observed = onOperation === undefined ? {} : { onOperation };
  const apollo = createApollo({ schema, logger, production, introspection, ...observed });
  await apollo.start();
  const requireModest = createDocumentGuard(DOCUMENT_LIMITS);

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const language = languageOf(request.headers['accept-language']);
    const source = sourceOf(request);
    try {
      requireNotForged(request);
      if (typeof source === 'string') requireModest(source);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return refuse(reply, error, { language, responseType: wantsResponseType(request) });
    }
    const at = request.url.indexOf('?');
    const pending = pendingContext(deps, request, language);
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headersOf(request),
        search: at < 0 ? '' : request.url.slice(at),
        body: request.body,
      },
      context: async () => pending,
    });
    return send(reply, response);
  };

  return {
    schema,
    plugin: async (fastify) => {
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
