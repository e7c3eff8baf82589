import type {
  AccountId,
  MachineClientId,
  OrgUnitId,
  Role,
  Scope,
  SessionId,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../../store/database.ts';
import { findMachineState } from '../../store/queries/machine-clients.ts';
import { findSessionState } from '../../store/queries/sessions.ts';

/** Whom a token speaks for. */
export type PrincipalSubject =
  | {
      readonly kind: 'ACCOUNT';
      readonly tenantId: TenantId;
      readonly accountId: AccountId;
      readonly sessionId: SessionId;
    }
  | { readonly kind: 'MACHINE'; readonly tenantId: TenantId; readonly clientId: MachineClientId };

/** What the subject may do as of now. */
export type PrincipalState =
  | {
      readonly kind: 'ACCOUNT';
      readonly name: string;
      readonly roles: readonly Role[];
      readonly subtree: OrgUnitId | null;
      /** Epoch milliseconds after which the session is over. */
      readonly until: number;
    }
  | { readonly kind: 'MACHINE'; readonly name: string; readonly scopes: readonly Scope[] };

/**
 * What a subject may do; `null` when its session is over, its account not active, its client disabled or gone.
 * Every account is a MEMBER. An owner's or whole-tenant role is not limited by a subtree.
 */
export const readPrincipalState = async (
  db: Database,
  subject: PrincipalSubject,
): Promise<PrincipalState | null> => {
  if (subject.kind === 'MACHINE') {
    const client = await findMachineState(db, subject.tenantId, subject.clientId);
    return client === null ? null : { kind: 'MACHINE', ...client };
  }
  const session = await findSessionState(db, subject.tenantId, subject.sessionId);
  if (session === null || session.accountId !== subject.accountId) return null;
  return {
    kind: 'ACCOUNT',
    name: session.name,
    roles: [...new Set<Role>([...session.roles, 'MEMBER'])],
    subtree: session.subtree,
    until: session.expiresAt.getTime(),
  };
};
