import type {
  ConnectionId,
  ConnectionMode,
  OperationContent,
  OperationKind,
  OperationState,
  RemoteMembershipValue,
  SyncPlanId,
  SyncRunId,
  TargetMembership,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { SEEN_PLACES } from './seen-copies.ts';

/** What the order of the work needs to know of an operation. */
export interface ScheduledRow {
  readonly ordinal: number;
  readonly wave: number;
  readonly dependsOn: readonly number[];
  /** Two operations of one object never run at the same time. */
  readonly object: string;
  readonly state: 'PLANNED' | 'RUNNING' | 'WAITING';
  readonly retryAt: Date | null;
  /** It calls the platform, and therefore takes a slot of its rate. */
  readonly calls: boolean;
}

/** Operations of a plan that have not ended. */
export const readOpenOperations = (tx: Tx, planId: SyncPlanId): Promise<ScheduledRow[]> =>
  tx.query<ScheduledRow & Record<string, unknown>>(
    `select ordinal, wave, depends_on as "dependsOn",
       object_type || ':' || coalesce(object_id::text, external_id, ordinal::text) as object, state,
       retry_at as "retryAt", kind !~ '^(UN)?LINK_' as calls
     from muster.plan_operation
     where tenant_id = muster.current_tenant() and plan_id = $1 and state in ('PLANNED', 'RUNNING', 'WAITING')
     order by wave, ordinal`,
    [planId],
  );

/** States of the operations that open ones depend on. */
export const readDependencies = async (
  tx: Tx,
  planId: SyncPlanId,
): Promise<ReadonlyMap<number, OperationState>> => {
  const rows = await tx.query<{ ordinal: number; state: OperationState }>(
    `select p.ordinal, p.state from muster.plan_operation p
     where p.tenant_id = muster.current_tenant() and p.plan_id = $1 and p.ordinal in (
       select distinct unnest(o.depends_on) from muster.plan_operation o
       where o.tenant_id = muster.current_tenant() and o.plan_id = $1
         and o.state in ('PLANNED', 'RUNNING', 'WAITING'))`,
    [planId],
  );
  return new Map(rows.map(({ ordinal, state }) => [ordinal, state]));
};

/** What may keep a worker from going on, read in the transaction that claims. */
export interface Footing {
  readonly held: boolean;
  readonly stopRequested: boolean;
  readonly enabled: boolean;
  readonly mode: ConnectionMode;
  readonly quarantined: boolean;
}

/**
 * The lock under which runs are taken and operations claimed, one after the other on each connection: a full run and an
 * urgent one must not both take operations of one object, and a worker that has lost its run must see that it has.
 */
export const lockClaims = (tx: Tx, connectionId: ConnectionId): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtext('claim'), hashtext($1))", [connectionId]);

/** Where a run stands, under {@link lockClaims}. */
export const takeFooting = async (
  tx: Tx,
  run: { readonly id: SyncRunId; readonly attempt: number; readonly connectionId: ConnectionId },
): Promise<Footing> => {
  const locked = lockClaims(tx, run.connectionId);
  const [row] = await tx.query<{ [Name in keyof Footing]: Footing[Name] }>(
    {
      name: 'sync_footing',
      text: `
        select r.attempt = $2 and r.phase = 'RUNNING' as held, r.stop_requested as "stopRequested", c.enabled,
          c.mode, s.quarantined_at is not null as quarantined
        from muster.sync_run r
        join muster.connection c on c.tenant_id = r.tenant_id and c.id = r.connection_id
        left join muster.push_state s on s.tenant_id = r.tenant_id and s.connection_id = r.connection_id
        where r.tenant_id = muster.current_tenant() and r.id = $1`,
    },
    [run.id, run.attempt],
  );
  await locked;
  return row ?? { held: false, stopRequested: false, enabled: false, mode: 'READ_ONLY', quarantined: false };
};

/** Why an operation cannot be applied as it was planned; the outcome code of a SUPERSEDED row. */
export const STALE_CODES = ['ROSTER_CHANGED', 'REMOTE_CHANGED', 'LINK_CHANGED'] as const;
export type StaleCode = (typeof STALE_CODES)[number];

export interface ClaimedRow {
  readonly ordinal: number;
  /** `null` = claimed: the intent stands in the row. `BUSY`: another run works on the object, or goes first. */
  readonly verdict: 'BUSY' | StaleCode | null;
  /** Number of this attempt. */
  readonly attempt: number;
  /** Attempts before this one that have failed, those that were throttled left out. */
  readonly failed: number;
  /** The one before may have been carried out. */
  readonly unknown: boolean;
  readonly kind: OperationKind;
  readonly objectType: 'ORG_UNIT' | 'ACCOUNT';
  readonly objectId: string | null;
  /** The platform's object as planned, else the one that is linked now. */
  readonly externalId: string | null;
  readonly content: OperationContent;
  readonly changes: readonly { readonly field: string; readonly before: unknown }[];
  readonly baseVersion: number | null;
  readonly name: string;
}

// What takes something away is asked about again even when it may have been carried out: applied late, it could take
// it from somebody who was given it back meanwhile. All others are settled first and repaired by the next plan.
const REMOVALS = "('DELETE_ACCOUNT', 'DELETE_ORG_UNIT', 'DISABLE_ACCOUNT')";

const THROTTLES = "('PLATFORM_THROTTLED', 'PLATFORM_IP_BLOCKED')";

const UNLINKED = "('CREATE_ORG_UNIT', 'CREATE_ACCOUNT', 'LINK_ORG_UNIT', 'LINK_ACCOUNT')";

// Another run works on the object, or an urgent one is about to: that goes first.
const TAKEN = `
  w.object_id is not null and (exists (
    select from muster.plan_operation x where x.tenant_id = muster.current_tenant() and x.connection_id = $3
      and x.object_id = w.object_id and x.state = 'RUNNING' and x.plan_id <> $1)
  or (not $5::boolean and exists (
    select from muster.sync_run r join muster.plan_operation x on x.tenant_id = r.tenant_id and x.plan_id = r.plan_id
    where r.tenant_id = muster.current_tenant() and r.connection_id = $3 and r.phase in ('QUEUED', 'RUNNING')
      and r.urgent and x.object_id = w.object_id and x.state = 'PLANNED')))`;

const MOVED = `
  (not w.unknown or w.kind in ${REMOVALS}) and w.object_id is not null and exists (
    select from muster.directory_change d
    where d.tenant_id = muster.current_tenant() and d.object_id = w.object_id
      and not pg_visible_in_snapshot(d.xact::text::xid8, $4::pg_snapshot))`;

// What this very plan has written to the copy is no news to it.
const DRIFTED = `
  not w.unknown and w.base_hash is not null and (w.copy_hash is null or w.copy_gone or (
    w.copy_hash <> w.base_hash
    and not coalesce(w.pushed_plan_id = $1 and w.pushed_hash = w.copy_hash, false)))`;

const RELINKED = `
  case when w.object_id is null then false
    when w.kind in ('CREATE_ORG_UNIT', 'CREATE_ACCOUNT') then w.linked_to is not null and not w.linked_gone
    when w.kind in ('LINK_ORG_UNIT', 'LINK_ACCOUNT') then
      coalesce(w.linked_to <> w.external_id, false) or (w.linked_to is null and w.copy_taken)
    when w.kind in ('UNLINK_ORG_UNIT', 'UNLINK_ACCOUNT') then false
    else w.linked_to is null or coalesce(w.linked_to <> w.external_id, false) end`;

/**
 * Rows are looked up one by one, in sub-selects that PostgreSQL cannot turn into a join: of tables that have just been
 * filled it has no statistics, takes them for empty, and would compare every row with every other one.
 */
// A copy, its link and the object's own link, the same for units and people.
const side = (noun: 'org_unit' | 'account'): string => `
  select w.ordinal, own.external_id as linked_to, own.gone_at is not null as linked_gone,
    copy.content_hash as copy_hash, copy.gone_at is not null as copy_gone, copy.pushed_plan_id, copy.pushed_hash,
    copy.value as copy_value, copy.believed as copy_believed,
    exists (select from muster.${noun}_link t where t.tenant_id = muster.current_tenant()
      and t.remote_${noun}_id = copy.id and t.${noun}_id is distinct from w.object_id) as copy_taken
  from wanted w
  left join lateral (
    select l.remote_${noun}_id as remote_id from muster.${noun}_link l
    where l.tenant_id = muster.current_tenant() and l.connection_id = $3 and l.${noun}_id = w.object_id limit 1
  ) as link on true
  left join lateral (
    select r.external_id, r.gone_at from muster.remote_${noun} r
    where r.tenant_id = muster.current_tenant() and r.id = link.remote_id limit 1
  ) as own on true
  cross join lateral (
    -- Below row-level security only a plain comparison reaches an index.
    select coalesce(w.external_id, case when w.kind not in ${UNLINKED} then own.external_id end) as copy_id offset 0
  ) as key
  left join lateral (
    select * from muster.remote_${noun} r
    where r.tenant_id = muster.current_tenant() and r.connection_id = $3 and r.external_id = key.copy_id limit 1
  ) as copy on true
  where w.object_type = '${noun === 'account' ? 'ACCOUNT' : 'ORG_UNIT'}'`;

const CLAIM = `
  with wanted as materialized (
    select o.place, o.ordinal, o.kind, o.object_type, o.object_id, o.external_id, o.state, o.attempt, o.base_hash,
      o.state = 'RUNNING' or o.outcome_unknown as unknown,
      case when o.attempt = 0 then 0 else (
        select count(*)::integer from muster.sync_attempt t
        where t.tenant_id = muster.current_tenant() and t.plan_id = $1 and t.ordinal = o.ordinal
          and t.outcome in ('WAITING', 'UNKNOWN') and t.error_code not in ${THROTTLES}) end as failed
    from unnest($2::integer[]) as n(ordinal)
    cross join lateral (
      select p.ctid as place, p.* from muster.plan_operation p
      where p.tenant_id = muster.current_tenant() and p.plan_id = $1 and p.ordinal = n.ordinal
        and p.state in ('PLANNED', 'WAITING', 'RUNNING')
      limit 1 for no key update
    ) as o
  ), sides as materialized (${side('org_unit')} union all ${side('account')}),
  judged as materialized (
    select w.place, w.ordinal, w.state, w.attempt, w.failed, w.unknown, w.kind, w.linked_to, w.copy_value, w.copy_believed,
      w.copy_hash,
      case
        when ${TAKEN} then 'BUSY'
        when ${MOVED} then 'ROSTER_CHANGED'
        when ${RELINKED} then 'LINK_CHANGED'
        when ${DRIFTED} then 'REMOTE_CHANGED'
      end as verdict
    from (select * from wanted join sides using (ordinal)) as w
  ), lost as (
    insert into muster.sync_attempt (tenant_id, plan_id, ordinal, attempt, outcome)
    select muster.current_tenant(), $1, ordinal, attempt, 'LOST' from judged where state = 'RUNNING'
    on conflict do nothing
  ), claimed as (
    update muster.plan_operation o set
      state = case when j.verdict is null then 'RUNNING' else 'SUPERSEDED' end,
      outcome_code = j.verdict,
      attempt = o.attempt + case when j.verdict is null then 1 else 0 end,
      intent_at = case when j.verdict is null then clock_timestamp() else o.intent_at end,
      outcome_unknown = j.unknown and j.verdict is null,
      retry_at = null,
      ended_at = case when j.verdict is not null then clock_timestamp() end,
      pre_image = coalesce(o.pre_image, case when j.verdict is null and j.copy_hash is not null then
        jsonb_build_object('value', j.copy_value, 'believed', j.copy_believed) end)
    from judged j
    where o.tenant_id = muster.current_tenant() and o.ctid = j.place and j.verdict is distinct from 'BUSY'
    returning o.ordinal, j.verdict, o.attempt, j.failed, j.unknown, o.kind, o.object_type, o.object_id,
      coalesce(o.external_id, case when o.kind not in ${UNLINKED} then j.linked_to end) as external_id, o.content,
      o.changes, o.base_version, o.name
  )
  select ordinal, verdict, attempt, failed, unknown, kind, object_type as "objectType", object_id as "objectId",
    external_id as "externalId", content, changes, base_version as "baseVersion", name
  from claimed
  union all
  select ordinal, verdict, attempt, failed, unknown, kind, null, null, null, null, null, null, null from judged
  where verdict = 'BUSY'`;

/**
 * Records the intent of applying operations: from here on each of them may have reached the platform. Those whose
 * ground has moved since the plan was made end as SUPERSEDED instead.
 */
export const claimOperations = (
  tx: Tx,
  run: { readonly planId: SyncPlanId; readonly connectionId: ConnectionId; readonly urgent: boolean },
  wanted: { readonly ordinals: readonly number[]; readonly rosterSnapshot: string | null },
): Promise<ClaimedRow[]> =>
  tx.query<ClaimedRow & Record<string, unknown>>({ name: 'claim_operations', text: CLAIM }, [
    run.planId,
    wanted.ordinals,
    run.connectionId,
    // Without one everything that is committed was known.
    wanted.rosterSnapshot ?? '9223372036854775806:9223372036854775806:',
    run.urgent,
  ]);

/** Takes back intents that were recorded and not acted on. */
export const handBack = (
  tx: Tx,
  planId: SyncPlanId,
  rows: readonly { readonly ordinal: number; readonly attempt: number; readonly unknown: boolean }[],
): Promise<number> =>
  tx.execute(
    `update muster.plan_operation o set state = 'PLANNED', attempt = o.attempt - 1, intent_at = null,
       outcome_unknown = r.unknown
     from jsonb_to_recordset($2::jsonb) as r(ordinal integer, attempt integer, unknown boolean)
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and o.ordinal = r.ordinal
       and o.attempt = r.attempt and o.state = 'RUNNING'`,
    [planId, JSON.stringify(rows)],
  );

/** Ends operations that will not be applied. */
export const skipOperations = (
  tx: Tx,
  planId: SyncPlanId,
  what: { readonly ordinals: readonly number[]; readonly code: string },
): Promise<number> =>
  tx.execute(
    `update muster.plan_operation set state = 'SKIPPED', outcome_code = $3, retry_at = null,
       ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and plan_id = $1 and ordinal = any ($2::integer[])
       and state in ('PLANNED', 'WAITING')`,
    [planId, what.ordinals, what.code],
  );

/** Of a connection that only reads: everything that would write to the platform and was not sent (row W-DD-26). */
export const skipWrites = (tx: Tx, planId: SyncPlanId): Promise<number> =>
  tx.execute(
    `update muster.plan_operation set state = 'SKIPPED', outcome_code = 'CONNECTION_READ_ONLY', retry_at = null,
       ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and plan_id = $1 and state in ('PLANNED', 'WAITING')
       and kind not in ('LINK_ORG_UNIT', 'LINK_ACCOUNT', 'UNLINK_ORG_UNIT', 'UNLINK_ACCOUNT')`,
    [planId],
  );

/** How much of a plan is still to be done. */
export interface OpenWork {
  /** To be applied now, or to be skipped for something that has ended badly. */
  readonly ready: number;
  readonly waiting: number;
  /** When the first of those that wait is tried again. */
  readonly retryAt: Date | null;
}

export const readOpenWork = async (tx: Tx, planId: SyncPlanId): Promise<OpenWork> => {
  const [row] = await tx.query<{ [Name in keyof OpenWork]: OpenWork[Name] }>(
    `select count(*) filter (where o.state <> 'WAITING' and not exists (
         select from muster.plan_operation p where p.tenant_id = o.tenant_id and p.plan_id = o.plan_id
           and p.ordinal = any (o.depends_on) and p.state in ('PLANNED', 'RUNNING', 'WAITING')))::integer as ready,
       count(*) filter (where o.state = 'WAITING')::integer as waiting, min(o.retry_at) as "retryAt"
     from muster.plan_operation o
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1
       and o.state in ('PLANNED', 'RUNNING', 'WAITING')`,
    [planId],
  );
  return row ?? { ready: 0, waiting: 0, retryAt: null };
};

/** Platform ids of the units and people that a batch refers to, by their ids in the roster. */
export const readLinkedIds = async (
  tx: Tx,
  connectionId: ConnectionId,
  wanted: { readonly orgUnitIds: readonly string[]; readonly accountIds: readonly string[] },
): Promise<ReadonlyMap<string, string>> => {
  if (wanted.orgUnitIds.length + wanted.accountIds.length === 0) return new Map();
  const rows = await tx.query<{ id: string; externalId: string }>(
    {
      name: 'linked_ids',
      text: `
        select l.org_unit_id as id, r.external_id as "externalId" from muster.org_unit_link l
        join muster.remote_org_unit r on r.tenant_id = l.tenant_id and r.id = l.remote_org_unit_id
        where l.tenant_id = muster.current_tenant() and l.connection_id = $1 and l.org_unit_id = any ($2::uuid[])
          and r.gone_at is null
        union all
        select l.account_id, r.external_id from muster.account_link l
        join muster.remote_account r on r.tenant_id = l.tenant_id and r.id = l.remote_account_id
        where l.tenant_id = muster.current_tenant() and l.connection_id = $1 and l.account_id = any ($3::uuid[])
          and r.gone_at is null`,
    },
    [connectionId, wanted.orgUnitIds, wanted.accountIds],
  );
  return new Map(rows.map(({ id, externalId }) => [id, externalId]));
};

/** Where people sit by platform id: what was seen, over what is believed of lead and position. */
export const readSeats = async (
  tx: Tx,
  connectionId: ConnectionId,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly TargetMembership[]>> => {
  if (externalIds.length === 0) return new Map();
  const rows = await tx.query<{ externalId: string; memberships: readonly RemoteMembershipValue[] }>(
    {
      name: 'seats',
      text: `
        select r.external_id as "externalId", ${SEEN_PLACES} as memberships from muster.remote_account r
        where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and r.external_id = any ($2::text[])`,
    },
    [connectionId, externalIds],
  );
  return new Map(
    rows.map(({ externalId, memberships }) => [
      externalId,
      memberships.map(({ orgUnitExternalId, leader, order, primary = false }) => ({
        orgUnitExternalId,
        primary,
        ...(order === undefined ? {} : { order }),
        ...(leader === undefined ? {} : { leader }),
      })),
    ]),
  );
};
