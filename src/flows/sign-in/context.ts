import type { Logger } from 'pino';
import type { AccountId, SessionId, TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import type { Database } from '../../store/database.ts';
import type { Passwords } from './passwords.ts';
import type { TenantLookup } from './tenant-lookup.ts';

/** From where a request comes. */
export interface ClientInfo {
  /** Network address; `null` when it is not known. */
  readonly address: string | null;
  readonly requestId: string;
  readonly userAgent: string | null;
}

/** Makes access tokens; declared here because flows need it, provided by `sso/session`. */
export interface AccessTokenIssuer {
  /** A token for a session of an account. `expiresIn` in seconds. */
  forSession(subject: {
    tenantId: TenantId;
    accountId: AccountId;
    sessionId: SessionId;
  }): Promise<{ token: string; expiresIn: number }>;
}

/** Long-lived parts that signing in needs. */
export interface SignInDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly passwords: Passwords;
  readonly accessTokens: AccessTokenIssuer;
  readonly tenants: TenantLookup;
}

/** One request of somebody who is not signed in yet. */
export interface SignInContext extends SignInDeps {
  readonly client: ClientInfo;
}

/** The actor of what happens before anybody has proved to be an account. */
export const strangerOf = (client: ClientInfo, tenantId: TenantId): ActorContext => ({
  tenantId,
  actor: { kind: 'SYSTEM', id: null, name: 'sign-in' },
  source: 'SIGN_IN',
  requestId: client.requestId,
  ...(client.address === null ? {} : { address: client.address }),
});

/** The actor of what an account does while it signs in. */
export const signerOf = (
  client: ClientInfo,
  account: { tenantId: TenantId; id: AccountId; name: string },
): ActorContext => ({
  ...strangerOf(client, account.tenantId),
  actor: { kind: 'ACCOUNT', id: account.id, name: account.name },
});
