import type { ExternalId, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { SEEN_ACCOUNTS, SEEN_RUN_ID } from './copies-seen.ts';

interface Run {
  readonly id: ImportRunId;
  readonly connectionId: string;
}

/** What a run's people say of themselves; an empty id says nothing. */
const CLAIMS = `
  select f.external_id, named_id->>'kind' as kind, named_id->>'value' as value
  from muster.fetched_account f, jsonb_array_elements(f.value->'ids') as named_id
  where f.run_id = $1 and named_id->>'value' <> ''`;

/** Identities that more than one person of a run claims, by platform id of each claimant. */
export const readSharedIdentities = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<ReadonlyMap<string, readonly ExternalId[]>> => {
  const rows = await tx.query<ExternalId & { readonly externalId: string }>(
    `with claims as materialized (${CLAIMS}), shared as (
       select kind, value from claims group by kind, value
       having min(external_id collate "C") <> max(external_id collate "C"))
     select distinct c.external_id as "externalId", c.kind, c.value
     from claims c join shared s on s.kind = c.kind and s.value = c.value
     order by c.kind, c.value`,
    [runId],
  );
  const shared = new Map<string, ExternalId[]>();
  for (const { externalId, kind, value } of rows) {
    const claims = shared.get(externalId) ?? [];
    claims.push({ kind, value });
    shared.set(externalId, claims);
  }
  return shared;
};

/** Sets aside what a run's people claim: who, whether his row is settled, and whether anybody else claims the same. */
const collectClaims = async (tx: Tx, run: Run): Promise<void> => {
  // Whom a later run has seen since is that run's: what this one knows of his ids is old.
  await tx.query(
    `create temporary table identity_claim on commit drop as
     with claims as materialized (${CLAIMS}), shared as materialized (
       select kind, value from claims group by kind, value
       having min(external_id collate "C") <> max(external_id collate "C"))
     select distinct k.kind, k.value, r.id as remote_account_id, s.kind is not null as shared,
       ${SEEN_RUN_ID} = $1 and (p.id is null or p.decision = 'ACCEPTED')
         and exists (select from muster.account_link l where l.remote_account_id = r.id) as settled
     from claims k
     join muster.remote_account r on r.connection_id = $2 and r.external_id = k.external_id
     ${SEEN_ACCOUNTS}
     left join muster.staged_account p on p.run_id = $1 and p.external_id = k.external_id
     left join shared s on s.kind = k.kind and s.value = k.value`,
    [run.id, run.connectionId],
  );
  await tx.query('analyze pg_temp.identity_claim');
};

/**
 * Writes the identities of the people whom a commit settles: accepted, or unchanged. An id that the platform gives to
 * another person now is that person's, once his row is accepted and the former holder is gone or claims it no
 * longer; one that several claim is nobody's, because a sign-in by it could be either's.
 */
export const settleIdentities = async (tx: Tx, run: Run): Promise<void> => {
  await collectClaims(tx, run);
  await tx.query(
    `delete from muster.remote_identity i using pg_temp.identity_claim c
     where c.shared and i.connection_id = $1 and i.kind = c.kind and i.value = c.value`,
    [run.connectionId],
  );
  await tx.query(
    `delete from muster.remote_identity i
     where i.connection_id = $1
       and i.remote_account_id in (select remote_account_id from pg_temp.identity_claim where settled)
       and not exists (select from pg_temp.identity_claim c where c.kind = i.kind and c.value = i.value
         and c.remote_account_id = i.remote_account_id)`,
    [run.connectionId],
  );
  await tx.query(
    `delete from muster.remote_identity i using pg_temp.identity_claim c, muster.remote_account holder
     where c.settled and not c.shared and i.connection_id = $2 and i.kind = c.kind and i.value = c.value
       and i.remote_account_id <> c.remote_account_id and holder.id = i.remote_account_id
       and (holder.gone_at is not null or exists (select from muster.fetched_account f
         where f.run_id = $1 and f.external_id = holder.external_id))`,
    [run.id, run.connectionId],
  );
  await tx.query(
    `insert into muster.remote_identity (tenant_id, connection_id, kind, value, remote_account_id)
     select muster.current_tenant(), $1, c.kind, c.value, c.remote_account_id from pg_temp.identity_claim c
     where c.settled and not c.shared
     order by c.kind, c.value
     on conflict (tenant_id, connection_id, kind, value) do nothing`,
    [run.connectionId],
  );
  await tx.query('drop table pg_temp.identity_claim');
};
