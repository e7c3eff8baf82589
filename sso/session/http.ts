import { isIP } from 'node:net';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { AppError, type Principal } from '../../src/domain/index.ts';
import type { ClientInfo } from '../../src/flows/sign-in/context.ts';
import { PUBLISH_SECONDS } from '../../src/flows/sign-in/signing-keys.ts';
import type { SessionService } from './service.ts';
import { registerTokenEndpoint } from './token-endpoint.ts';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

/** From where a request comes. Behind a proxy the server's `trustProxy` option decides which address counts. */
export const clientOf = (request: FastifyRequest): ClientInfo => {
  const { ip } = request;
  const address = ip.includes('%') ? ip.slice(0, ip.indexOf('%')) : ip;
  return {
    address: isIP(address) === 0 ? null : address,
    requestId: request.id,
    userAgent: request.headers['user-agent'] ?? null,
  };
};

/**
 * Who asks, by the `Authorization: Bearer` header (RFC 6750 section 2.1); `null` for a request without one.
 * @throws AppError UNAUTHENTICATED for a header that is not in force, UNAVAILABLE
 */
export const principalOf = async (
  service: Pick<SessionService, 'verifier'>,
  request: FastifyRequest,
  { requestId, address }: ClientInfo = clientOf(request),
): Promise<Principal | null> => {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new AppError('UNAUTHENTICATED', { debug: 'not a bearer token' });
  return service.verifier.verify(token, { requestId, address });
};

/** Routes `/.well-known/jwks.json` (RFC 7517) and `/oauth/token` (RFC 6749 section 4.4). */
export const sessionRoutes =
  (service: SessionService): FastifyPluginCallback =>
  (fastify, _options, done) => {
    fastify.get('/.well-known/jwks.json', (_request, reply) => {
      void reply
        .header('cache-control', `public, max-age=${PUBLISH_SECONDS}`)
        .header('content-type', 'application/jwk-set+json')
        .send(JSON.stringify(service.ring.publicSet(service.now())));
    });
    void fastify.register(registerTokenEndpoint(service, clientOf));
    done();
  };
