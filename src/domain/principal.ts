import type { AccountId, Id, MachineClientId, OrgUnitId, SessionId, TenantId } from './ids.ts';
import type { Role } from './roster.ts';

export const SCOPES = [
  'directory:read',
  'directory:write',
  'connections:read',
  'connections:write',
  'imports:read',
  'imports:write',
  'sync:read',
  'sync:write',
  'audit:read',
] as const;
/** What a machine client may do; it has no roles. */
export type Scope = (typeof SCOPES)[number];

interface Common {
  readonly tenantId: TenantId;
  /** Shown in history and audit. */
  readonly name: string;
  readonly requestId: string;
  /** Network address of the client. */
  readonly address: string | null;
}

/** A signed-in account. `subtree` limits a DIRECTORY_ADMIN to one org unit and what is below it. */
export interface AccountPrincipal extends Common {
  readonly kind: 'ACCOUNT';
  readonly id: AccountId;
  readonly sessionId: SessionId;
  readonly roles: readonly Role[];
  readonly subtree: OrgUnitId | null;
}

export interface MachinePrincipal extends Common {
  readonly kind: 'MACHINE';
  readonly id: MachineClientId;
  readonly scopes: readonly Scope[];
}

/** A job or a command of the operator. */
export interface SystemPrincipal extends Common {
  readonly kind: 'SYSTEM';
  readonly id: Id<'System'> | null;
}

/** Who asks. Flows are handed one; nothing in them reads it from anywhere else. */
export type Principal = AccountPrincipal | MachinePrincipal | SystemPrincipal;
