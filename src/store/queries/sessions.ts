import type { AccountId, OrgUnitId, Role, SessionId, TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** A session to be opened. Only digests of tokens are ever handed to the store. */
export interface NewSession {
  readonly sessionId: SessionId;
  readonly accountId: AccountId;
  readonly refreshDigest: Buffer;
  readonly refreshSeconds: number;
  readonly sessionSeconds: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** How the person proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** Failures of the account; a lock that came up meanwhile refuses, otherwise they are forgotten. */
  readonly throttleKey: Buffer | null;
  readonly auditId: string;
}

const OPEN_SESSION = {
  name: 'open_session',
  text: `
    with opened as (
      insert into muster.session (tenant_id, id, account_id, expires_at, address, user_agent, amr)
      select a.tenant_id, $2, a.id, clock_timestamp() + make_interval(secs => $5), $6::inet, $7, $8::text[]
      from muster.account a
      where a.tenant_id = $1 and a.id = $3 and a.status = 'ACTIVE' and not exists (
        select from muster.sign_in_throttle t where t.key = $9::bytea and t.locked_until > clock_timestamp())
      returning id, account_id
    ), issued as (
      insert into muster.refresh_token (tenant_id, digest, session_id, expires_at)
      select $1, $4::bytea, id, clock_timestamp() + make_interval(secs => least($10::double precision, $5)) from opened
    ), forgotten as (
      delete from muster.sign_in_throttle where key = $9::bytea and exists (select from opened)
    ), audited as (
      insert into muster.audit_event (tenant_id, id, action, object_type, object_id, result, reason_code, details)
      select $1, $11, 'session.open', 'Account', $3::text,
        case when exists (select from opened) then 'OK' else 'DENIED' end,
        case when not exists (select from opened) then 'NOT_ACTIVE_OR_LOCKED' end,
        jsonb_build_object('sessionId', (select id from opened), 'amr', to_jsonb($8::text[]))
    )
    select account_id from opened`,
};

/** Session, refresh token, audit event and the end of the failure count in one statement; false = refused. */
export const openSession = async (
  db: Database,
  context: ActorContext,
  session: NewSession,
): Promise<boolean> => {
  const rows = await db.write(context, OPEN_SESSION, [
    context.tenantId,
    session.sessionId,
    session.accountId,
    session.refreshDigest,
    session.sessionSeconds,
    session.address,
    session.userAgent,
    session.amr,
    session.throttleKey,
    session.refreshSeconds,
    session.auditId,
  ]);
  return rows.length === 1;
};

export type RefreshOutcome =
  | { readonly kind: 'ROTATED'; readonly accountId: AccountId; readonly sessionId: SessionId }
  /** The token had been used before: its session is revoked now. */
  | { readonly kind: 'REUSED'; readonly sessionId: SessionId }
  | { readonly kind: 'INVALID' };

/**
 * `revoked_at is null`, in words that the planner does not connect with the partial index of an account's sessions:
 * without statistics it believes that hardly any row has a null, and walks all sessions of the tenant by that index.
 */
const notRevoked = (alias: string): string => `coalesce(${alias}.revoked_at, 'infinity') = 'infinity'`;

// Of several who present one token at once exactly one finds it unused: the row lock queues them, and the others
// see `used_at` set when they get it. The snapshot of `known` may be older than that, which does not matter: a
// token that exists and could not be taken has been taken by somebody else.
const ROTATE = {
  name: 'rotate_refresh_token',
  text: `
    with known as materialized (
      select session_id, expires_at > clock_timestamp() as alive
      from muster.refresh_token where tenant_id = $1 and digest = $2::bytea
    ), taken as (
      update muster.refresh_token set used_at = clock_timestamp()
      where tenant_id = $1 and digest = $2::bytea and used_at is null and expires_at > clock_timestamp()
      returning session_id
    ), reused as materialized (
      select session_id from known where alive and not exists (select from taken)
    ), continued as (
      update muster.session s set last_used_at = clock_timestamp()
      where s.tenant_id = $1 and s.id = (select session_id from taken) and ${notRevoked('s')}
        and s.expires_at > clock_timestamp()
        and (select a.status from muster.account a where a.tenant_id = $1 and a.id = s.account_id) = 'ACTIVE'
      returning s.id, s.account_id, s.expires_at
    ), issued as (
      insert into muster.refresh_token (tenant_id, digest, session_id, expires_at)
      select $1, $3::bytea, id, least(expires_at, clock_timestamp() + make_interval(secs => $4)) from continued
    ), revoked as (
      update muster.session s set revoked_at = clock_timestamp(), revoked_reason = 'REFRESH_TOKEN_REUSED'
      where s.tenant_id = $1 and s.id = (select session_id from reused) and ${notRevoked('s')}
      returning s.id, s.account_id
    ), audited as (
      insert into muster.audit_event (tenant_id, id, action, object_type, object_id, result, reason_code, details)
      select $1, $5, 'session.refresh', 'Account', account_id::text, 'DENIED', 'REFRESH_TOKEN_REUSED',
        jsonb_build_object('sessionId', id) from revoked
    )
    select 'ROTATED' as kind, id as session_id, account_id from continued
    union all select 'REUSED', session_id, null from reused`,
};

/** Exchanges a refresh token for its successor in one statement; a token that comes twice ends its session. */
export const rotateRefreshToken = async (
  db: Database,
  context: ActorContext,
  input: { digest: Buffer; nextDigest: Buffer; refreshSeconds: number; auditId: string },
): Promise<RefreshOutcome> => {
  const [row] = await db.write<{ kind: 'ROTATED' | 'REUSED'; session_id: SessionId; account_id: AccountId }>(
    context,
    ROTATE,
    [context.tenantId, input.digest, input.nextDigest, input.refreshSeconds, input.auditId],
  );
  if (row === undefined) return { kind: 'INVALID' };
  if (row.kind === 'REUSED') return { kind: 'REUSED', sessionId: row.session_id };
  return { kind: 'ROTATED', accountId: row.account_id, sessionId: row.session_id };
};

/** What a living session may do. */
export interface SessionState {
  readonly accountId: AccountId;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly subtree: OrgUnitId | null;
  readonly expiresAt: Date;
}

const SESSION_STATE = {
  name: 'session_state',
  text: `
    select s.account_id, a.display_name, s.expires_at,
      array(select g.role from muster.role_grant g where g.tenant_id = $1 and g.account_id = a.id) as roles,
      (select g.org_unit_id from muster.role_grant g
        where g.tenant_id = $1 and g.account_id = a.id and g.role = 'DIRECTORY_ADMIN') as subtree
    from muster.session s
    join muster.account a on a.tenant_id = s.tenant_id and a.id = s.account_id
    where s.tenant_id = $1 and s.id = $2 and ${notRevoked('s')} and s.expires_at > clock_timestamp()
      and a.status = 'ACTIVE'`,
};

/** `null` when the session is over or its account is not active. */
export const findSessionState = async (
  db: Database,
  tenantId: TenantId,
  sessionId: SessionId,
): Promise<SessionState | null> => {
  const [row] = await db.read<{
    account_id: AccountId;
    display_name: string;
    expires_at: Date;
    roles: Role[];
    subtree: OrgUnitId | null;
  }>(tenantId, SESSION_STATE, [tenantId, sessionId]);
  if (row === undefined) return null;
  return {
    accountId: row.account_id,
    name: row.display_name,
    roles: row.roles,
    subtree: row.subtree,
    expiresAt: row.expires_at,
  };
};

/** A session as its owner or an administrator sees it. */
export interface SessionRow {
  readonly id: SessionId;
  readonly accountId: AccountId;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly amr: readonly string[];
}

const LIST_SESSIONS = {
  name: 'sessions_of_account',
  text: `
    select id, account_id as "accountId", created_at as "createdAt", last_used_at as "lastUsedAt",
      expires_at as "expiresAt", host(address) as address, user_agent as "userAgent", amr
    from muster.session
    where tenant_id = $1 and account_id = $2 and revoked_at is null and expires_at > clock_timestamp()
    order by id desc limit 200`,
};

/** Living sessions of one account, newest first, 200 at most. */
export const listSessions = (db: Database, tenantId: TenantId, accountId: AccountId): Promise<SessionRow[]> =>
  db.read<SessionRow>(tenantId, LIST_SESSIONS, [tenantId, accountId]);

/** Account of a session that is not revoked; `null` when there is none. */
export const findSessionOwner = async (
  db: Database,
  tenantId: TenantId,
  sessionId: SessionId,
): Promise<AccountId | null> => {
  const [row] = await db.read<{ account_id: AccountId }>(
    tenantId,
    `select s.account_id from muster.session s where s.tenant_id = $1 and s.id = $2 and ${notRevoked('s')}`,
    [tenantId, sessionId],
  );
  return row?.account_id ?? null;
};

/** Ends sessions of one account: one, all, or all but one. Returns how many were ended. */
export const revokeSessions = (
  tx: Tx,
  input: { accountId: AccountId; reason: string; only?: SessionId; except?: SessionId },
): Promise<number> =>
  tx.execute(
    `update muster.session set revoked_at = clock_timestamp(), revoked_reason = $2
     where tenant_id = muster.current_tenant() and account_id = $1 and revoked_at is null
       and ($3::uuid is null or id = $3) and ($4::uuid is null or id <> $4)`,
    [input.accountId, input.reason, input.only ?? null, input.except ?? null],
  );

/** Removes sessions that ended more than 30 days ago, and refresh tokens past their time; a job calls it. */
export const purgeSessions = (tx: Tx): Promise<number> =>
  tx.execute(
    `with expired as (
       delete from muster.refresh_token where tenant_id = muster.current_tenant() and expires_at < clock_timestamp())
     delete from muster.session where tenant_id = muster.current_tenant()
       and least(revoked_at, expires_at) < clock_timestamp() - interval '30 days'`,
  );
