import type { Logger } from 'pino';
import type { MachineTokenIssuer } from '../../src/flows/machine-client/machine-token.ts';
import type { SignInDeps } from '../../src/flows/sign-in/context.ts';
import { loadSigningKeys } from '../../src/flows/sign-in/load-signing-keys.ts';
import { createPasswords, type Passwords } from '../../src/flows/sign-in/passwords.ts';
import { type PrincipalFeedOptions, startPrincipalFeed } from '../../src/flows/sign-in/principal-feed.ts';
import { readPrincipalState } from '../../src/flows/sign-in/principal-state.ts';
import { ensureSigningKey } from '../../src/flows/sign-in/signing-keys.ts';
import { createTenantLookup } from '../../src/flows/sign-in/tenant-lookup.ts';
import type { Database } from '../../src/store/database.ts';
import type { Secrets } from '../../src/store/secrets.ts';
import { createTokenIssuer, type TokenIdentity, type TokenIssuer } from './access-token.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { PrincipalCache } from './principal-cache.ts';
import { createTokenVerifier, type TokenVerifier } from './verifier.ts';

export interface SessionServiceDeps {
  readonly db: Database;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly now: () => Date;
}

export interface SessionServiceOptions {
  readonly identity: TokenIdentity;
  /** Default: a queue of its own with the default bounds; one per process is what bounds the process. */
  readonly passwords?: Passwords;
  readonly feed?: PrincipalFeedOptions;
  /** Called whenever the keys are read from the database; for metrics. */
  readonly onKeyLoad?: () => void;
}

/** Everything about tokens and sessions that lives as long as the process. */
export interface SessionService {
  /** For the flows of `src/flows/sign-in`, which want the client of the request beside it. */
  readonly signIn: SignInDeps;
  readonly machineTokens: MachineTokenIssuer;
  readonly tokens: TokenIssuer;
  readonly verifier: TokenVerifier;
  readonly ring: KeyRing;
  readonly now: () => Date;
  close(): Promise<void>;
}

/** Makes the first signing key if there is none, opens the keys, and starts to listen for revocations. */
export const openSessionService = async (
  deps: SessionServiceDeps,
  options: SessionServiceOptions,
): Promise<SessionService> => {
  const { db, logger, now } = deps;
  await ensureSigningKey(deps);
  const feed = await startPrincipalFeed(deps, options.feed);
  const ring = await openKeyRing(() => {
    options.onKeyLoad?.();
    return loadSigningKeys(deps);
  });
  const principals = new PrincipalCache(feed, (subject) => readPrincipalState(db, subject));
  const tokens = createTokenIssuer(ring, options.identity, now);
  const passwords = options.passwords ?? createPasswords();
  return {
    signIn: { db, logger, now, passwords, accessTokens: tokens, tenants: createTenantLookup(db) },
    machineTokens: tokens,
    tokens,
    verifier: createTokenVerifier({ ring, feed, principals, identity: options.identity, now }),
    ring,
    now,
    close: () => feed.close(),
  };
};
