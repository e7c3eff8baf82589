import type {
  Account,
  AccountId,
  AgreedAccount,
  AgreedOrgUnit,
  AttributeDefinition,
  Attributes,
  ConnectionId,
  Decision,
  ImportRunId,
  MatchKey,
  OrgUnitId,
  OrgUnitStatus,
  RemoteAccountId,
  RemoteAccountValue,
  RemoteOrgUnitId,
  RemoteOrgUnitValue,
  StagedAccountId,
  StagedAction,
  StagedOrgUnitId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** What the reviewer typed over what the platform said, by field: before and after. */
export type Mended = Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;

/** A staged row as it was before it is staged again. */
export interface PreviousRow<Noun extends string = StagedAccountId> {
  readonly id: Noun;
  readonly action: StagedAction;
  readonly decision: Decision;
  readonly blocking: boolean;
  readonly changes: unknown;
  readonly mended: Mended;
  /** What both sides had changed, as the platform has it; `null` = nothing. */
  readonly contested: unknown;
  /** Id that a create was going to make. */
  readonly createdId: string | null;
}

export interface RosterUnitRow {
  readonly id: OrgUnitId;
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  readonly order: string;
  readonly status: OrgUnitStatus;
  readonly attributes: Attributes;
  readonly version: number;
}

/** The whole tree, deleted units included. */
export const readRosterUnits = (tx: Tx): Promise<RosterUnitRow[]> =>
  tx.query<RosterUnitRow>(
    `select id, parent_id as "parentId", name, sort_order::text as "order", status, attributes, version
     from muster.org_unit`,
  );

export interface UnitLinkRow {
  readonly externalId: string;
  readonly orgUnitId: OrgUnitId;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
  /** Content (hex) and version at which both sides last agreed. */
  readonly agreedHash: string | null;
  readonly agreedVersion: number | null;
  /** The same field by field. */
  readonly agreedValue: AgreedOrgUnit | null;
}

export const readUnitLinks = (tx: Tx, connectionId: ConnectionId): Promise<UnitLinkRow[]> =>
  tx.query<UnitLinkRow>(
    `select r.external_id as "externalId", l.org_unit_id as "orgUnitId", r.id as "remoteOrgUnitId",
       encode(l.agreed_hash, 'hex') as "agreedHash", l.agreed_version as "agreedVersion",
       l.agreed_value as "agreedValue"
     from muster.org_unit_link l join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     where l.connection_id = $1`,
    [connectionId],
  );

export interface FetchedUnitRow {
  readonly remote: RemoteOrgUnitValue;
  readonly hash: string;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
}

export const readFetchedUnits = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
): Promise<FetchedUnitRow[]> =>
  tx.query<FetchedUnitRow>(
    `select f.value as remote, encode(f.content_hash, 'hex') as hash, r.id as "remoteOrgUnitId"
     from muster.fetched_org_unit f
     join muster.remote_org_unit r on r.connection_id = $2 and r.external_id = f.external_id
     where f.run_id = $1`,
    [run.id, run.connectionId],
  );

/** Units of which the platform itself says to this run that they are gone. */
export const readGoneUnits = async (tx: Tx, runId: ImportRunId): Promise<ReadonlySet<string>> => {
  const rows = await tx.query<{ externalId: string }>(
    `select external_id as "externalId" from muster.import_object
     where run_id = $1 and kind = 'ORG_UNIT' and state = 'GONE' and outcome is null`,
    [runId],
  );
  return new Set(rows.map(({ externalId }) => externalId));
};

/** Unit rows of an earlier staging of this run, by platform id. */
export const readPreviousUnits = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<ReadonlyMap<string, PreviousRow<StagedOrgUnitId>>> => {
  const rows = await tx.query<PreviousRow<StagedOrgUnitId> & { externalId: string }>(
    `select external_id as "externalId", id, action, decision, blocking, changes, mended, contested,
       case when action = 'CREATE' then org_unit_id end as "createdId"
     from muster.staged_org_unit where run_id = $1`,
    [runId],
  );
  return new Map(rows.map((row) => [row.externalId, row]));
};

/** Enabled definitions of custom attributes. */
export const readDefinitions = (tx: Tx, target: 'ACCOUNT' | 'ORG_UNIT'): Promise<AttributeDefinition[]> =>
  tx.query<AttributeDefinition>(
    `select id, tenant_id as "tenantId", target, name, label, type, choices, required, editable,
       is_unique as "unique", enabled, sensitive, remark, version
     from muster.attribute_definition where target = $1 and enabled order by name`,
    [target],
  );

export interface MatchableRow extends Pick<Account, 'id' | MatchKey['rosterField']> {
  readonly linked: boolean;
}

/** Accounts that unlinked people may be matched with. */
export const readMatchables = (tx: Tx, connectionId: ConnectionId): Promise<MatchableRow[]> =>
  tx.query<MatchableRow>(
    `select a.id, a.user_name as "userName", a.display_name as "displayName", a.email, a.mobile,
       a.job_number as "jobNumber", l.id is not null as linked
     from muster.account a
     left join muster.account_link l on l.connection_id = $1 and l.account_id = a.id
     where a.status <> 'DELETED'`,
    [connectionId],
  );

/** People of a run who are linked to nobody, with the fields that the matching keys ask for. */
export const readUnlinked = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
  keys: readonly MatchKey[],
): Promise<Pick<RemoteAccountValue, 'externalId' | 'name' | 'mobile' | 'email' | 'jobNumber'>[]> =>
  tx.query(
    `select f.external_id as "externalId",
       case when 'name' = any ($3) then f.value->>'name' end as name,
       case when 'mobile' = any ($3) then f.value->>'mobile' end as mobile,
       case when 'email' = any ($3) then f.value->>'email' end as email,
       case when 'jobNumber' = any ($3) then f.value->>'jobNumber' end as "jobNumber"
     from muster.fetched_account f
     join muster.remote_account r on r.connection_id = $2 and r.external_id = f.external_id
     where f.run_id = $1 and not exists (
       select from muster.account_link l where l.remote_account_id = r.id)`,
    [run.id, run.connectionId, keys.map(({ remoteField }) => remoteField)],
  );

export interface ManagerRow {
  readonly externalId: string;
  readonly accountId: AccountId | null;
  /** Id of the account that an earlier staging was going to make of this person. */
  readonly createdId: AccountId | null;
}

// Who was the manager when both last agreed, where the platform names another one now.
const FORMER_MANAGERS = `
  union select l.agreed_value->>'managerExternalId' from muster.fetched_account f
    join muster.remote_account r on r.connection_id = $2 and r.external_id = f.external_id
    join muster.account_link l on l.remote_account_id = r.id
    where f.run_id = $1 and l.agreed_value->>'managerExternalId' <> '' and ($3::text is null or f.external_id = $3)
      and f.value->>'managerExternalId' is distinct from l.agreed_value->>'managerExternalId'`;

/**
 * Everybody who is named as a manager (of one person only) and is known: linked, or fetched by this run. With `merges`
 * those as well who were managers when both sides last agreed.
 */
export const readManagers = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
  options: { readonly only?: string; readonly merges: boolean },
): Promise<ManagerRow[]> => {
  const only = options.only ?? null;
  return tx.query<ManagerRow>(
    `select m.external_id as "externalId", a.id as "accountId",
       case when s.action = 'CREATE' then s.account_id end as "createdId"
     from (select distinct value->>'managerExternalId' as external_id from muster.fetched_account
       where run_id = $1 and value->>'managerExternalId' <> '' and ($3::text is null or external_id = $3)
       ${options.merges ? FORMER_MANAGERS : ''}) m
     left join muster.fetched_account f on f.run_id = $1 and f.external_id = m.external_id
     left join muster.remote_account r on r.connection_id = $2 and r.external_id = m.external_id
     left join muster.account_link l on l.remote_account_id = r.id
     left join muster.account a on a.id = l.account_id and a.status <> 'DELETED'
     left join ${only === null ? 'pg_temp.previous_account' : 'muster.staged_account'} s
       on s.external_id = m.external_id ${only === null ? '' : 'and s.run_id = $1'}
     where a.id is not null or (f.external_id is not null and l.id is null)`,
    [run.id, run.connectionId, only],
  );
};

/** Sets aside the rows (or one) of an earlier staging of this run, so that decisions and ids survive it. */
export const keepPreviousAccounts = async (
  tx: Tx,
  runId: ImportRunId,
  only: string | null = null,
): Promise<void> => {
  await tx.query(
    `create temporary table previous_account on commit drop as
     select external_id, id, action, account_id, decision, blocking, changes, mended, contested
     from muster.staged_account where run_id = $1 and ($2::text is null or external_id = $2)`,
    [runId, only],
  );
  await tx.query('analyze pg_temp.previous_account');
};

/** An account of the roster with what the planner asks for. */
export interface RosterAccountRow extends Omit<Account, 'tenantId'> {
  readonly disabledByImport: boolean;
  readonly protected: boolean;
  readonly memberships: readonly {
    readonly id: string;
    readonly orgUnitId: OrgUnitId;
    readonly leader: boolean;
    readonly title: string | null;
    readonly order: string;
  }[];
}

const ACCOUNT_JSON = `
  jsonb_build_object('id', a.id, 'userName', a.user_name, 'displayName', a.display_name, 'status', a.status,
    'email', a.email, 'mobile', a.mobile, 'jobNumber', a.job_number, 'title', a.title,
    'managerId', a.manager_id, 'primaryOrgUnitId', a.primary_org_unit_id, 'attributes', a.attributes,
    'version', a.version,
    'disabledByImport', a.status = 'DISABLED'
      and coalesce(a.status_reason in ('LEFT_PLATFORM', 'REMOTE_INACTIVE'), false),
    'protected', exists (select from muster.role_grant g
      where g.account_id = a.id and g.role in ('OWNER', 'DIRECTORY_ADMIN')),
    'memberships', coalesce((
      select jsonb_agg(jsonb_build_object('id', m.id, 'orgUnitId', m.org_unit_id, 'leader', m.leader,
        'title', m.title, 'order', m.sort_order::text) order by m.org_unit_id)
      from muster.membership m where m.account_id = a.id), '[]'))`;

/** Accounts of the roster by id, deleted ones included. */
export const readRosterAccounts = async (
  tx: Tx,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, RosterAccountRow>> => {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ account: RosterAccountRow }>(
    `select ${ACCOUNT_JSON} as account from muster.account a where a.id = any ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ account }) => [account.id, account]));
};

/** One person of a run who needs a staged row. */
export interface WorkRow {
  readonly externalId: string;
  readonly remoteAccountId: RemoteAccountId;
  /** `null` = linked, and absent from a conclusive fetch. */
  readonly remote: RemoteAccountValue | null;
  readonly hash: string | null;
  /** Name of the copy, for a person whom the fetch did not bring. */
  readonly name: string | null;
  /** The linked account. */
  readonly current: RosterAccountRow | null;
  /** What both last agreed on; read only for a run that merges. */
  readonly base: AgreedAccount | null;
  readonly previous: PreviousRow | null;
}

const PREVIOUS_JSON = `
  case when p.id is not null then jsonb_build_object('id', p.id, 'action', p.action, 'decision', p.decision,
    'blocking', p.blocking, 'changes', p.changes, 'mended', p.mended, 'contested', p.contested,
    'createdId', case when p.action = 'CREATE' then p.account_id end) end`;

const PRESENT_FROM = (merges: boolean): string => `
  select f.external_id as "externalId", r.id as "remoteAccountId", f.value as remote,
    encode(f.content_hash, 'hex') as hash, null::text as name,
    case when a.id is not null then ${ACCOUNT_JSON} end as current,
    ${merges ? 'l.agreed_value' : 'null::jsonb'} as base, ${PREVIOUS_JSON} as previous
  from muster.fetched_account f
  join muster.remote_account r on r.connection_id = $2 and r.external_id = f.external_id
  left join muster.account_link l on l.remote_account_id = r.id
  left join muster.account a on a.id = l.account_id
  left join pg_temp.previous_account p on p.external_id = f.external_id
  where f.run_id = $1`;

// An attribute that has come into the dictionary since both agreed: its value was never looked at.
const NEVER_COMPARED = `exists (select from unnest($3::text[]) as defined(name)
    where f.value->'attributes' ? defined.name
      and coalesce(nullif(f.value->'attributes'->defined.name, '""'), 'null')
        <> coalesce(a.attributes->defined.name, 'null'))`;

// An object whose content and account are as they were when both last agreed needs no row.
const PRESENT = (
  merges: boolean,
): string => `${PRESENT_FROM(merges)} and (a.id is null or l.agreed_hash is distinct from f.content_hash
    or l.agreed_version is distinct from a.version or (cardinality($3::text[]) > 0 and ${NEVER_COMPARED}))
  order by f.external_id`;

const ABSENT_FROM = `
  select r.external_id as "externalId", r.id as "remoteAccountId", null::jsonb as remote, null::text as hash,
    r.name, ${ACCOUNT_JSON} as current, null::jsonb as base, ${PREVIOUS_JSON} as previous
  from muster.account_link l
  join muster.remote_account r on r.id = l.remote_account_id
  join muster.account a on a.id = l.account_id
  left join pg_temp.previous_account p on p.external_id = r.external_id
  where l.connection_id = $2 and $3::text[] is not null and not exists (
    select from muster.fetched_account f where f.run_id = $1 and f.external_id = r.external_id)`;
const ABSENT = `${ABSENT_FROM} order by r.external_id`;

// What events have named is planned as far as it is not what both sides agreed on: that the roster was edited since is
// no reason to read the edit back.
const NAMED = (merges: boolean): string => `${PRESENT_FROM(merges)} and $3::text[] is not null
    and (a.id is null or l.agreed_hash is distinct from f.content_hash)
  order by f.external_id`;

// Those of whom the platform itself says that they are gone, and nobody else of those who were not read.
const GONE = `${ABSENT_FROM} and exists (select from muster.import_object o
    where o.run_id = $1 and o.kind = 'ACCOUNT' and o.external_id = r.external_id and o.state = 'GONE'
      and o.outcome is null)
  order by r.external_id`;

const WORK = { PRESENT, ABSENT: () => ABSENT, NAMED, GONE: () => GONE } as const;

const BATCH = 500;

/**
 * People who need a staged row, in batches, so that memory does not grow with the company. Ordered by platform
 * id. `attributes` names the enabled attributes; with `merges` what was last agreed on is read as well. No other cursor
 * may be open meanwhile.
 */
export async function* readWork(
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
  what: {
    readonly which: keyof typeof WORK;
    readonly attributes: readonly string[];
    readonly merges: boolean;
  },
): AsyncGenerator<readonly WorkRow[]> {
  // A cursor is planned for its first rows; this one is read to its end.
  await tx.query("select set_config('cursor_tuple_fraction', '1', true)");
  const text = `declare import_work no scroll cursor for ${WORK[what.which](what.merges)}`;
  await tx.query(text, [run.id, run.connectionId, what.attributes]);
  for (;;) {
    const rows = await tx.query<WorkRow>(`fetch ${BATCH} from import_work`);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) break;
  }
  await tx.query('close import_work');
}

/** One person of a run, whether or not anything has changed; `null` when the run has not brought him. */
export const readOneWork = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
  externalId: string,
): Promise<WorkRow | null> => {
  const rows = await tx.query<WorkRow & Record<string, unknown>>(
    `${PRESENT_FROM(true)} and f.external_id = $3`,
    [run.id, run.connectionId, externalId],
  );
  return rows[0] ?? null;
};
