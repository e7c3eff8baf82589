import { SignJWT } from 'jose';
import { type MachineClientId, newId, type Scope, type TenantId } from '../../src/domain/index.ts';
import type { AccessTokenIssuer } from '../../src/flows/sign-in/context.ts';
import { LIFETIMES } from '../../src/flows/sign-in/limits.ts';
import type { KeyRing } from './key-ring.ts';

/** Who issues tokens and for whom. */
export interface TokenIdentity {
  /** `iss`: the public address of this installation. */
  readonly issuer: string;
  /** `aud`: the API that accepts them. */
  readonly audience: string;
}

export interface TokenIssuer extends AccessTokenIssuer {
  forMachine(subject: {
    tenantId: TenantId;
    clientId: MachineClientId;
    scopes: readonly Scope[];
  }): Promise<{ token: string; expiresIn: number }>;
}

/** `client_id` of tokens that our own sign-in made (RFC 9068 wants one). */
export const OWN_CLIENT = 'muster';

/** Signs access tokens: ES256, 10 minutes, profile of RFC 9068. */
export const createTokenIssuer = (ring: KeyRing, identity: TokenIdentity, now: () => Date): TokenIssuer => {
  const sign = async (claims: Record<string, string>): Promise<{ token: string; expiresIn: number }> => {
    const instant = now();
    const { kid, key } = ring.signing(instant);
    const iat = Math.floor(instant.getTime() / 1_000);
    const token = await new SignJWT({
      iss: identity.issuer,
      aud: identity.audience,
      ...claims,
      jti: newId<'Token'>(),
      iat,
      exp: iat + LIFETIMES.accessToken,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .sign(key);
    return { token, expiresIn: LIFETIMES.accessToken };
  };
  return {
    forSession: ({ tenantId, accountId, sessionId }) =>
      sign({ sub: accountId, client_id: OWN_CLIENT, tenant: tenantId, sid: sessionId }),
    forMachine: ({ tenantId, clientId, scopes }) =>
      sign({ sub: clientId, client_id: clientId, tenant: tenantId, scope: scopes.join(' ') }),
  };
};
