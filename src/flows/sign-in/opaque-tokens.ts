import { createHash, randomBytes } from 'node:crypto';
import { isId, type TenantId } from '../../domain/index.ts';

/**
 * A refresh token or a machine client's secret: `<tenant id>.<256 random bits in base64url>`. Only the SHA-256
 * digest of the whole text is stored.
 */
export interface OpaqueToken {
  readonly text: string;
  readonly digest: Buffer;
}

const FORM = /^([0-9a-f-]{36})\.[\w-]{43}$/;

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export const newOpaqueToken = (tenantId: TenantId): OpaqueToken => {
  const text = `${tenantId}.${randomBytes(32).toString('base64url')}`;
  return { text, digest: digestOf(text) };
};

/** Tenant and digest of a presented token; `null` when it cannot be one of ours. */
export const readOpaqueToken = (text: string): { tenantId: TenantId; digest: Buffer } | null => {
  const tenantId = FORM.exec(text)?.[1];
  if (tenantId === undefined || !isId(tenantId)) return null;
  return { tenantId: tenantId as TenantId, digest: digestOf(text) };
};
