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
