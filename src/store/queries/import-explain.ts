import type { AccountId, ConnectionId, ImportRunId, RemoteAccountId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { SEEN_ACCOUNTS, SEEN_AT, SEEN_RUN_ID } from './copies-seen.ts';
import { ACCOUNT_VIEW, type StagedAccountView } from './import-rows.ts';
import type { ImportGuard } from './import-runs.ts';
import { BELIEVED } from './seen-copies.ts';

/** The copy of a person, and whom it is linked to. */
export interface RemoteAccountRow {
  readonly id: RemoteAccountId;
  readonly connectionId: ConnectionId;
  readonly externalId: string;
  readonly name: string | null;
  readonly value: Readonly<Record<string, unknown>>;
  /** Fields that Muster has written and the platform does not show; attributes as `attributes.name`. */
  readonly believed: readonly string[];
  readonly seenAt: Date;
  readonly seenRunId: ImportRunId | null;
  readonly goneAt: Date | null;
  readonly accountId: AccountId | null;
}

export const selectRemoteAccount = async (
  db: Database,
  tenantId: TenantId,
  id: RemoteAccountId,
): Promise<RemoteAccountRow | null> => {
  const rows = await db.read<RemoteAccountRow & Record<string, unknown>>(
    tenantId,
    `select r.id, r.connection_id as "connectionId", r.external_id as "externalId", r.name, r.value,
       ${BELIEVED} as believed, ${SEEN_AT} as "seenAt", ${SEEN_RUN_ID} as "seenRunId", r.gone_at as "goneAt", l.account_id as "accountId"
     from muster.remote_account r ${SEEN_ACCOUNTS}
     left join muster.account_link l on l.remote_account_id = r.id
     where r.tenant_id = muster.current_tenant() and r.id = $1`,
    [id],
  );
  return rows[0] ?? null;
};

/** The latest run that staged the connection's people, and the row that it has of this person, if any. */
export const selectLatestRow = async (
  db: Database,
  tenantId: TenantId,
  remote: Pick<RemoteAccountRow, 'id' | 'connectionId'>,
): Promise<{
  readonly runId: ImportRunId;
  readonly guard: ImportGuard | null;
  readonly row: StagedAccountView | null;
} | null> => {
  const runs = await db.read<{ runId: ImportRunId; guard: ImportGuard | null }>(
    tenantId,
    `select id as "runId", guard from muster.import_run
     where tenant_id = muster.current_tenant() and connection_id = $1 and staged_at is not null
       and scope <> 'ORG_UNITS'
       and (kind = 'WHOLE' or exists (select from muster.staged_account s
         where s.run_id = import_run.id and s.remote_account_id = $2))
     order by id desc limit 1`,
    [remote.connectionId, remote.id],
  );
  const [run] = runs;
  if (run === undefined) return null;
  const rows = await db.read<StagedAccountView & Record<string, unknown>>(
    tenantId,
    `select ${ACCOUNT_VIEW} from muster.staged_account s join muster.import_run r on r.id = s.run_id
     where s.tenant_id = muster.current_tenant() and s.run_id = $1 and s.remote_account_id = $2`,
    [run.runId, remote.id],
  );
  return { ...run, row: rows[0] ?? null };
};
