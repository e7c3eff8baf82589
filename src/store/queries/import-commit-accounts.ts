import type { AttributeDefinition, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { AGREED_VERSION, agreedAfter } from './import-agreed.ts';
import { settleIdentities } from './import-identities.ts';

interface Run {
  readonly id: ImportRunId;
  readonly connectionId: string;
}

/**
 * Accepted rows with their fields as columns, and the managers among them who are or will be there: for one whose own
 * row was not accepted an account keeps the manager that it has, and the row that names him stays unsettled. Both are materialised, so that
 * they are joined set by set and not once for each row.
 */
const incoming = (condition: string): string => `
  incoming as materialized (
    select s.account_id, s.situation, s.base_version, n.*
    from muster.staged_account s
    cross join jsonb_to_record(s.after) as n("userName" text, "displayName" text, status text, email text,
      mobile text, "jobNumber" text, title text, "managerId" uuid, "primaryOrgUnitId" uuid, attributes jsonb)
    where s.run_id = $1 and s.decision = 'ACCEPTED' and ${condition}),
  managers as materialized (
    select wanted.id from (select distinct "managerId" as id from incoming where "managerId" is not null) as wanted
    where exists (select from muster.account a where a.id = wanted.id)
      or exists (select from muster.staged_account s where s.run_id = $1 and s.decision = 'ACCEPTED'
        and s.action = 'CREATE' and s.account_id = wanted.id))`;

/** Creates accounts, whole: fields, memberships, search rows, first passwords. @returns number of accounts */
export const createAccounts = async (tx: Tx, run: Run, passwordHash: string | null): Promise<number> => {
  const created = await tx.execute(
    `with ${incoming("s.action = 'CREATE'")}
     insert into muster.account (tenant_id, id, user_name, display_name, status, status_reason, email, mobile,
       job_number, title, manager_id, primary_org_unit_id, attributes)
     select muster.current_tenant(), n.account_id, n."userName", n."displayName", n.status,
       case when n.status = 'DISABLED' then 'REMOTE_INACTIVE' end, n.email, n.mobile, n."jobNumber", n.title,
       m.id, n."primaryOrgUnitId", n.attributes
     from incoming n left join managers m on m.id = n."managerId"`,
    [run.id],
  );
  if (created === 0) return 0;
  await tx.query(
    `insert into muster.membership (tenant_id, id, account_id, org_unit_id, leader, title, sort_order)
     select s.tenant_id, m.id, s.account_id, m."orgUnitId", m.leader, m.title, m."order"
     from muster.staged_account s
     cross join jsonb_to_recordset(s.after->'memberships')
       as m(id uuid, "orgUnitId" uuid, leader boolean, title text, "order" numeric(30, 0))
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action = 'CREATE'`,
    [run.id],
  );
  await tx.query(
    `insert into muster.account_search (tenant_id, account_id, search_text, grams)
     select tenant_id, account_id, search_text, search_grams from muster.staged_account
     where run_id = $1 and decision = 'ACCEPTED' and action = 'CREATE'`,
    [run.id],
  );
  if (passwordHash !== null) {
    await tx.query(
      `insert into muster.account_credential (tenant_id, account_id, password_hash, must_change)
       select tenant_id, account_id, $2, true from muster.staged_account
       where run_id = $1 and decision = 'ACCEPTED' and action = 'CREATE'`,
      [run.id, passwordHash],
    );
  }
  return created;
};

/**
 * Changes accounts. The version is asked for again: whoever was changed since the check is left alone, and the
 * caller sees the difference in the number.
 * @returns number of accounts
 */
export const updateAccounts = async (tx: Tx, run: Run): Promise<number> => {
  const updated = await tx.execute(
    `with ${incoming("s.action in ('UPDATE', 'MOVE', 'LINK', 'DISABLE') and s.changes <> '[]'")}
     update muster.account a set display_name = n."displayName", status = n.status, email = n.email,
       mobile = n.mobile, job_number = n."jobNumber", title = n.title,
       manager_id = coalesce(m.id, case when n."managerId" is not null then a.manager_id end),
       primary_org_unit_id = n."primaryOrgUnitId", attributes = n.attributes,
       status_reason = case when n.status = a.status then a.status_reason
         when n.status = 'DISABLED' then case when n.situation = 'DELETED' then 'LEFT_PLATFORM' else 'REMOTE_INACTIVE' end
         end
     from incoming n left join managers m on m.id = n."managerId"
     where a.id = n.account_id and a.version = n.base_version`,
    [run.id],
  );
  if (updated === 0) return 0;
  await tx.query(
    `insert into muster.account_search (tenant_id, account_id, search_text, grams)
     select tenant_id, account_id, search_text, search_grams from muster.staged_account
     where run_id = $1 and decision = 'ACCEPTED' and action in ('UPDATE', 'MOVE', 'LINK', 'DISABLE')
       and search_text is not null
     on conflict (tenant_id, account_id) do update
       set search_text = excluded.search_text, grams = excluded.grams`,
    [run.id],
  );
  return updated;
};

/** Number of accounts that the accepted rows change. */
export const acceptedUpdates = async (tx: Tx, runId: ImportRunId): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::integer as count from muster.staged_account
     where run_id = $1 and decision = 'ACCEPTED' and action in ('UPDATE', 'MOVE', 'LINK', 'DISABLE')
       and changes <> '[]'`,
    [runId],
  );
  return rows[0]?.count ?? 0;
};

/** Seats of `membership_target` (account_id, id, org_unit_id, leader, title, sort_order): written as a difference. */
export const applyMembershipTargets = async (tx: Tx): Promise<void> => {
  await tx.query('analyze pg_temp.membership_target');
  await tx.query(
    `delete from muster.membership m
     where m.account_id in (select account_id from pg_temp.membership_owner)
       and not exists (select from pg_temp.membership_target t
         where t.account_id = m.account_id and t.org_unit_id = m.org_unit_id)`,
  );
  await tx.query(
    `update muster.membership m set leader = t.leader, title = t.title, sort_order = t.sort_order
     from pg_temp.membership_target t
     where m.account_id = t.account_id and m.org_unit_id = t.org_unit_id
       and (m.leader, m.title, m.sort_order) is distinct from (t.leader, t.title, t.sort_order)`,
  );
  await tx.query(
    `insert into muster.membership (tenant_id, id, account_id, org_unit_id, leader, title, sort_order)
     select muster.current_tenant(), t.id, t.account_id, t.org_unit_id, t.leader, t.title, t.sort_order
     from pg_temp.membership_target t
     where not exists (select from muster.membership m
       where m.account_id = t.account_id and m.org_unit_id = t.org_unit_id)`,
  );
};

/** The accounts whose seats are written anew, and the seats that they will have. */
export const createMembershipTargets = async (tx: Tx): Promise<void> => {
  await tx.query('create temporary table membership_owner (account_id uuid primary key) on commit drop');
  await tx.query(
    `create temporary table membership_target (account_id uuid, id uuid, org_unit_id uuid, leader boolean,
       title text, sort_order numeric(30, 0), primary key (account_id, org_unit_id)) on commit drop`,
  );
};

/** Seats of accounts that the accepted rows move. */
export const updateMemberships = async (tx: Tx, run: Run): Promise<void> => {
  await createMembershipTargets(tx);
  const owners = await tx.execute(
    `insert into pg_temp.membership_owner select s.account_id from muster.staged_account s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('UPDATE', 'MOVE', 'LINK', 'DISABLE')
       and s.changes @> '[{"field":"memberships"}]'`,
    [run.id],
  );
  if (owners === 0) return;
  await tx.query(
    `insert into pg_temp.membership_target
     select s.account_id, m.id, m."orgUnitId", m.leader, m.title, m."order"
     from muster.staged_account s join pg_temp.membership_owner o on o.account_id = s.account_id
     cross join jsonb_to_recordset(s.after->'memberships')
       as m(id uuid, "orgUnitId" uuid, leader boolean, title text, "order" numeric(30, 0))
     where s.run_id = $1`,
    [run.id],
  );
  await applyMembershipTargets(tx);
};

// A row with issues, or whose manager is not there, has to be planned again at the next pull.
const AGREED = `case when s.issues = '[]' and a.manager_id is not distinct from (s.after->>'managerId')::uuid
  then s.content_hash end`;

/**
 * Links made and agreements renewed by the accepted rows, and the identities of everybody who is linked then.
 * `attributes` names the enabled attributes.
 */
export const linkAccounts = async (tx: Tx, run: Run, attributes: readonly string[]): Promise<void> => {
  const params = [run.id, run.connectionId, attributes];
  await tx.query(
    `insert into muster.account_link (tenant_id, id, connection_id, remote_account_id, account_id, origin,
       match_key, run_id, agreed_hash, agreed_version, agreed_value)
     select s.tenant_id, muster.new_id(), $2, s.remote_account_id, s.account_id,
       case when s.action = 'CREATE' then 'IMPORT' when s.match_key is null then 'MANUAL' else 'RULE' end,
       s.match_key, $1, ${AGREED}, ${AGREED_VERSION('a', 'null')}, ${agreedAfter('account', 'a')}
     from muster.staged_account s join muster.account a on a.id = s.account_id
     join muster.remote_account r on r.id = s.remote_account_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('CREATE', 'LINK')`,
    params,
  );
  await tx.query(
    `update muster.account_link l set agreed_hash = ${AGREED},
       agreed_version = ${AGREED_VERSION('a', 'l.agreed_version')},
       agreed_value = ${agreedAfter('account', 'a', "coalesce(l.agreed_value, '{}')")}
     from muster.staged_account s join muster.account a on a.id = s.account_id
     join muster.remote_account r on r.id = s.remote_account_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.situation = 'LINKED' and l.connection_id = $2
       and l.remote_account_id = s.remote_account_id and a.status <> 'DELETED'
       and (s.action <> 'NONE' or a.version = s.base_version)`,
    params,
  );
  await settleIdentities(tx, run);
};

/** Unique values of custom attributes, written anew for the given owners (a query of ids). */
export const rewriteUniqueValues = async (
  tx: Tx,
  table: 'account' | 'org_unit',
  what: {
    readonly owners: string;
    readonly params: readonly unknown[];
    readonly definitions: readonly AttributeDefinition[];
  },
): Promise<void> => {
  const at = what.params.length;
  for (const { id, name, unique } of what.definitions) {
    if (!unique) continue;
    await tx.query(
      `delete from muster.attribute_value where definition_id = $${at + 1} and owner_id in (${what.owners})`,
      [...what.params, id],
    );
    await tx.query(
      `insert into muster.attribute_value (tenant_id, definition_id, value, owner_id)
       select o.tenant_id, $${at + 1}, muster.fold(o.attributes->>$${at + 2}), o.id from muster.${table} o
       where o.id in (${what.owners}) and o.status <> 'DELETED' and o.attributes->>$${at + 2} is not null`,
      [...what.params, id, name],
    );
  }
};

/** Ends a run as committed. `committed_at` is the start of the transaction: what is later came later. */
export const markCommitted = (
  tx: Tx,
  runId: ImportRunId,
  by: { readonly id: string | null; readonly name: string },
): Promise<number> =>
  tx.execute(
    `update muster.import_run set phase = 'COMMITTED', committed_at = now(), committed_by_id = $2,
       committed_by_name = $3, ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1`,
    [runId, by.id, by.name],
  );
