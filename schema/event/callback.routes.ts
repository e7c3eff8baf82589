import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../src/domain/index.ts';
import type { FlowDeps } from '../../src/flows/context.ts';
import { EventIntake } from '../../src/flows/events/event-intake.ts';
import { receiveCallback } from '../../src/flows/events/receive-callback.ts';
import { RecentKeys } from '../../src/flows/events/recent-keys.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';

/*
 * Where platforms tell of changes. Who calls is found out from the request itself, which its platform's adapter verifies;
 * whatever is wrong with one, it is refused in the same words, so that nobody learns which addresses there are.
 */

/** Bytes of a request. */
const BODY_MAX = 256 * 1024;
/** Characters of a query: signature, time stamp, nonce and a sealed text. */
const QUERY_MAX = 8 * 1024;
/** Milliseconds for a body to arrive: a platform has given up by then. */
const BODY_TIMEOUT_MS = 5_000;
/** Milliseconds between two lines of the log about refusals at one address. */
const TELL_EVERY_MS = 60_000;
const TOLD_MAX = 1_000;

/** What came of requests and events, for metrics. */
export type CallbackOutcome = 'received' | 'duplicate' | 'refused' | 'failed';

export interface CallbackRouteDeps extends FlowDeps {
  readonly clientOf: (request: FastifyRequest) => ClientInfo;
  readonly onCallback?: (outcome: CallbackOutcome, count: number) => void;
  /** Default 5,000. */
  readonly bodyTimeoutMs?: number;
}

interface Asked {
  /** All that stands behind the path; more than a key is none. */
  readonly Params: { readonly '*': string };
}

const refused = (debug: string, cause?: unknown): AppError =>
  new AppError('CALLBACK_REFUSED', { debug, cause });

/**
 * The parameters of an address, decoded once. A plus is a plus: what platforms seal is Base64, and they do not all write
 * it as `%2B`. A name that stands there twice is refused, because two readers could see two different values.
 */
export const readQuery = (url: string): Readonly<Record<string, string>> => {
  const at = url.indexOf('?');
  if (at < 0) return {};
  const text = url.slice(at + 1);
  if (text.length > QUERY_MAX) throw refused('query too long');
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const decoded = decodeOnce(name);
    if (query.has(decoded)) throw refused('a parameter twice');
    query.set(decoded, decodeOnce(value));
  }
  return Object.fromEntries(query);
};

const decodeOnce = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw refused('a parameter that cannot be decoded', cause);
  }
};

/** What the server itself refuses (too long, a length that is not kept to) is refused like anything else. */
const isRefusal = (error: unknown): boolean => {
  if (error instanceof AppError) return error.code === 'CALLBACK_REFUSED';
  const status: unknown = Reflect.get(Object(error), 'statusCode');
  return typeof status === 'number' && status >= 400 && status < 500;
};

/** Says in the log why requests at an address are refused, now and then: a flood of them is no flood of lines. */
const createTeller = (deps: CallbackRouteDeps) => {
  const told = new Map<string, number>();
  return (request: FastifyRequest, key: string, error: unknown): void => {
    const now = deps.now().getTime();
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    if (told.size >= TOLD_MAX) told.clear();
    told.set(key, now);
    const reason = error instanceof AppError ? error.debug : 'not a request that is accepted';
    request.log.warn({ reason }, 'a callback was refused');
  };
};

/** Route `/callbacks/{key}`: GET and POST are answered as platforms want it, everything else is refused. */
export const callbackRoutes = (deps: CallbackRouteDeps): FastifyPluginAsync => {
  const count = deps.onCallback ?? (() => undefined);
  const intake = new EventIntake(({ stored, duplicates }) => {
    if (stored > 0) count('received', stored);
    if (duplicates > 0) count('duplicate', duplicates);
  });
  const flow = { ...deps, intake, keys: new RecentKeys() };
  const tell = createTeller(deps);

  /** A body of whatever type it is said to be is a text, and has arrived soon. */
  const limitBody = (request: FastifyRequest, _reply: FastifyReply, next: () => void): void => {
    request.raw.headers['content-type'] = 'text/plain';
    const late = setTimeout(() => request.raw.destroy(), deps.bodyTimeoutMs ?? BODY_TIMEOUT_MS);
    const stop = (): void => clearTimeout(late);
    request.raw.once('end', stop).once('close', stop);
    next();
  };

  const handle = async (request: FastifyRequest<Asked>, reply: FastifyReply): Promise<FastifyReply> => {
    const { method, url, body } = request;
    if (method !== 'GET' && method !== 'POST') throw refused('method');
    const { address, requestId } = deps.clientOf(request);
    const answer = await receiveCallback(flow, {
      key: request.params['*'],
      request: { method, query: readQuery(url), body: typeof body === 'string' ? body : '' },
      requestId,
      address,
    });
    return reply
      .status(200)
      .header('content-type', answer.contentType)
      .header('cache-control', 'no-store')
      .send(answer.body);
  };

  return async (fastify) => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    fastify.setErrorHandler((error, request: FastifyRequest<Asked>) => {
      if (!isRefusal(error)) {
        count('failed', 1);
        throw error;
      }
      count('refused', 1);
      tell(request, request.params['*'], error);
      throw new AppError('CALLBACK_REFUSED');
    });
    fastify.all<Asked>('/callbacks/*', { bodyLimit: BODY_MAX, onRequest: limitBody }, handle);
  };
};
