import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { AppError } from '../src/domain/index.ts';
import { asListenError } from './listen-error.ts';
import { watchOverload } from './overload.ts';
import { asAppError, problemOf, statusOf } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Bytes of a request's body at most; routes may take less. */
const BODY_LIMIT = 1024 * 1024;
/** Milliseconds for the headers, and for the whole request, to arrive. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common proxies, so that they never send on a connection that we close. */
const KEEP_ALIVE_MS = 75_000;
const MOST_HEADERS = 100;

/** Routes that answer however busy the process is. */
const ALWAYS = new Set(['/healthz', '/readyz', '/metrics']);

export interface HttpServerOptions {
  readonly logger: FastifyBaseLogger;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  readonly trustProxy: readonly string[];
  /** True when people reach us by https: then they are told to stay with it. */
  readonly secure: boolean;
  /** Called once for every answer. `route` is the pattern, never the address itself. */
  readonly onAnswer?: (answer: { route: string; method: string; status: number; seconds: number }) => void;
}

export interface HttpServer {
  readonly fastify: FastifyInstance;
  /** Requests that have not been answered yet. */
  readonly inProgress: number;
  /** @throws AppError PORT_IN_USE, CONFIGURATION_INVALID when HOST or PORT cannot be had */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Answers what has begun, for `milliseconds` at most, and takes nothing new. */
  drain(milliseconds: number): Promise<void>;
}

const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const shown = asAppError(error, request.id);
  const status = statusOf(error, shown);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  const { retry } = shown.row;
  if (retry.kind === 'after') void reply.header('retry-after', String(retry.seconds));
  void reply.status(status).send(problemOf(shown, request.id));
};

const noSchemas = (): never => {
  throw new TypeError('routes have no JSON schema: what comes in is checked by the flows');
};

const createFastify = (options: HttpServerOptions): FastifyInstance =>
  fastify({
    loggerInstance: options.logger,
    // Answers are logged below, with their route.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Open keep-alive connections are closed by `drain`, after their last answer.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { ignoreTrailingSlash: false },
    // Said aloud, or Fastify loads a validator and a serialiser, a hundred modules, for schemas that nobody has.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });

/** Headers, request ids, overload, errors and counting: what every route has in common. */
export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const server = createFastify(options);
  server.server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.server.maxHeadersCount = MOST_HEADERS;
  const overload = watchOverload();
  let inProgress = 0;
  let draining = false;

  server.addHook('onRequest', (request, reply, done) => {
    inProgress += 1;
    // Also when the client goes away before its answer, of which 'onResponse' would not hear.
    reply.raw.once('close', () => {
      inProgress -= 1;
      // A connection that was busy when draining began has become idle only now.
      if (draining) setImmediate(() => server.server.closeIdleConnections());
    });
    void reply.headers(SECURITY_HEADERS);
    if (options.secure) void reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    void reply.header('x-request-id', request.id);
    if (draining) void reply.header('connection', 'close');
    const refusal = ALWAYS.has(request.url) ? null : overload.refusal(inProgress);
    done(refusal === null ? undefined : new AppError('UNAVAILABLE', { details: { reason: refusal } }));
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const seconds = reply.elapsedTime / 1_000;
    options.onAnswer?.({ route, method: request.method, status: reply.statusCode, seconds });
    request.log.debug({ route, status: reply.statusCode, seconds }, 'answered');
    done();
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request) => {
    throw new AppError('NOT_FOUND', { details: { type: 'page', id: request.url.split('?', 1)[0] ?? '' } });
  });
  server.addHook('onClose', (_instance, done) => {
    overload.close();
    done();
  });

  return {
    fastify: server,
    get inProgress() {
      return inProgress;
    },
    listen: async ({ host, port }) => {
      try {
        return await server.listen({ host, port });
      } catch (error) {
        throw asListenError(error, { host, port });
      }
    },
    drain: async (milliseconds) => {
      draining = true;
      const cutOff = setTimeout(() => server.server.closeAllConnections(), milliseconds);
      await server.close();
      clearTimeout(cutOff);
    },
  };
};
