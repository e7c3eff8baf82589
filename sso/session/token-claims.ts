import { z } from 'zod';
import { isId, SCOPES, type Scope } from '../../src/domain/index.ts';
import type { PrincipalSubject } from '../../src/flows/sign-in/principal-state.ts';
import { OWN_CLIENT } from './access-token.ts';

const id = z.string().refine(isId);
const common = {
  iss: z.string(),
  aud: z.string(),
  tenant: id,
  jti: id,
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
};
const SESSION_CLAIMS = z.strictObject({ ...common, sub: id, sid: id, client_id: z.literal(OWN_CLIENT) });
const MACHINE_CLAIMS = z.strictObject({ ...common, sub: id, client_id: id, scope: z.string() });

/** Our claims, apart from those that say whether they are in force. */
export interface TokenClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: PrincipalSubject;
  /** Scopes of a machine's token; empty for a session. */
  readonly scopes: readonly Scope[];
  /** Epoch seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const SUBJECT = {
  account: (claims: z.infer<typeof SESSION_CLAIMS>): PrincipalSubject =>
    ({
      kind: 'ACCOUNT',
      tenantId: claims.tenant,
      accountId: claims.sub,
      sessionId: claims.sid,
    }) as PrincipalSubject,
  machine: (claims: z.infer<typeof MACHINE_CLAIMS>): PrincipalSubject =>
    ({ kind: 'MACHINE', tenantId: claims.tenant, clientId: claims.sub }) as PrincipalSubject,
};

/** Reads the claims of one of our two kinds of token; `null` when a claim is missing, odd, or too many. */
export const readClaims = (claims: Readonly<Record<string, unknown>>): TokenClaims | null => {
  const session = SESSION_CLAIMS.safeParse(claims);
  if (session.success) {
    const { iss, aud, iat, exp } = session.data;
    const subject = SUBJECT.account(session.data);
    return { issuer: iss, audience: aud, subject, scopes: [], issuedAt: iat, expiresAt: exp };
  }
  const machine = MACHINE_CLAIMS.safeParse(claims);
  if (!machine.success || machine.data.sub !== machine.data.client_id) return null;
  const { iss, aud, iat, exp, scope } = machine.data;
  const scopes = SCOPES.filter((known) => scope.split(' ').includes(known));
  return {
    issuer: iss,
    audience: aud,
    subject: SUBJECT.machine(machine.data),
    scopes,
    issuedAt: iat,
    expiresAt: exp,
  };
};
