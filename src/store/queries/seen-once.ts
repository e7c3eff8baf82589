import type { ConnectionId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import type { Noun } from './operation-results.ts';

/** An object as it was seen by itself, outside of any pull. */
export interface SeenObject {
  readonly externalId: string;
  readonly name: string | null;
  /** Of units only. */
  readonly parentExternalId: string | null;
  readonly value: object;
  readonly believed: object;
  /** Content hash, hex. */
  readonly hash: string;
}

/** Brings copies up to what was seen of their objects. What is planned from them is planned anew. */
export const writeSeen = async (
  tx: Tx,
  noun: Noun,
  { connectionId, seen }: { readonly connectionId: ConnectionId; readonly seen: readonly SeenObject[] },
): Promise<void> => {
  if (seen.length === 0) return;
  const set =
    noun === 'org_unit'
      ? 'parent_external_id = n."parentExternalId", name = coalesce(n.name, c.name)'
      : 'name = n.name';
  await tx.query(
    `update muster.remote_${noun} c set ${set}, value = n.value, believed = n.believed, content_hash = decode(n.hash, 'hex'),
       seen_at = clock_timestamp(), gone_at = null
     from jsonb_to_recordset($2::jsonb) as n("externalId" text, name text, "parentExternalId" text, value jsonb, believed jsonb, hash text)
     where c.tenant_id = muster.current_tenant() and c.connection_id = $1 and c.external_id = n."externalId"`,
    [connectionId, JSON.stringify(seen)],
  );
};
