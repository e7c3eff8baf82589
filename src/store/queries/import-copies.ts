import type { ConnectionId, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { SEEN_AT, SEEN_RUN_ID } from './copies-seen.ts';

interface Seen {
  readonly runId: ImportRunId;
  readonly connectionId: ConnectionId;
}

const statements = (kind: 'org_unit' | 'account') => {
  const extra = kind === 'org_unit' ? ['parent_external_id'] : [];
  const name = kind === 'org_unit' ? 'f.name' : "f.value->>'name'";
  // A name that is not shown is still the one by which the object is known.
  const named = `case when f.value ? 'name' then ${name} else r.name end`;
  const values = extra.map((column) => `f.${column}, `).join('');
  const columns = extra.map((column) => `${column}, `).join('');
  return {
    // Before the pull before is forgotten: those whom this one misses first were seen by that one.
    miss: `
      update muster.remote_${kind} r set missed_run_id = $1, seen_run_id = ${SEEN_RUN_ID}, seen_at = ${SEEN_AT}
      from (values (1)) as one left join muster.copies_seen c
        on c.connection_id = $2 and c.kind = '${kind.toUpperCase()}'
      where r.connection_id = $2 and r.missed_run_id is null and not exists (
        select from muster.fetched_${kind} f where f.run_id = $1 and f.external_id = r.external_id)`,
    update: `
      update muster.remote_${kind} r set seen_at = clock_timestamp(), seen_run_id = $1, gone_at = null,
        missed_run_id = null, ${extra.map((column) => `${column} = f.${column}, `).join('')}name = ${named},
        value = f.value, content_hash = f.content_hash
      from muster.fetched_${kind} f
      where f.run_id = $1 and r.connection_id = $2 and r.external_id = f.external_id
        and (r.content_hash <> f.content_hash or r.gone_at is not null or r.missed_run_id is not null)`,
    insert: `
      insert into muster.remote_${kind}
        (tenant_id, id, connection_id, external_id, ${columns}name, value, content_hash, seen_run_id)
      select f.tenant_id, muster.new_id(), $2, f.external_id, ${values}${name}, f.value, f.content_hash, $1
      from muster.fetched_${kind} f
      where f.run_id = $1 and not exists (
        select from muster.remote_${kind} r where r.connection_id = $2 and r.external_id = f.external_id)`,
    seen: `
      insert into muster.copies_seen as c (tenant_id, connection_id, kind, run_id)
      values (muster.current_tenant(), $2, '${kind.toUpperCase()}', $1)
      on conflict (tenant_id, connection_id, kind) do update
        set run_id = excluded.run_id, seen_at = clock_timestamp()`,
  };
};

const COPIES = { orgUnits: statements('org_unit'), accounts: statements('account') } as const;

/**
 * Brings the copies of a connection up to what a run has fetched; who is as he was is not touched. Nothing is ever
 * marked as gone here.
 */
export const refreshCopies = async (tx: Tx, kind: keyof typeof COPIES, seen: Seen): Promise<void> => {
  const { miss, update, insert, seen: note } = COPIES[kind];
  for (const statement of [miss, update, insert, note]) {
    await tx.query(statement, [seen.runId, seen.connectionId]);
  }
};

/** Marks copies that a conclusive fetch, the last to refresh them, did not bring. @returns how many are newly gone */
export const markGone = (
  tx: Tx,
  kind: 'orgUnits' | 'accounts',
  connectionId: ConnectionId,
): Promise<number> =>
  tx.execute(
    `update muster.${kind === 'accounts' ? 'remote_account' : 'remote_org_unit'}
     set gone_at = clock_timestamp()
     where connection_id = $1 and gone_at is null and missed_run_id is not null`,
    [connectionId],
  );
