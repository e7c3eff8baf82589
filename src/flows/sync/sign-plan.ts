import { CompactSign, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { ConnectionId, SyncPlanId, SyncPlanKind, TenantId } from '../../domain/index.ts';
import { canonicalJson } from '../../planner/canonical-hash.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from './plan-context.ts';
import { tenantPublicKey, tenantSigningKey } from './tenant-key.ts';

/** What a plan's signature vouches for. */
export interface SignedPlan {
  readonly id: SyncPlanId;
  readonly connectionId: ConnectionId;
  readonly kind: SyncPlanKind;
  /** SHA-256, hex. */
  readonly contentDigest: string;
}

const TYPE = 'muster-plan+jws';

const payloadOf = (tenantId: TenantId, plan: SignedPlan): Uint8Array =>
  new TextEncoder().encode(
    canonicalJson({
      tenantId,
      planId: plan.id,
      connectionId: plan.connectionId,
      kind: plan.kind,
      contentDigest: plan.contentDigest,
    }),
  );

/** Signs plans with the tenant's key: JWS compact serialisation (RFC 7515), ES256. */
export const planSigner = async (context: FlowContext): Promise<(plan: SignedPlan) => Promise<string>> => {
  const { kid, privateJwk } = await tenantSigningKey(context);
  const key = await importJWK(privateJwk, 'ES256');
  return (plan) =>
    new CompactSign(payloadOf(tenantOf(context), plan))
      .setProtectedHeader({ alg: 'ES256', kid, typ: TYPE })
      .sign(key);
};

/** True when the signature is the tenant's, and of exactly this plan. */
export const isSigned = async (tx: Tx, plan: SignedPlan, signature: string): Promise<boolean> => {
  try {
    const { kid } = decodeProtectedHeader(signature);
    const jwk = kid === undefined ? null : await tenantPublicKey(tx, kid);
    if (jwk === null) return false;
    const { payload, protectedHeader } = await compactVerify(signature, await importJWK(jwk, 'ES256'), {
      algorithms: ['ES256'],
    });
    return (
      protectedHeader.typ === TYPE && Buffer.compare(payload, payloadOf(tx.context.tenantId, plan)) === 0
    );
  } catch {
    // Whatever is wrong with it: it is no signature of this plan.
    return false;
  }
};
