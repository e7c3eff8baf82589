export { createTokenIssuer, type TokenIdentity, type TokenIssuer } from './access-token.ts';
export { clientOf, principalOf, sessionRoutes } from './http.ts';
export {
  openSessionService,
  type SessionService,
  type SessionServiceDeps,
  type SessionServiceOptions,
} from './service.ts';
export type { RequestFacts, TokenVerifier } from './verifier.ts';
