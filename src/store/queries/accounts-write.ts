import type { Account, AccountId, OrgUnitId } from '../../domain/index.ts';
import { newId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** An account as edits need it. */
export interface AccountRecord extends Omit<Account, 'tenantId'> {
  readonly deletedAt: Date | null;
  readonly restoreUntil: Date | null;
}

const RECORD = `id, user_name as "userName", display_name as "displayName", status, email, mobile,
  job_number as "jobNumber", title, manager_id as "managerId", primary_org_unit_id as "primaryOrgUnitId",
  attributes, version, deleted_at as "deletedAt", restore_until as "restoreUntil"`;

/** Accounts by id, locked against change until the transaction ends, in the order of their ids. */
export const lockAccounts = (tx: Tx, ids: readonly AccountId[]): Promise<AccountRecord[]> =>
  tx.query<AccountRecord & Record<string, unknown>>(
    {
      name: 'accounts_lock',
      text: `select ${RECORD} from muster.account
        where tenant_id = $1 and id = any ($2::uuid[]) order by id for no key update`,
    },
    [tx.context.tenantId, ids],
  );

export type NewAccount = Omit<Account, 'tenantId' | 'status' | 'version'>;

export const insertAccount = async (tx: Tx, account: NewAccount): Promise<void> => {
  await tx.execute(
    {
      name: 'account_insert',
      text: `insert into muster.account (tenant_id, id, user_name, display_name, email, mobile, job_number, title,
          manager_id, primary_org_unit_id, attributes)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    },
    [
      tx.context.tenantId,
      account.id,
      account.userName,
      account.displayName,
      account.email,
      account.mobile,
      account.jobNumber,
      account.title,
      account.managerId,
      account.primaryOrgUnitId,
      JSON.stringify(account.attributes),
    ],
  );
};

const COLUMNS = {
  userName: 'user_name',
  displayName: 'display_name',
  status: 'status',
  statusReason: 'status_reason',
  email: 'email',
  mobile: 'mobile',
  jobNumber: 'job_number',
  title: 'title',
  managerId: 'manager_id',
  primaryOrgUnitId: 'primary_org_unit_id',
  attributes: 'attributes',
  deletedAt: 'deleted_at',
  restoreUntil: 'restore_until',
} as const;
export type AccountChange = { readonly [Field in keyof typeof COLUMNS]?: unknown };

/** One UPDATE of the given fields. With none it still makes a new version: its memberships have changed. */
export const updateAccountRow = async (tx: Tx, id: AccountId, change: AccountChange): Promise<void> => {
  const values: unknown[] = [tx.context.tenantId, id];
  const sets = ['id = id'];
  for (const [field, column] of Object.entries(COLUMNS)) {
    const value = change[field as keyof typeof COLUMNS];
    if (value === undefined) continue;
    values.push(field === 'attributes' ? JSON.stringify(value) : value);
    sets.push(`${column} = $${values.length}`);
  }
  await tx.execute(`update muster.account set ${sets.join(', ')} where tenant_id = $1 and id = $2`, values);
};

/** Status that account `a` had when it was deleted, by its history. */
export const STATUS_BEFORE_DELETION = `coalesce((select h.data ->> 'status' from muster.account_history h
  where h.tenant_id = a.tenant_id and h.account_id = a.id and h.data ->> 'status' <> 'DELETED'
  order by h.version desc limit 1), 'ACTIVE')`;

/** Brings a deleted account back, with the status that it had. */
export const restoreAccountRow = (tx: Tx, id: AccountId): Promise<number> =>
  tx.execute(
    `update muster.account a set status = ${STATUS_BEFORE_DELETION}, deleted_at = null, restore_until = null
     where a.tenant_id = $1 and a.id = $2`,
    [tx.context.tenantId, id],
  );

export interface MembershipRecord {
  readonly id: string;
  readonly orgUnitId: OrgUnitId;
  readonly leader: boolean;
  readonly title: string | null;
  /** Decimal text. */
  readonly order: string;
}

export const membershipsOf = (tx: Tx, accountId: AccountId): Promise<MembershipRecord[]> =>
  tx.query<MembershipRecord & Record<string, unknown>>(
    `select id, org_unit_id as "orgUnitId", leader, title, sort_order::text as "order" from muster.membership
     where tenant_id = $1 and account_id = $2 order by sort_order, id`,
    [tx.context.tenantId, accountId],
  );

export interface NewMembership {
  readonly orgUnitId: OrgUnitId;
  readonly leader?: boolean;
  readonly title?: string | null;
  readonly order?: string;
}

/** Adds a membership, or changes the given fields of the one that exists. */
export const putMembership = async (
  tx: Tx,
  accountId: AccountId,
  membership: NewMembership,
): Promise<void> => {
  await tx.execute(
    `insert into muster.membership as m (tenant_id, id, account_id, org_unit_id, leader, title, sort_order)
     values ($1, $2, $3, $4, coalesce($5::boolean, false), $6, coalesce($7::numeric, 0))
     on conflict (tenant_id, account_id, org_unit_id) do update set leader = coalesce($5::boolean, m.leader),
       title = case when $8::boolean then $6 else m.title end, sort_order = coalesce($7::numeric, m.sort_order)
     where (m.leader, m.title, m.sort_order) is distinct from (coalesce($5::boolean, m.leader),
       case when $8::boolean then $6 else m.title end, coalesce($7::numeric, m.sort_order))`,
    [
      tx.context.tenantId,
      newId<'Membership'>(),
      accountId,
      membership.orgUnitId,
      membership.leader ?? null,
      membership.title ?? null,
      membership.order ?? null,
      membership.title !== undefined,
    ],
  );
};

export const deleteMemberships = (
  tx: Tx,
  accountId: AccountId,
  orgUnitIds: readonly OrgUnitId[],
): Promise<number> =>
  tx.execute(
    'delete from muster.membership where tenant_id = $1 and account_id = $2 and org_unit_id = any ($3::uuid[])',
    [tx.context.tenantId, accountId, orgUnitIds],
  );

/**
 * The line of managers above an account, nearest first, at most `limit` of them. Ends early at a circle.
 */
export const managersAbove = (
  tx: Tx,
  accountId: AccountId,
  limit: number,
): Promise<{ id: AccountId; displayName: string }[]> =>
  tx.query(
    `with recursive line as (
       select id, display_name, manager_id, 0 as level from muster.account where tenant_id = $1 and id = $2
       union all
       select a.id, a.display_name, a.manager_id, line.level + 1 from line
         join muster.account a on a.tenant_id = $1 and a.id = line.manager_id where line.level < $3
     ) cycle id set looped using walked
     select id, display_name as "displayName" from line where not looped order by level`,
    [tx.context.tenantId, accountId, limit],
  );

/** Accounts that count against the quota. */
export const countedAccounts = async (tx: Tx): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    "select count(*)::int as count from muster.account where tenant_id = $1 and status <> 'DELETED'",
    [tx.context.tenantId],
  );
  return rows[0]?.count ?? 0;
};

/** Ends every session of an account; what it has signed in with is refused from then on. */
export const revokeSessionsOf = (tx: Tx, accountIds: readonly AccountId[], reason: string): Promise<number> =>
  tx.execute(
    `update muster.session set revoked_at = clock_timestamp(), revoked_reason = $3
     where tenant_id = $1 and account_id = any ($2::uuid[]) and revoked_at is null`,
    [tx.context.tenantId, accountIds, reason],
  );

/** Roles of an account; a privileged one is protected from lesser administrators. */
export const rolesOf = (
  tx: Tx,
  accountId: AccountId,
): Promise<{ role: string; orgUnitId: OrgUnitId | null }[]> =>
  tx.query(
    'select role, org_unit_id as "orgUnitId" from muster.role_grant where tenant_id = $1 and account_id = $2',
    [tx.context.tenantId, accountId],
  );

/**
 * Owners whose account is active, apart from one. From this call on no other transaction of the tenant gets past
 * it until this one ends: two owners who leave at once, one disabled and one losing the role, would each still
 * see the other.
 */
export const otherActiveOwners = async (tx: Tx, accountId: AccountId): Promise<number> => {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('owners ' || $1, 0))", [tx.context.tenantId]);
  const rows = await tx.query(
    `select g.account_id from muster.role_grant g
     join muster.account a on a.tenant_id = g.tenant_id and a.id = g.account_id and a.status = 'ACTIVE'
     where g.tenant_id = $1 and g.role = 'OWNER' and g.account_id <> $2 order by g.account_id`,
    [tx.context.tenantId, accountId],
  );
  return rows.length;
};
