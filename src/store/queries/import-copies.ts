import type { ConnectionId, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

interface Seen {
  readonly runId: ImportRunId;
  readonly connectionId: ConnectionId;
}

const upsert = (kind: 'org_unit' | 'account'): { insert: string; update: string } => {
  const extra = kind === 'org_unit' ? ['parent_external_id'] : [];
  const name = kind === 'org_unit' ? 'f.name' : "f.value->>'name'";
  const values = extra.map((column) => `f.${column}, `).join('');
  const columns = extra.map((column) => `${column}, `).join('');
  return {
    insert: `
      insert into muster.remote_${kind}
        (tenant_id, id, connection_id, external_id, ${columns}name, value, content_hash, seen_run_id)
      select f.tenant_id, muster.new_id(), $2, f.external_id, ${values}${name}, f.value, f.content_hash, $1
      from muster.fetched_${kind} f
      where f.run_id = $1 and not exists (
        select from muster.remote_${kind} r where r.connection_id = $2 and r.external_id = f.external_id)`,
    update: `
      update muster.remote_${kind} r set seen_at = clock_timestamp(), seen_run_id = $1, gone_at = null,
        ${extra.map((column) => `${column} = f.${column}, `).join('')}name = ${name},
        value = f.value, content_hash = f.content_hash
      from muster.fetched_${kind} f
      where f.run_id = $1 and r.connection_id = $2 and r.external_id = f.external_id
        and r.seen_run_id is distinct from $1`,
  };
};

const COPIES = { orgUnits: upsert('org_unit'), accounts: upsert('account') } as const;

/** Brings the copies of a connection up to what a run has fetched. Nothing is ever marked as gone here. */
export const refreshCopies = async (tx: Tx, kind: keyof typeof COPIES, seen: Seen): Promise<void> => {
  await tx.query(COPIES[kind].update, [seen.runId, seen.connectionId]);
  await tx.query(COPIES[kind].insert, [seen.runId, seen.connectionId]);
};

/** Marks copies that a conclusive fetch did not bring. @returns how many are newly gone */
export const markGone = (tx: Tx, kind: 'orgUnits' | 'accounts', seen: Seen): Promise<number> =>
  tx.execute(
    `update muster.${kind === 'accounts' ? 'remote_account' : 'remote_org_unit'}
     set gone_at = clock_timestamp()
     where connection_id = $2 and gone_at is null and seen_run_id is distinct from $1`,
    [seen.runId, seen.connectionId],
  );

/**
 * Identities of the people that a run has brought. An id that the platform gives to another person now is that
 * person's: the former holder's copy lets it go.
 */
export const refreshIdentities = async (tx: Tx, seen: Seen): Promise<void> => {
  await tx.query(
    `create temporary table fetched_identity on commit drop as
     select distinct on (kind, value) kind, value, remote_account_id
     from (
       select named_id->>'kind' as kind, named_id->>'value' as value, r.id as remote_account_id, r.external_id
       from muster.remote_account r, jsonb_array_elements(r.value->'ids') as named_id
       where r.connection_id = $2 and r.seen_run_id = $1) as named
     order by kind, value, external_id collate "C"`,
    [seen.runId, seen.connectionId],
  );
  await tx.query('analyze pg_temp.fetched_identity');
  await tx.query(
    `delete from muster.remote_identity i
     using muster.remote_account r
     where r.id = i.remote_account_id and r.connection_id = $2 and r.seen_run_id = $1
       and not exists (select from pg_temp.fetched_identity f
         where f.kind = i.kind and f.value = i.value and f.remote_account_id = i.remote_account_id)`,
    [seen.runId, seen.connectionId],
  );
  await tx.query(
    `delete from muster.remote_identity i using pg_temp.fetched_identity f
     where i.connection_id = $1 and i.kind = f.kind and i.value = f.value
       and i.remote_account_id <> f.remote_account_id`,
    [seen.connectionId],
  );
  await tx.query(
    `insert into muster.remote_identity (tenant_id, connection_id, kind, value, remote_account_id)
     select muster.current_tenant(), $1, f.kind, f.value, f.remote_account_id from pg_temp.fetched_identity f
     where not exists (select from muster.remote_identity i
       where i.connection_id = $1 and i.kind = f.kind and i.value = f.value)`,
    [seen.connectionId],
  );
  await tx.query('drop table pg_temp.fetched_identity');
};
