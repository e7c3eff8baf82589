import type { AgreedAccount, AgreedOrgUnit, ConnectionId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import type { Noun } from './operation-results.ts';

/** What the two sides of a link agree on, and the copy, what was seen over what is believed. */
export interface AgreedRow<Agreed> {
  readonly externalId: string;
  readonly agreed: Agreed | null;
  readonly copy: Readonly<Record<string, unknown>>;
}

type AgreedOf<N extends Noun> = N extends 'account' ? AgreedAccount : AgreedOrgUnit;

/** Agreements of linked objects by platform id, locked in one order. */
export const lockAgreed = <N extends Noun>(
  tx: Tx,
  noun: N,
  wanted: { readonly connectionId: ConnectionId; readonly externalIds: readonly string[] },
): Promise<AgreedRow<AgreedOf<N>>[]> =>
  tx.query<AgreedRow<AgreedOf<N>> & Record<string, unknown>>(
    {
      name: `lock_agreed_${noun}`,
      // One by one, for the reason that stands at the claims.
      text: `
        select mine.external_id as "externalId", l.agreed_value as agreed, mine.copy
        from unnest($2::text[]) as named(id)
        cross join lateral (
          select r.id, r.external_id, r.believed || r.value as copy from muster.remote_${noun} r
          where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and r.external_id = named.id limit 1
        ) as mine
        join muster.${noun}_link l on l.tenant_id = muster.current_tenant() and l.remote_${noun}_id = mine.id
        order by mine.external_id for no key update of l`,
    },
    [wanted.connectionId, wanted.externalIds],
  );

/** Writes what both sides agree on after operations that the platform has taken. */
export const writeAgreed = async (
  tx: Tx,
  noun: Noun,
  written: {
    readonly connectionId: ConnectionId;
    readonly rows: readonly { readonly externalId: string; readonly agreed: object }[];
  },
): Promise<void> => {
  if (written.rows.length === 0) return;
  await tx.query(
    {
      name: `write_agreed_${noun}`,
      text: `
        update muster.${noun}_link l set agreed_value = n.agreed
        from jsonb_to_recordset($2::jsonb) as n("externalId" text, agreed jsonb)
        cross join lateral (
          select r.id from muster.remote_${noun} r
          where r.tenant_id = muster.current_tenant() and r.connection_id = $1
            and r.external_id = n."externalId" limit 1
        ) as mine
        where l.tenant_id = muster.current_tenant() and l.remote_${noun}_id = mine.id`,
    },
    [written.connectionId, JSON.stringify(written.rows)],
  );
};
