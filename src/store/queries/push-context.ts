import type { AccountId, ConnectionId, MatchKey, OrgUnitId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

const ids = async <Id extends string>(tx: Tx, text: string, params: readonly unknown[]): Promise<Id[]> =>
  (await tx.query<{ id: Id }>(text, params)).map(({ id }) => id);

/** Members of units. */
export const membersOfUnits = (tx: Tx, orgUnitIds: readonly OrgUnitId[]): Promise<AccountId[]> =>
  ids(
    tx,
    `select distinct account_id as id from muster.membership
     where tenant_id = muster.current_tenant() and org_unit_id = any ($1::uuid[])`,
    [orgUnitIds],
  );

/** Leaders of units, or (`null`) of all. */
export const leadersOfUnits = (tx: Tx, orgUnitIds: readonly OrgUnitId[] | null): Promise<AccountId[]> =>
  ids(
    tx,
    `select distinct account_id as id from muster.membership
     where tenant_id = muster.current_tenant() and leader
       ${orgUnitIds === null ? '' : 'and org_unit_id = any ($1::uuid[])'}`,
    orgUnitIds === null ? [] : [orgUnitIds],
  );

/** Everybody whose manager is one of these. */
export const reportsOf = (tx: Tx, managers: readonly AccountId[]): Promise<AccountId[]> =>
  ids(
    tx,
    `select id from muster.account
     where tenant_id = muster.current_tenant() and manager_id = any ($1::uuid[]) and status <> 'DELETED'`,
    [managers],
  );

/** Accounts of which one has to be known: managers of these. */
export const managersOf = (tx: Tx, accounts: readonly AccountId[]): Promise<AccountId[]> =>
  ids(
    tx,
    `select distinct manager_id as id from muster.account
     where tenant_id = muster.current_tenant() and id = any ($1::uuid[]) and manager_id is not null`,
    [accounts],
  );

// Columns that an index knows are compared as they are kept; a planner that does not fold gets a few too many.
const ROSTER: Readonly<Record<MatchKey['rosterField'], (table: string) => string>> = {
  userName: (table) => `${table}.user_name_key`,
  mobile: (table) => `${table}.mobile`,
  email: (table) => `${table}.email_key`,
  jobNumber: (table) => `muster.fold(${table}.job_number)`,
  displayName: (table) => `muster.fold(${table}.display_name)`,
};

/** Accounts that have the same value of a matching key as one of these: a match has to be unique on both sides. */
export const rivalsOf = async (
  tx: Tx,
  accounts: readonly AccountId[],
  keys: readonly MatchKey[],
): Promise<AccountId[]> => {
  const conditions = [...new Set(keys.map(({ rosterField }) => rosterField))].map((field) => {
    const column = ROSTER[field];
    return `${column('o')} = any (array(select ${column('a')} from muster.account a
      where a.tenant_id = muster.current_tenant() and a.id = any ($1::uuid[]) and ${column('a')} is not null))`;
  });
  if (conditions.length === 0) return [];
  const text = `select o.id from muster.account o
    where o.tenant_id = muster.current_tenant() and o.status <> 'DELETED' and (${conditions.join(' or ')})`;
  return ids(tx, text, [accounts]);
};

/** Which people of the platform are meant: by id, by a folded value of a field, or by what they hold of an attribute. */
export interface RemoteWanted {
  readonly externalIds: readonly string[];
  /** Folded values by field of the copy; `attributes.x` is the attribute x. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Platform ids of people who are there and hold one of the values, whatever their case. */
export const remoteHolders = (
  tx: Tx,
  connectionId: ConnectionId,
  wanted: RemoteWanted,
): Promise<string[]> => {
  const params: unknown[] = [connectionId];
  const conditions: string[] = [];
  if (wanted.externalIds.length > 0) {
    const folded = `$${params.push(wanted.externalIds)}::text[]`;
    conditions.push(`muster.fold(r.external_id) = any (${folded})`);
  }
  for (const [field, values] of Object.entries(wanted.values)) {
    if (values.length === 0) continue;
    const path = `$${params.push(field.split('.'))}::text[]`;
    conditions.push(
      `muster.fold(coalesce(r.value #>> ${path}, r.believed #>> ${path})) = any ($${params.push(values)}::text[])`,
    );
  }
  if (conditions.length === 0) return Promise.resolve([]);
  return ids(
    tx,
    `select r.external_id as id from muster.remote_account r
     where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and (${conditions.join(' or ')})`,
    params,
  );
};

/** Roster accounts that these people of the platform are linked to. */
export const accountsLinkedTo = (
  tx: Tx,
  connectionId: ConnectionId,
  externalIds: readonly string[],
): Promise<AccountId[]> =>
  ids(
    tx,
    `select l.account_id as id from muster.remote_account r
     join muster.account_link l on l.tenant_id = r.tenant_id and l.remote_account_id = r.id
     where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and r.external_id = any ($2::text[])`,
    [connectionId, externalIds],
  );

export interface RemoteMemberRow {
  readonly orgUnitExternalId: string;
  readonly members: readonly string[];
  readonly leaders: readonly string[];
}

/** Who is in the platform's units, and who leads them, by platform ids; `null` = of all units. */
export const remoteMembers = (
  tx: Tx,
  connectionId: ConnectionId,
  units: readonly string[] | null,
): Promise<RemoteMemberRow[]> =>
  tx.query<RemoteMemberRow & Record<string, unknown>>(
    `select m.value->>'orgUnitExternalId' as "orgUnitExternalId",
       array_agg(r.external_id order by r.external_id) as members,
       coalesce(array_agg(r.external_id order by r.external_id) filter (where m.value->>'leader' = 'true'), '{}')
         as leaders
     from muster.remote_account r, jsonb_array_elements(r.value->'memberships') as m
     where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and r.gone_at is null
       ${units === null ? '' : "and m.value->>'orgUnitExternalId' = any ($2::text[])"}
     group by 1`,
    units === null ? [connectionId] : [connectionId, units],
  );
