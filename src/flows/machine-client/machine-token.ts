import { timingSafeEqual } from 'node:crypto';
import {
  AppError,
  isId,
  type MachineClientId,
  newId,
  type Scope,
  type TenantId,
} from '../../domain/index.ts';
import type { Database } from '../../store/database.ts';
import {
  findMachineCredential,
  type MachineClientCredential,
  recordMachineRefusal,
  recordMachineToken,
} from '../../store/queries/machine-clients.ts';
import { type ClientInfo, strangerOf } from '../sign-in/context.ts';
import { readOpaqueToken } from '../sign-in/opaque-tokens.ts';

/** Makes tokens for machine clients; provided by `sso/session`. */
export interface MachineTokenIssuer {
  forMachine(subject: {
    tenantId: TenantId;
    clientId: MachineClientId;
    scopes: readonly Scope[];
  }): Promise<{ token: string; expiresIn: number }>;
}

export interface MachineTokenContext {
  readonly db: Database;
  readonly machineTokens: MachineTokenIssuer;
  readonly client: ClientInfo;
}

export interface MachineTokenInput {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Scopes asked for; `null` = all that were granted. */
  readonly scopes: readonly string[] | null;
}

export interface MachineToken {
  readonly accessToken: string;
  /** Seconds until it expires. */
  readonly expiresIn: number;
  readonly scopes: readonly Scope[];
}

const authenticate = async (
  context: MachineTokenContext,
  input: MachineTokenInput,
): Promise<MachineClientCredential & { tenantId: TenantId }> => {
  const secret = readOpaqueToken(input.clientSecret);
  if (secret === null || !isId(input.clientId)) throw new AppError('MACHINE_CLIENT_INVALID');
  const { tenantId } = secret;
  const client = await findMachineCredential(context.db, tenantId, input.clientId as MachineClientId);
  if (client === null) throw new AppError('MACHINE_CLIENT_INVALID');
  const right = timingSafeEqual(client.secretDigest, secret.digest);
  if (right && client.enabled) return { ...client, tenantId };
  await recordMachineRefusal(context.db, strangerOf(context.client, tenantId), {
    id: client.id,
    auditId: newId<'AuditEvent'>(),
    reason: right ? 'DISABLED' : 'WRONG_SECRET',
  });
  throw new AppError('MACHINE_CLIENT_INVALID');
};

const chosenScopes = (granted: readonly Scope[], wanted: readonly string[] | null): readonly Scope[] => {
  if (wanted === null) return granted;
  const missing = wanted.filter((scope) => !granted.some((one) => one === scope));
  if (missing.length > 0) throw new AppError('SCOPE_NOT_GRANTED', { details: { scopes: missing } });
  return granted.filter((scope) => wanted.includes(scope));
};

/**
 * An access token for a machine client (RFC 6749 section 4.4).
 * @throws AppError MACHINE_CLIENT_INVALID, SCOPE_NOT_GRANTED
 */
export const machineToken = async (
  context: MachineTokenContext,
  input: MachineTokenInput,
): Promise<MachineToken> => {
  const client = await authenticate(context, input);
  const scopes = chosenScopes(client.scopes, input.scopes);
  const { requestId, address } = context.client;
  const actor = {
    tenantId: client.tenantId,
    actor: { kind: 'MACHINE' as const, id: client.id, name: client.name },
    source: 'SIGN_IN' as const,
    requestId,
    ...(address === null ? {} : { address }),
  };
  await recordMachineToken(context.db, actor, { id: client.id, auditId: newId<'AuditEvent'>(), scopes });
  const { token, expiresIn } = await context.machineTokens.forMachine({
    tenantId: client.tenantId,
    clientId: client.id,
    scopes,
  });
  return { accessToken: token, expiresIn, scopes };
};
