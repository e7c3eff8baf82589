import type { ConnectionId, FieldMasters, PushRules, SyncPlanId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** Where a connection stands with its pushes. */
export interface PushStateRow {
  readonly connectionId: ConnectionId;
  /** Roster accounts in scope at the last full plan that was approved or had nothing to do. */
  readonly accountsInScope: number | null;
  readonly quarantinedAt: Date | null;
  readonly quarantineCode: string | null;
  readonly nextProbeAt: Date | null;
  readonly lastFullAt: Date | null;
}

/** `null` when nothing was ever planned for the connection. */
export const readPushState = async (
  db: Database,
  tenantId: TenantId,
  connectionId: ConnectionId,
): Promise<PushStateRow | null> => {
  const rows = await db.read<PushStateRow & Record<string, unknown>>(
    tenantId,
    `select connection_id as "connectionId", accounts_in_scope as "accountsInScope",
       quarantined_at as "quarantinedAt", quarantine_code as "quarantineCode", next_probe_at as "nextProbeAt",
       last_full_at as "lastFullAt"
     from muster.push_state where tenant_id = muster.current_tenant() and connection_id = $1`,
    [connectionId],
  );
  return rows[0] ?? null;
};

/** Roster accounts in scope at the last full plan, `null` when there was none. */
export const previousAccountsInScope = async (tx: Tx, connectionId: ConnectionId): Promise<number | null> => {
  const rows = await tx.query<{ accounts: number | null }>(
    `select accounts_in_scope as accounts from muster.push_state
     where tenant_id = muster.current_tenant() and connection_id = $1`,
    [connectionId],
  );
  return rows[0]?.accounts ?? null;
};

/**
 * Keeps the number of people that the next full plan is compared with (row W-DD-37), unless the shrink guard still
 * holds rows of this plan that nobody has decided about: then it must trip again.
 */
export const rememberAccountsInScope = (
  tx: Tx,
  full: { readonly planId: SyncPlanId; readonly connectionId: ConnectionId; readonly accounts: number },
): Promise<number> =>
  tx.execute(
    `insert into muster.push_state (tenant_id, connection_id, accounts_in_scope, last_full_at)
     select muster.current_tenant(), $2, $3, clock_timestamp()
     where not exists (select from muster.plan_operation o
       where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.planned_state = 'HELD'
         and o.decision is null and 'SHRINK_GUARD' = any (o.holds))
     on conflict (tenant_id, connection_id) do update
     set accounts_in_scope = excluded.accounts_in_scope, last_full_at = excluded.last_full_at`,
    [full.planId, full.connectionId, full.accounts],
  );

/** What the last full plan went by that was approved or had nothing to do, `null` when there was none. */
export const lastFullRules = async (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ readonly rules: PushRules; readonly masters: FieldMasters } | null> => {
  const rows = await tx.query<{ rules: PushRules; masters: FieldMasters }>(
    `select rules, coalesce(masters, '{}') as masters from muster.sync_plan
     where tenant_id = muster.current_tenant() and connection_id = $1 and kind = 'FULL' and rules is not null
       and (approved_at is not null or phase = 'EMPTY')
     order by id desc limit 1`,
    [connectionId],
  );
  return rows[0] ?? null;
};
