import { hash } from 'node:crypto';
import { compactVerify } from 'jose';
import { AppError, type Principal } from '../../src/domain/index.ts';
import { type PrincipalFeed, SIGNING_KEYS_SUBJECT } from '../../src/flows/sign-in/principal-feed.ts';
import type { PrincipalState } from '../../src/flows/sign-in/principal-state.ts';
import type { TokenIdentity } from './access-token.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { KeyRing } from './key-ring.ts';
import type { PrincipalCache } from './principal-cache.ts';
import { parseAccessToken } from './strict-token.ts';
import { readClaims, type TokenClaims } from './token-claims.ts';

/** Facts of the request that a principal carries along. */
export interface RequestFacts {
  readonly requestId: string;
  readonly address: string | null;
}

/** Turns an access token into who asks. */
export interface TokenVerifier {
  /** @throws AppError UNAUTHENTICATED, UNAVAILABLE */
  verify(token: string, facts: RequestFacts): Promise<Principal>;
}

export interface VerifierParts {
  readonly ring: KeyRing;
  readonly feed: PrincipalFeed;
  readonly principals: PrincipalCache;
  readonly identity: TokenIdentity;
  readonly now: () => Date;
}

/** What the clocks of our processes may differ by, in seconds. */
const SKEW_SECONDS = 5;
const REMEMBERED_TOKENS = 20_000;

const refuse = (debug: string): AppError => new AppError('UNAUTHENTICATED', { debug });

interface VerifiedToken extends TokenClaims {
  readonly kid: string;
}

class Verifier implements TokenVerifier {
  readonly #parts: VerifierParts;
  /** By digest, so that no usable token lies about in memory. Only tokens whose signature was right. */
  readonly #verified = new BoundedCache<VerifiedToken>(REMEMBERED_TOKENS);

  constructor(parts: VerifierParts) {
    this.#parts = parts;
    const reload = (): void => {
      this.#verified.clear();
      parts.ring.reload().catch(() => undefined);
    };
    parts.feed.add({
      onChanges: (changed) => {
        if (changed.has(SIGNING_KEYS_SUBJECT)) reload();
      },
      onGap: reload,
    });
  }

  async verify(token: string, facts: RequestFacts): Promise<Principal> {
    // In one call: a Hash object lives until the next full collection and would fill the memory, one per request.
    const digest = hash('sha256', token, 'base64');
    const claims = this.#verified.get(digest) ?? (await this.#verifyNew(token, digest));
    this.#checkTime(claims);
    const state = await this.#parts.principals.get(claims.subject);
    if (state === null || (state.kind === 'ACCOUNT' && state.until <= this.#parts.now().getTime())) {
      throw refuse('the session, the account or the client is not active');
    }
    return principalOf(claims, state, facts);
  }

  async #verifyNew(token: string, digest: string): Promise<VerifiedToken> {
    const parsed = parseAccessToken(token);
    if (parsed === null) throw refuse('not in the form of our tokens');
    const key = this.#parts.ring.verifying(parsed.kid, this.#parts.now());
    if (key === null) throw refuse('unknown or retired key');
    await compactVerify(token, key, { algorithms: ['ES256'] }).catch((cause: unknown) => {
      throw new AppError('UNAUTHENTICATED', { debug: 'signature', cause });
    });
    const claims = readClaims(parsed.claims);
    if (claims === null) throw refuse('claims');
    const { issuer, audience } = this.#parts.identity;
    if (claims.issuer !== issuer) throw refuse('issuer');
    if (claims.audience !== audience) throw refuse('audience');
    const verified = { ...claims, kid: parsed.kid };
    this.#checkTime(verified);
    this.#verified.set(digest, verified);
    return verified;
  }

  #checkTime(token: VerifiedToken): void {
    const now = this.#parts.now();
    const seconds = now.getTime() / 1_000;
    if (seconds >= token.expiresAt) throw refuse('expired');
    if (token.issuedAt > seconds + SKEW_SECONDS) throw refuse('issued in the future');
    if (this.#parts.ring.verifying(token.kid, now) === null) throw refuse('retired key');
  }
}

const principalOf = (claims: TokenClaims, state: PrincipalState, facts: RequestFacts): Principal => {
  const { subject } = claims;
  const { tenantId } = subject;
  if (subject.kind === 'ACCOUNT' && state.kind === 'ACCOUNT') {
    const { name, roles, subtree } = state;
    return {
      kind: 'ACCOUNT',
      id: subject.accountId,
      sessionId: subject.sessionId,
      tenantId,
      name,
      roles,
      subtree,
      ...facts,
    };
  }
  if (subject.kind === 'MACHINE' && state.kind === 'MACHINE') {
    const scopes = state.scopes.filter((scope) => claims.scopes.includes(scope));
    return { kind: 'MACHINE', id: subject.clientId, tenantId, name: state.name, scopes, ...facts };
  }
  throw refuse('kind of principal');
};

/** Verifies access tokens against the key ring; who they speak for is as fresh as the feed. */
export const createTokenVerifier = (parts: VerifierParts): TokenVerifier => new Verifier(parts);
