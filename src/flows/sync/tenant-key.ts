import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import type { TenantId } from '../../domain/index.ts';
import {
  ensureTenantKey,
  findTenantKey,
  readTenantKey,
  type TenantKeyRow,
} from '../../store/queries/tenant-keys.ts';
import type { SecretPlace } from '../../store/secrets.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { planActor, tenantOf } from './plan-context.ts';

const PRIVATE_KEY = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const PUBLIC_KEY = PRIVATE_KEY.omit({ d: true });

const keyPlace = (tenantId: TenantId, kid: string): SecretPlace => ({
  tenantId,
  table: 'tenant_key',
  rowId: kid,
  column: 'private_jwe',
});

const newKey = async (context: FlowContext): Promise<TenantKeyRow> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  // Its id is its thumbprint (RFC 7638).
  const kid = await calculateJwkThumbprint(publicJwk);
  const text = JSON.stringify(await exportJWK(privateKey));
  return {
    kid,
    publicJwk: { ...publicJwk },
    privateJwe: await context.secrets.seal(text, keyPlace(tenantOf(context), kid)),
  };
};

const firstKey = async (context: FlowContext): Promise<TenantKeyRow> => {
  const key = await newKey(context);
  return context.db.transaction(planActor(context), (tx) => ensureTenantKey(tx, key));
};

/**
 * The key that a tenant signs with, opened; made when there is none yet. Of several that make one at once, one does.
 * @throws AppError SECRET_UNREADABLE when the master key is not the one that it was sealed with
 */
export const tenantSigningKey = async (
  context: FlowContext,
): Promise<{ readonly kid: string; readonly privateJwk: JWK }> => {
  const tenantId = tenantOf(context);
  const row = (await readTenantKey(context.db, tenantId)) ?? (await firstKey(context));
  const text = await context.secrets.open(row.privateJwe, keyPlace(tenantId, row.kid));
  return { kid: row.kid, privateJwk: PRIVATE_KEY.parse(JSON.parse(text)) };
};

/** The public half of a tenant's key, `null` when the tenant has no such key. */
export const tenantPublicKey = async (tx: Tx, kid: string): Promise<JWK | null> => {
  const key = await findTenantKey(tx, kid);
  return key === null ? null : PUBLIC_KEY.parse(key.publicJwk);
};
