import type {
  AccountId,
  AccountStatus,
  AgreedAccount,
  AgreedOrgUnit,
  Attributes,
  ConnectionId,
  OrgUnitId,
  RemoteAccountValue,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { SEEN, SEEN_PERSON } from './seen-copies.ts';

/** A unit of the roster, as a plan is made of it. */
export interface PushUnitRow {
  readonly id: OrgUnitId;
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  readonly order: string;
  readonly deleted: boolean;
  readonly version: number;
  /** Platform id of the unit that it is linked to. */
  readonly externalId: string | null;
  /** Version at which both last agreed. */
  readonly agreedVersion: number | null;
  /** What both last agreed on, field by field; `null` unless it was asked for. */
  readonly agreedValue: AgreedOrgUnit | null;
}

/** The whole tree; deleted units only when they are linked. With `merges` what both last agreed on is read as well. */
export const readPushUnits = (tx: Tx, connectionId: ConnectionId, merges = false): Promise<PushUnitRow[]> =>
  tx.query<PushUnitRow & Record<string, unknown>>(
    `select u.id, u.parent_id as "parentId", u.name, u.sort_order::text as "order", u.status = 'DELETED' as deleted,
       u.version, r.external_id as "externalId", l.agreed_version as "agreedVersion",
       ${merges ? 'l.agreed_value' : 'null::jsonb'} as "agreedValue"
     from muster.org_unit u
     left join muster.org_unit_link l
       on l.tenant_id = u.tenant_id and l.connection_id = $1 and l.org_unit_id = u.id
     left join muster.remote_org_unit r on r.tenant_id = l.tenant_id and r.id = l.remote_org_unit_id
     where u.tenant_id = muster.current_tenant() and (u.status = 'ACTIVE' or l.id is not null)
     order by u.id`,
    [connectionId],
  );

/** A unit of the platform, as last seen over what is believed. */
export interface RemoteUnitRow {
  readonly externalId: string;
  readonly parentExternalId: string | null;
  readonly name: string;
  readonly order: string | null;
  readonly leaderExternalIds: readonly string[] | null;
  readonly hash: string;
  readonly gone: boolean;
}

export const readRemoteUnits = (tx: Tx, connectionId: ConnectionId): Promise<RemoteUnitRow[]> =>
  tx.query<RemoteUnitRow & Record<string, unknown>>(
    `select r.external_id as "externalId", r.parent_external_id as "parentExternalId", r.name,
       ${SEEN}->>'order' as "order", ${SEEN}->'leaderExternalIds' as "leaderExternalIds",
       encode(r.content_hash, 'hex') as hash, r.gone_at is not null as gone
     from muster.remote_org_unit r
     where r.tenant_id = muster.current_tenant() and r.connection_id = $1 order by r.external_id`,
    [connectionId],
  );

/** A person of the roster, as a plan is made of it. */
export interface PushAccountRow {
  readonly id: AccountId;
  readonly version: number;
  readonly status: AccountStatus;
  readonly statusSince: Date | null;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly mobile: string | null;
  readonly jobNumber: string | null;
  readonly title: string | null;
  readonly managerId: AccountId | null;
  readonly primaryOrgUnitId: OrgUnitId;
  readonly attributes: Attributes;
  /** Unit, whether the account leads it, position; by unit. */
  readonly memberships: readonly (readonly [OrgUnitId, boolean, string])[];
  readonly externalId: string | null;
  readonly agreedVersion: number | null;
  /** How the account was then; `null` unless it has changed since. */
  readonly agreedFields: Pick<
    PushAccountRow,
    'userName' | 'displayName' | 'email' | 'mobile' | 'jobNumber' | 'title' | 'managerId' | 'attributes'
  > | null;
  /** What both last agreed on, field by field; `null` unless it was asked for. */
  readonly agreedValue: AgreedAccount | null;
}

// Since when somebody may not be there: the end of the last version in which the account was in use. What was never
// in use is so since it was made.
const STATUS_SINCE = `case when a.status <> 'ACTIVE' and l.id is not null then coalesce(
  (select max(h.valid_to) from muster.account_history h
   where h.tenant_id = a.tenant_id and h.account_id = a.id and h.data->>'status' = 'ACTIVE'), a.created_at) end`;

const AGREED_FIELDS = `case when l.agreed_version < a.version then (
  select json_build_object('userName', h.data->'user_name', 'displayName', h.data->'display_name',
    'email', h.data->'email', 'mobile', h.data->'mobile', 'jobNumber', h.data->'job_number',
    'title', h.data->'title', 'managerId', h.data->'manager_id', 'attributes', h.data->'attributes')
  from muster.account_history h
  where h.tenant_id = a.tenant_id and h.account_id = a.id and h.version = l.agreed_version) end`;

const MEMBERSHIPS = `json_agg(json_build_array(m.org_unit_id, m.leader, m.sort_order::text) order by m.org_unit_id)`;

const ACCOUNTS = (some: boolean, merges: boolean): string => `
  select a.id, a.version, a.status, ${STATUS_SINCE} as "statusSince", a.user_name as "userName",
    a.display_name as "displayName", a.email, a.mobile, a.job_number as "jobNumber", a.title,
    a.manager_id as "managerId", a.primary_org_unit_id as "primaryOrgUnitId", a.attributes,
    coalesce(ms.memberships, '[]') as memberships, r.external_id as "externalId",
    l.agreed_version as "agreedVersion", ${AGREED_FIELDS} as "agreedFields",
    ${merges ? 'l.agreed_value' : 'null::jsonb'} as "agreedValue"
  from muster.account a
  left join (
    select m.account_id, ${MEMBERSHIPS} as memberships from muster.membership m
    where m.tenant_id = muster.current_tenant() ${some ? 'and m.account_id = any ($2::uuid[])' : ''}
    group by m.account_id) ms on ms.account_id = a.id
  left join muster.account_link l
    on l.tenant_id = a.tenant_id and l.connection_id = $1 and l.account_id = a.id
  left join muster.remote_account r on r.tenant_id = l.tenant_id and r.id = l.remote_account_id
  where a.tenant_id = muster.current_tenant() and (a.status <> 'DELETED' or l.id is not null or exists (
      select from muster.account_invitation i
      where i.tenant_id = a.tenant_id and i.connection_id = $1 and i.account_id = a.id))
    ${some ? 'and a.id = any ($2::uuid[])' : ''}
  order by a.id`;

/**
 * Accounts by their ids, or (`null`) all; deleted ones only when they are linked or were invited. With `merges` what both
 * last agreed on is read as well.
 */
export const readPushAccounts = (
  tx: Tx,
  connectionId: ConnectionId,
  { ids, merges }: { readonly ids: readonly AccountId[] | null; readonly merges: boolean },
): Promise<PushAccountRow[]> =>
  tx.query<PushAccountRow & Record<string, unknown>>(
    ACCOUNTS(ids !== null, merges),
    ids === null ? [connectionId] : [connectionId, ids],
  );

/** A person of the platform, as last seen over what is believed. */
export interface RemoteAccountStateRow {
  readonly value: RemoteAccountValue;
  readonly hash: string;
  readonly gone: boolean;
}

/** People of the platform by their ids there, or (`null`) all. */
export const readRemoteAccountStates = (
  tx: Tx,
  connectionId: ConnectionId,
  externalIds: readonly string[] | null,
): Promise<RemoteAccountStateRow[]> =>
  tx.query<RemoteAccountStateRow & Record<string, unknown>>(
    `select ${SEEN_PERSON} as value, encode(r.content_hash, 'hex') as hash, r.gone_at is not null as gone
     from muster.remote_account r
     where r.tenant_id = muster.current_tenant() and r.connection_id = $1
       ${externalIds === null ? '' : 'and r.external_id = any ($2::text[])'}
     order by r.external_id`,
    externalIds === null ? [connectionId] : [connectionId, externalIds],
  );

/** How many of each are linked and there: what guards take shares of. */
export const countLinked = async (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ readonly orgUnits: number; readonly accounts: number }> => {
  const [row] = await tx.query<{ orgUnits: number; accounts: number }>(
    `select (select count(*) from muster.org_unit_link l
         where l.tenant_id = muster.current_tenant() and l.connection_id = $1)::integer as "orgUnits",
       (select count(*) from muster.account_link l
         where l.tenant_id = muster.current_tenant() and l.connection_id = $1)::integer as accounts`,
    [connectionId],
  );
  return row ?? { orgUnits: 0, accounts: 0 };
};

export interface InvitationRow {
  readonly accountId: AccountId;
  readonly externalId: string | null;
  readonly mobile: string | null;
  readonly email: string | null;
}

/** People who were invited and have not agreed yet. */
export const readInvitations = (tx: Tx, connectionId: ConnectionId): Promise<InvitationRow[]> =>
  tx.query<InvitationRow & Record<string, unknown>>(
    `select account_id as "accountId", external_id as "externalId", mobile, email
     from muster.account_invitation where tenant_id = muster.current_tenant() and connection_id = $1
     order by account_id`,
    [connectionId],
  );

/** Ids of roster objects whose operations are not sent for now. */
export const readQuarantined = async (tx: Tx, connectionId: ConnectionId): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `select object_id as id from muster.sync_failure
     where tenant_id = muster.current_tenant() and connection_id = $1 and quarantined_at is not null`,
    [connectionId],
  );
  return rows.map(({ id }) => id);
};

/** The tenant's own unit. */
export const readRootId = async (tx: Tx): Promise<OrgUnitId> => {
  const [root] = await tx.query<{ id: OrgUnitId }>(
    'select id from muster.org_unit where tenant_id = muster.current_tenant() and parent_id is null',
  );
  if (root === undefined) throw new TypeError('a tenant has a root unit');
  return root.id;
};

/** Whether the last pull of everything could vouch for what it brought; false when there was none. Events ask for parts. */
export const lastPullComplete = async (tx: Tx, connectionId: ConnectionId): Promise<boolean> => {
  const rows = await tx.query<{ complete: boolean }>(
    `select (statement->>'complete')::boolean as complete from muster.import_run
     where tenant_id = muster.current_tenant() and connection_id = $1 and kind = 'WHOLE' and scope = 'ALL'
       and staged_at is not null
     order by id desc limit 1`,
    [connectionId],
  );
  return rows[0]?.complete ?? false;
};
