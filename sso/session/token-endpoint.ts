import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../src/domain/index.ts';
import { machineToken } from '../../src/flows/machine-client/machine-token.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';
import type { SessionService } from './service.ts';

const FORM = 'application/x-www-form-urlencoded';
const BODY_LIMIT = 8_192;

/** An answer of RFC 6749 section 5.2. */
interface Refusal {
  readonly status: 400 | 401;
  readonly error: string;
  readonly description: string;
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const badRequest = (error: string, description: string): Refusal => ({ status: 400, error, description });

const isRefusal = (value: object): value is Refusal => 'error' in value;

/** One value per parameter, as section 3.2 demands; `null` when one is repeated. */
const readForm = (body: string): ReadonlyMap<string, string> | null => {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return null;
    form.set(name, value);
  }
  return form;
};

const formDecoded = (text: string): string => new URLSearchParams(`v=${text}`).get('v') ?? '';

/** Credentials of the Basic header (section 2.3.1: both halves are form-encoded first). */
const basicCredentials = (header: string): Credentials | null => {
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  return { clientId: formDecoded(text.slice(0, colon)), clientSecret: formDecoded(text.slice(colon + 1)) };
};

const credentialsOf = (
  header: string | undefined,
  form: ReadonlyMap<string, string>,
): Credentials | Refusal => {
  const clientId = form.get('client_id');
  const clientSecret = form.get('client_secret');
  if (header !== undefined) {
    if (clientSecret !== undefined) return badRequest('invalid_request', 'more than one way to authenticate');
    const basic = basicCredentials(header);
    if (basic === null || (clientId !== undefined && clientId !== basic.clientId)) {
      return { status: 401, error: 'invalid_client', description: 'the Basic credentials are not readable' };
    }
    return basic;
  }
  if (clientId === undefined || clientSecret === undefined) {
    return { status: 401, error: 'invalid_client', description: 'client_id and client_secret are needed' };
  }
  return { clientId, clientSecret };
};

const refusalOf = (error: unknown): Refusal => {
  if (!(error instanceof AppError)) throw error;
  if (error.code === 'MACHINE_CLIENT_INVALID') {
    return { status: 401, error: 'invalid_client', description: error.message };
  }
  if (error.code === 'SCOPE_NOT_GRANTED') return badRequest('invalid_scope', error.message);
  throw error;
};

const scopesOf = (form: ReadonlyMap<string, string>): readonly string[] | null => {
  const scope = form.get('scope')?.trim() ?? '';
  return scope === '' ? null : scope.split(/ +/);
};

const answer = async (
  service: SessionService,
  request: FastifyRequest,
  client: ClientInfo,
): Promise<object | Refusal> => {
  const form = typeof request.body === 'string' ? readForm(request.body) : new Map<string, string>();
  if (form === null) return badRequest('invalid_request', 'a parameter is repeated');
  const grant = form.get('grant_type');
  if (grant === undefined) return badRequest('invalid_request', 'grant_type is missing');
  if (grant !== 'client_credentials') {
    return badRequest('unsupported_grant_type', 'the only grant type is client_credentials');
  }
  const credentials = credentialsOf(request.headers.authorization, form);
  if (isRefusal(credentials)) return credentials;
  const context = { db: service.signIn.db, machineTokens: service.machineTokens, client };
  try {
    const token = await machineToken(context, { ...credentials, scopes: scopesOf(form) });
    return {
      access_token: token.accessToken,
      token_type: 'Bearer',
      expires_in: token.expiresIn,
      scope: token.scopes.join(' '),
    };
  } catch (error) {
    return refusalOf(error);
  }
};

const send = (reply: FastifyReply, outcome: object | Refusal): FastifyReply => {
  void reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  if (!isRefusal(outcome)) return reply.send(outcome);
  if (outcome.status === 401) void reply.header('www-authenticate', 'Basic realm="muster", charset="UTF-8"');
  return reply.status(outcome.status).send({ error: outcome.error, error_description: outcome.description });
};

/** `POST /oauth/token`: access tokens for machine clients, who authenticate by Basic header or in the form. */
export const registerTokenEndpoint =
  (service: SessionService, clientOf: (request: FastifyRequest) => ClientInfo): FastifyPluginCallback =>
  (fastify, _options, done) => {
    // In this scope only: everything else takes JSON.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(
      FORM,
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      (_request, body, parsed) => parsed(null, body),
    );
    fastify.post('/oauth/token', { bodyLimit: BODY_LIMIT }, async (request, reply) =>
      send(reply, await answer(service, request, clientOf(request))),
    );
    done();
  };
