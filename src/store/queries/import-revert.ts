import type { ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import type { SearchableAccount } from './accounts-search.ts';
import { workInBulk } from './bulk.ts';
import { applyMembershipTargets, createMembershipTargets } from './import-commit-accounts.ts';
import { applyUnitChanges, createUnitChanges } from './import-commit-units.ts';
import { markConflicts, type RevertConflictCode } from './import-revert-conflicts.ts';

interface Run {
  readonly id: ImportRunId;
  readonly connectionId: string;
}

/*
 * What a committed run has done stands in the history: objects that it created carry its id, objects that it
 * changed have a previous version that it replaced. Both go into `revert_account` and `revert_unit`, each with the
 * state to restore, and with a conflict where somebody has built on what the run wrote.
 */
const ACCOUNTS = `
  create temporary table revert_account on commit drop as
  select a.id, 'DELETE'::text as kind, null::jsonb as data,
    case when a.changed_run_id is distinct from $1 then 'CHANGED_SINCE' end as conflict
  from muster.account a where a.created_run_id = $1
  union all
  select h.account_id, 'RESTORE', h.data,
    case when a.id is null or a.changed_run_id is distinct from $1 then 'CHANGED_SINCE' end
  from (select distinct on (account_id) account_id, data from muster.account_history
    where replaced_run_id = $1 and replaced_source in ('IMPORT', 'EVENT') and data->>'created_run_id' is distinct from $1::text
    order by account_id, version) h
  left join muster.account a on a.id = h.account_id`;

const UNITS = `
  create temporary table revert_unit on commit drop as
  select u.id, 'DELETE'::text as kind, null::jsonb as data,
    case when u.changed_run_id is distinct from $1 then 'CHANGED_SINCE' end as conflict
  from muster.org_unit u where u.created_run_id = $1
  union all
  select h.org_unit_id, 'RESTORE', h.data,
    case when u.id is null or u.changed_run_id is distinct from $1 then 'CHANGED_SINCE' end
  from (select distinct on (org_unit_id) org_unit_id, data from muster.org_unit_history
    where replaced_run_id = $1 and replaced_source in ('IMPORT', 'EVENT') and data->>'created_run_id' is distinct from $1::text
    order by org_unit_id, version) h
  left join muster.org_unit u on u.id = h.org_unit_id`;

// Memberships as they were before the run: those that it did not write, and those that it replaced or removed.
const SEATS = `
  create temporary table revert_seat on commit drop as
  select m.account_id, m.id, m.org_unit_id, m.leader, m.title, m.sort_order
  from muster.membership m join pg_temp.revert_account r on r.id = m.account_id and r.kind = 'RESTORE'
  where m.changed_run_id is distinct from $1
  union all
  select h.account_id, h.id, h.org_unit_id, (h.data->>'leader')::boolean, h.data->>'title',
    (h.data->>'sort_order')::numeric
  from muster.membership_history h join pg_temp.revert_account r on r.id = h.account_id and r.kind = 'RESTORE'
  where h.replaced_run_id = $1 and h.replaced_source in ('IMPORT', 'EVENT')`;

/** Computes what taking a run back means, into temporary tables of this transaction. */
export const computeRevert = async (tx: Tx, run: Run): Promise<void> => {
  await workInBulk(tx);
  await tx.query(ACCOUNTS, [run.id]);
  await tx.query(UNITS, [run.id]);
  await tx.query('create unique index on pg_temp.revert_account (id)');
  await tx.query('create unique index on pg_temp.revert_unit (id)');
  await tx.query(SEATS, [run.id]);
  await tx.query('create index on pg_temp.revert_seat (account_id)');
  await tx.query('analyze pg_temp.revert_account, pg_temp.revert_unit, pg_temp.revert_seat');
  await markConflicts(tx, run);
};

export interface RevertConflictRow {
  readonly objectType: 'ACCOUNT' | 'ORG_UNIT';
  readonly id: string;
  readonly name: string;
  readonly code: RevertConflictCode;
}

export interface RevertSummary {
  readonly accountsDeleted: number;
  readonly accountsRestored: number;
  readonly orgUnitsDeleted: number;
  readonly orgUnitsRestored: number;
  readonly conflictCount: number;
  /** The first hundred, units first, by name. */
  readonly conflicts: readonly RevertConflictRow[];
  /** Over everything that would be done; what a revert is given to make sure that it does just that. */
  readonly digest: string;
}

const SUMMARY = `
  with all_rows as materialized (
    select 'ACCOUNT' as object_type, r.id, r.kind, r.conflict,
      coalesce(a.display_name, r.data->>'display_name') as name, a.version
    from pg_temp.revert_account r left join muster.account a on a.id = r.id
    union all
    select 'ORG_UNIT', r.id, r.kind, r.conflict, coalesce(u.name, r.data->>'name'), u.version
    from pg_temp.revert_unit r left join muster.org_unit u on u.id = r.id)
  select
    count(*) filter (where object_type = 'ACCOUNT' and kind = 'DELETE' and conflict is null)::integer as "accountsDeleted",
    count(*) filter (where object_type = 'ACCOUNT' and kind = 'RESTORE' and conflict is null)::integer as "accountsRestored",
    count(*) filter (where object_type = 'ORG_UNIT' and kind = 'DELETE' and conflict is null)::integer as "orgUnitsDeleted",
    count(*) filter (where object_type = 'ORG_UNIT' and kind = 'RESTORE' and conflict is null)::integer as "orgUnitsRestored",
    count(*) filter (where conflict is not null)::integer as "conflictCount",
    coalesce((select jsonb_agg(jsonb_build_object('objectType', object_type, 'id', id, 'name', name, 'code', conflict)
        order by object_type desc, name, id)
      from (select * from all_rows where conflict is not null
        order by object_type desc, name, id limit 100) as listed), '[]') as conflicts,
    encode(sha256(convert_to(coalesce(string_agg(
      concat_ws(' ', object_type, id, kind, coalesce(conflict, '-'), version), E'\\n' order by object_type, id), ''),
      'UTF8')), 'hex') as digest
  from all_rows`;

export const summariseRevert = async (tx: Tx): Promise<RevertSummary> => {
  const rows = await tx.query<RevertSummary & Record<string, unknown>>(SUMMARY);
  const [summary] = rows;
  if (summary === undefined) throw new TypeError('an aggregate has one row');
  return summary;
};

/** Locks everything that a run has written, units before accounts, in the order of their ids. */
export const lockWritten = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  await tx.query(
    'select from muster.org_unit where changed_run_id = $1 or created_run_id = $1 order by id for no key update',
    [runId],
  );
  await tx.query(
    `select from muster.account where created_run_id = $1 or id in (
       select account_id from muster.account_history where replaced_run_id = $1)
     order by id for no key update`,
    [runId],
  );
};

const restoreSeats = async (tx: Tx): Promise<void> => {
  await createMembershipTargets(tx);
  await tx.query(
    `insert into pg_temp.membership_owner
     select id from pg_temp.revert_account where kind = 'RESTORE' and conflict is null`,
  );
  await tx.query(
    `insert into pg_temp.membership_target
     select s.account_id, s.id, s.org_unit_id, s.leader, s.title, s.sort_order from pg_temp.revert_seat s
     join pg_temp.membership_owner o on o.account_id = s.account_id`,
  );
  await applyMembershipTargets(tx);
};

/** Puts accounts back: fields and memberships of those that were changed, and away with those that were made. */
export const revertAccounts = async (tx: Tx, run: Run): Promise<void> => {
  await tx.query('set constraints muster.account_user_name deferred');
  await tx.query(
    `update muster.account a set user_name = o.user_name, display_name = o.display_name, status = o.status,
       email = o.email, mobile = o.mobile, job_number = o.job_number, title = o.title, manager_id = o.manager_id,
       primary_org_unit_id = o.primary_org_unit_id, attributes = o.attributes, status_reason = o.status_reason,
       deleted_at = o.deleted_at, restore_until = o.restore_until
     from pg_temp.revert_account r cross join jsonb_populate_record(null::muster.account, r.data) as o
     where a.id = r.id and r.kind = 'RESTORE' and r.conflict is null`,
  );
  await restoreSeats(tx);
  await tx.query(
    `delete from muster.account_link l using pg_temp.revert_account r
     where l.account_id = r.id and l.run_id = $1 and r.kind = 'RESTORE' and r.conflict is null`,
    [run.id],
  );
  await tx.query(
    `update muster.account_link l set agreed_hash = null, agreed_value = null from pg_temp.revert_account r
     where l.account_id = r.id and l.connection_id = $1 and r.kind = 'RESTORE' and r.conflict is null`,
    [run.connectionId],
  );
  await tx.query(
    `delete from muster.attribute_value where owner_id in (
       select id from pg_temp.revert_account where kind = 'DELETE' and conflict is null)`,
  );
  await tx.query(
    `delete from muster.account a using pg_temp.revert_account r
     where a.id = r.id and r.kind = 'DELETE' and r.conflict is null`,
  );
  await tx.query('set constraints muster.account_user_name immediate');
};

/** Links that the run made to accounts that it did not change. */
export const revertBareLinks = (tx: Tx, run: Run): Promise<number> =>
  tx.execute(
    `delete from muster.account_link l where l.run_id = $1
       and not exists (select from pg_temp.revert_account r where r.id = l.account_id)`,
    [run.id],
  );

/** Puts units back, made ones last, so that what had been moved below them has left. */
export const revertUnits = async (tx: Tx, run: Run): Promise<void> => {
  await createUnitChanges(tx);
  await tx.query(
    `insert into pg_temp.unit_change
     select o.id, o.parent_id, o.name, o.sort_order, o.status, o.attributes, o.deleted_at, o.restore_until,
       length(o.path) - length(replace(o.path, '.', '')), false
     from pg_temp.revert_unit r cross join jsonb_populate_record(null::muster.org_unit, r.data) as o
     where r.kind = 'RESTORE' and r.conflict is null`,
  );
  await tx.query(
    `delete from muster.org_unit_link l using pg_temp.revert_unit r
     where l.org_unit_id = r.id and l.run_id = $1 and r.conflict is null`,
    [run.id],
  );
  await tx.query(
    `update muster.org_unit_link l set agreed_hash = null, agreed_value = null from pg_temp.revert_unit r
     where l.org_unit_id = r.id and l.connection_id = $1 and r.kind = 'RESTORE' and r.conflict is null`,
    [run.connectionId],
  );
  await applyUnitChanges(tx, () =>
    tx.query(
      `delete from muster.org_unit u using pg_temp.revert_unit r
       where u.id = r.id and r.kind = 'DELETE' and r.conflict is null`,
    ),
  );
};

/** Restored accounts behind an id, in order, for their search rows to be written anew. */
export const restoredAccounts = (
  tx: Tx,
  page: { readonly after: string | null; readonly limit: number },
): Promise<SearchableAccount[]> =>
  tx.query<SearchableAccount & Record<string, unknown>>(
    `select a.id, a.display_name as "displayName", a.user_name as "userName", a.email, a.mobile,
       a.job_number as "jobNumber", a.attributes
     from muster.account a join pg_temp.revert_account r on r.id = a.id
     where r.kind = 'RESTORE' and r.conflict is null and ($1::uuid is null or a.id > $1)
     order by a.id limit $2`,
    [page.after, page.limit],
  );

export const markReverted = (tx: Tx, runId: ImportRunId): Promise<number> =>
  tx.execute(
    `update muster.import_run set phase = 'REVERTED', reverted_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1`,
    [runId],
  );

/** Owners of unique values that were put back. */
export const RESTORED = (table: 'revert_account' | 'revert_unit'): string =>
  `select id from pg_temp.${table} where kind = 'RESTORE' and conflict is null`;
