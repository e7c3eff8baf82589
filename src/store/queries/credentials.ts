import type { AccountId, AccountStatus, PasswordPolicy, TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { COUNT_FAILURES, failedFrom, type Throttled, throttledJson } from './throttle.ts';

/** What is known about a sign-in before the password is looked at. */
export interface SignInCandidate {
  readonly policy: PasswordPolicy;
  /** Under which failures of this account are counted; of the typed name when there is no such account. */
  readonly throttleKey: Buffer;
  /** Seconds until account and address may try again; 0 = now. */
  readonly lockedSeconds: number;
  readonly account: {
    readonly id: AccountId;
    readonly displayName: string;
    readonly status: AccountStatus;
    readonly passwordHash: string | null;
    readonly mustChange: boolean;
    readonly passwordChangedAt: Date | null;
  } | null;
}

interface CandidateRow {
  policy: PasswordPolicy;
  throttle_key: Buffer;
  locked_seconds: number;
  id: AccountId | null;
  display_name: string | null;
  status: AccountStatus | null;
  password_hash: string | null;
  must_change: boolean | null;
  changed_at: Date | null;
}

// A user name goes before a mobile number, and that before a mail; what two accounts share signs nobody in.
const FIND_CANDIDATE = {
  name: 'sign_in_candidate',
  text: `
    with by_name as materialized (
      select id from muster.account where tenant_id = $1 and user_name_key = muster.fold($2)
    ), by_mobile as materialized (
      select id from muster.account
      where tenant_id = $1 and mobile = $3 and status <> 'DELETED' and not exists (select from by_name) limit 2
    ), by_email as materialized (
      select id from muster.account
      where tenant_id = $1 and email_key = muster.fold($2) and status <> 'DELETED'
        and not exists (select from by_name) and not exists (select from by_mobile) limit 2
    ), found as materialized (
      select id from by_name
      union all select id from by_mobile where (select count(*) from by_mobile) = 1
      union all select id from by_email where (select count(*) from by_email) = 1
    ), throttle as materialized (
      select coalesce((select sha256(convert_to('account' || chr(10) || id, 'UTF8')) from found), $4::bytea) as key
    )
    select t.password_policy as policy, throttle.key as throttle_key,
      greatest(0, (
        select ceil(extract(epoch from max(s.locked_until) - clock_timestamp()))
        from muster.sign_in_throttle s where s.key in (throttle.key, $5::bytea)))::int as locked_seconds,
      a.id, a.display_name, a.status, c.password_hash, c.must_change, c.changed_at
    from muster.tenant t
    cross join throttle
    left join found on true
    left join muster.account a on a.tenant_id = $1 and a.id = found.id
    left join muster.account_credential c on c.tenant_id = $1 and c.account_id = a.id
    where t.id = $1`,
};

/**
 * Account, credential and throttle of somebody who wants to sign in, in one statement.
 * `null` when the tenant is gone.
 */
export const findSignInCandidate = async (
  db: Database,
  tenantId: TenantId,
  input: { userName: string; mobile: string; nameKey: Buffer; addressKey: Buffer },
): Promise<SignInCandidate | null> => {
  const params = [tenantId, input.userName, input.mobile, input.nameKey, input.addressKey];
  const [row] = await db.read<CandidateRow>(tenantId, FIND_CANDIDATE, params);
  return row === undefined ? null : candidateOf(row);
};

const FIND_BY_ACCOUNT = {
  name: 'password_candidate',
  text: `
    with throttle as materialized (select sha256(convert_to('account' || chr(10) || $2::text, 'UTF8')) as key)
    select t.password_policy as policy, throttle.key as throttle_key,
      greatest(0, (
        select ceil(extract(epoch from max(s.locked_until) - clock_timestamp()))
        from muster.sign_in_throttle s where s.key in (throttle.key, $3::bytea)))::int as locked_seconds,
      a.id, a.display_name, a.status, c.password_hash, c.must_change, c.changed_at
    from muster.tenant t
    cross join throttle
    left join muster.account a on a.tenant_id = $1 and a.id = $2::uuid
    left join muster.account_credential c on c.tenant_id = $1 and c.account_id = a.id
    where t.id = $1`,
};

/** As {@link findSignInCandidate}, for an account that is known. */
export const findPasswordCandidate = async (
  db: Database,
  tenantId: TenantId,
  input: { accountId: AccountId; addressKey: Buffer },
): Promise<SignInCandidate | null> => {
  const [row] = await db.read<CandidateRow>(tenantId, FIND_BY_ACCOUNT, [
    tenantId,
    input.accountId,
    input.addressKey,
  ]);
  return row === undefined ? null : candidateOf(row);
};

const candidateOf = (row: CandidateRow): SignInCandidate => ({
  policy: row.policy,
  throttleKey: row.throttle_key,
  lockedSeconds: row.locked_seconds,
  account:
    row.id === null || row.display_name === null || row.status === null
      ? null
      : {
          id: row.id,
          displayName: row.display_name,
          status: row.status,
          passwordHash: row.password_hash,
          mustChange: row.must_change ?? false,
          passwordChangedAt: row.changed_at,
        },
});

const RECORD_REFUSAL = {
  name: 'sign_in_refused',
  text: `
    with ${failedFrom('$1')}, counted as (${COUNT_FAILURES} returning locked_until), audited as (
      insert into muster.audit_event (tenant_id, id, action, object_type, object_id, result, reason_code)
      values (muster.current_tenant(), $2, $3, 'Account', $4, 'DENIED', $5)
    )
    select greatest(0, ceil(extract(epoch from max(locked_until) - clock_timestamp())))::int as seconds from counted`,
};

/** Counts the failures and writes the refused attempt into the audit trail, in one statement. */
export const recordRefusal = async (
  db: Database,
  context: ActorContext,
  input: {
    auditId: string;
    action: string;
    accountId: AccountId | null;
    reason: string;
    throttled: readonly Throttled[];
  },
): Promise<void> => {
  await db.write(context, RECORD_REFUSAL, [
    throttledJson(input.throttled),
    input.auditId,
    input.action,
    input.accountId,
    input.reason,
  ]);
};

/** Sets or replaces a password. `mustChange` makes the next sign-in ask for another one. */
export const savePassword = (
  tx: Tx,
  input: { accountId: AccountId; passwordHash: string; mustChange: boolean },
): Promise<number> =>
  tx.execute(
    `insert into muster.account_credential (tenant_id, account_id, password_hash, must_change)
     values (muster.current_tenant(), $1, $2, $3)
     on conflict (tenant_id, account_id) do update
       set password_hash = excluded.password_hash, must_change = excluded.must_change, changed_at = clock_timestamp()`,
    [input.accountId, input.passwordHash, input.mustChange],
  );

/** The same password under newer parameters; nothing happens when it was changed meanwhile. */
export const replaceHash = async (
  db: Database,
  context: ActorContext,
  input: { accountId: AccountId; oldHash: string; newHash: string },
): Promise<void> => {
  await db.write(
    context,
    `update muster.account_credential set password_hash = $3
     where tenant_id = muster.current_tenant() and account_id = $1 and password_hash = $2`,
    [input.accountId, input.oldHash, input.newHash],
  );
};

/** Lifts the lock of an account and forgets its failures. */
export const unlockAccount = (tx: Tx, accountId: AccountId): Promise<number> =>
  tx.execute(
    `delete from muster.sign_in_throttle where key = sha256(convert_to('account' || chr(10) || $1::text, 'UTF8'))`,
    [accountId],
  );

/** Id of the account that signs in by that name, case-folded; deleted ones have none. */
export const findAccountByUserName = async (
  db: Database,
  tenantId: TenantId,
  userName: string,
): Promise<AccountId | null> => {
  const rows = await db.read<{ id: AccountId }>(
    tenantId,
    'select id from muster.account where tenant_id = muster.current_tenant() and user_name_key = muster.fold($1)',
    [userName],
  );
  return rows[0]?.id ?? null;
};
