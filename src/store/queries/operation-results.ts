import type {
  ConnectionId,
  ErrorDetails,
  ExternalId,
  OperationState,
  SyncPlanId,
  SyncRunId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** How one attempt at an operation ended. */
export interface OperationOutcome {
  readonly ordinal: number;
  readonly attempt: number;
  readonly state: Exclude<OperationState, 'HELD' | 'RUNNING'>;
  /** Why it is in that state; `null` for one that is going to be tried again. */
  readonly outcomeCode: string | null;
  /** The attempt may have been carried out; the next one looks first. */
  readonly unknown: boolean;
  readonly retryAt: Date | null;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  /** What the platform answered. */
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly calls: number;
}

/** Counts the calls of a batch and renews the ETA; false when the run is no longer this worker's. */
export const keepRun = async (
  tx: Tx,
  run: { readonly id: SyncRunId; readonly attempt: number },
  progress: { readonly calls: number; readonly callsPerSecond: number; readonly eta: Date | null },
): Promise<boolean> =>
  (await tx.execute(
    {
      name: 'sync_progress',
      text: `update muster.sync_run set calls = calls + $3, calls_per_second = $4, eta = $5
        where tenant_id = muster.current_tenant() and id = $1 and attempt = $2 and phase = 'RUNNING'`,
    },
    [run.id, run.attempt, progress.calls, progress.callsPerSecond, progress.eta],
  )) === 1;

/** Writes outcomes, and a row per attempt. Only the attempt that stands in the row may end it. */
export const writeOutcomes = (
  tx: Tx,
  planId: SyncPlanId,
  outcomes: readonly OperationOutcome[],
): Promise<number> =>
  tx.execute(
    {
      name: 'operation_outcomes',
      text: `
        with r as materialized (
          select r.*, o.place from jsonb_to_recordset($2::jsonb) as r(ordinal integer, attempt integer, state text,
            "outcomeCode" text, unknown boolean, "retryAt" timestamptz, "errorCode" text, "errorDetails" jsonb,
            result jsonb, calls integer)
          cross join lateral (
            select p.ctid as place from muster.plan_operation p
            where p.tenant_id = muster.current_tenant() and p.plan_id = $1 and p.ordinal = r.ordinal
              and p.attempt = r.attempt and p.state = 'RUNNING' limit 1 for no key update) as o
        ), told as (
          insert into muster.sync_attempt
            (tenant_id, plan_id, ordinal, attempt, outcome, error_code, error_details, calls)
          select muster.current_tenant(), $1, ordinal, attempt, case when unknown then 'UNKNOWN' when state = 'PLANNED' then 'REFUSED' else state end,
            "errorCode", "errorDetails", calls from r
          on conflict do nothing
        )
        update muster.plan_operation o set state = r.state, outcome_code = r."outcomeCode",
          outcome_unknown = r.unknown, retry_at = r."retryAt", error_code = r."errorCode",
          error_details = r."errorDetails", result = coalesce(r.result, o.result),
          ended_at = case when r.state not in ('PLANNED', 'WAITING') then clock_timestamp() end
        from r
        where o.tenant_id = muster.current_tenant() and o.ctid = r.place`,
    },
    [planId, JSON.stringify(outcomes)],
  );

export type Noun = 'org_unit' | 'account';

/** A copy as it stands: what was seen, and what was written and not seen. */
export interface CopyRow {
  readonly externalId: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly believed: Readonly<Record<string, unknown>>;
  /** Hex. */
  readonly hash: string;
}

/** Copies by platform id, locked. */
export const lockCopies = (
  tx: Tx,
  noun: Noun,
  wanted: { readonly connectionId: ConnectionId; readonly externalIds: readonly string[] },
): Promise<CopyRow[]> =>
  tx.query<CopyRow & Record<string, unknown>>(
    {
      name: `lock_copies_${noun}`,
      text: `
        select external_id as "externalId", value, believed, encode(content_hash, 'hex') as hash
        from muster.remote_${noun}
        where tenant_id = muster.current_tenant() and connection_id = $1 and external_id = any ($2::text[])
        order by external_id for no key update`,
    },
    [wanted.connectionId, wanted.externalIds],
  );

/** A copy as a push leaves it. */
export interface WrittenCopy {
  readonly externalId: string;
  readonly name: string | null;
  /** Of units only. */
  readonly parentExternalId: string | null;
  readonly value: object;
  readonly believed: object;
  /** Hex. */
  readonly hash: string;
}

interface Written {
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
  readonly copies: readonly WrittenCopy[];
}

/** Makes copies, or brings them up to what was written. A pull's `seen_run_id` is left to the pulls. */
export const writeCopies = async (tx: Tx, noun: Noun, written: Written): Promise<void> => {
  if (written.copies.length === 0) return;
  const parent = noun === 'org_unit' ? ', parent_external_id' : '';
  const fromRow = noun === 'org_unit' ? ', r."parentExternalId"' : '';
  const set = noun === 'org_unit' ? 'parent_external_id = excluded.parent_external_id, ' : '';
  await tx.query(
    {
      name: `write_copies_${noun}`,
      text: `
        insert into muster.remote_${noun} as c (tenant_id, id, connection_id, external_id${parent}, name, value,
          content_hash, believed, pushed_plan_id, pushed_hash)
        select muster.current_tenant(), muster.new_id(), $1, r."externalId"${fromRow}, r.name, r.value,
          decode(r.hash, 'hex'), r.believed, $2, decode(r.hash, 'hex')
        from jsonb_to_recordset($3::jsonb) as r("externalId" text, "parentExternalId" text, name text,
          value jsonb, hash text, believed jsonb)
        order by r."externalId"
        on conflict (tenant_id, connection_id, external_id) do update set ${set}name = excluded.name,
          value = excluded.value, content_hash = excluded.content_hash, believed = excluded.believed,
          pushed_plan_id = excluded.pushed_plan_id, pushed_hash = excluded.pushed_hash, gone_at = null`,
    },
    [written.connectionId, written.planId, JSON.stringify(written.copies)],
  );
};

interface Pairs {
  readonly connectionId: ConnectionId;
  readonly runId: SyncRunId;
  readonly links: readonly {
    readonly objectId: string;
    readonly externalId: string;
    readonly baseVersion: number | null;
    /** The copy is what was written, so that both sides agree. */
    readonly made: boolean;
  }[];
}

/**
 * Links objects with what was made of them, or was found. A link of the object to another copy of this connection
 * (one that has gone) is replaced; a copy that somebody has linked otherwise meanwhile stays so, unless with an object
 * that the roster has deleted: platforms give the ids of what was removed to others.
 */
export const writeLinks = async (
  tx: Tx,
  noun: Noun,
  { connectionId, runId, links }: Pairs,
): Promise<void> => {
  if (links.length === 0) return;
  // One by one, for the reason that stands at the claims.
  const rows = `
    jsonb_to_recordset($2::jsonb) as r("objectId" uuid, "externalId" text, "baseVersion" integer, made boolean)
    cross join lateral (
      select f.id, f.content_hash from muster.remote_${noun} f where f.tenant_id = muster.current_tenant()
        and f.connection_id = $1 and f.external_id = r."externalId" limit 1) as c`;
  await tx.query(
    {
      name: `replace_links_${noun}`,
      text: `
        with old as materialized (
          select mine.place from ${rows}
          cross join lateral (
            select f.ctid as place, f.remote_${noun}_id as remote_id from muster.${noun}_link f
            where f.tenant_id = muster.current_tenant() and f.connection_id = $1 and f.${noun}_id = r."objectId"
            limit 1 for update
          ) as mine
          where mine.remote_id <> c.id
          union all
          select theirs.place from ${rows}
          cross join lateral (
            select f.ctid as place, f.${noun}_id as object_id from muster.${noun}_link f
            where f.tenant_id = muster.current_tenant() and f.remote_${noun}_id = c.id
              and f.${noun}_id <> r."objectId" limit 1 for update
          ) as theirs
          cross join lateral (
            select from muster.${noun} f
            where f.tenant_id = muster.current_tenant() and f.id = theirs.object_id and f.status = 'DELETED' limit 1
          ) as deleted)
        delete from muster.${noun}_link l using old
        where l.tenant_id = muster.current_tenant() and l.ctid = old.place`,
    },
    [connectionId, JSON.stringify(links)],
  );
  await tx.query(
    {
      name: `write_links_${noun}`,
      text: `
        insert into muster.${noun}_link (tenant_id, id, connection_id, remote_${noun}_id, ${noun}_id, origin, run_id,
          agreed_hash, agreed_version)
        select muster.current_tenant(), muster.new_id(), $1, c.id, o.id, 'PUSH', $3,
          case when r.made then c.content_hash end, coalesce(r."baseVersion", o.version)
        from ${rows}
        cross join lateral (
          select f.id, f.version from muster.${noun} f
          where f.tenant_id = muster.current_tenant() and f.id = r."objectId" limit 1) as o
        on conflict do nothing`,
    },
    [connectionId, JSON.stringify(links), runId],
  );
};

/**
 * Renews what both sides last agreed on after a write to a linked object. What the next pull brings is compared
 * again whenever the content has changed: fields that a push does not write may differ.
 */
export const renewAgreements = async (
  tx: Tx,
  noun: Noun,
  what: {
    readonly connectionId: ConnectionId;
    readonly objects: readonly { readonly objectId: string; readonly baseVersion: number }[];
  },
): Promise<void> => {
  if (what.objects.length === 0) return;
  await tx.query(
    {
      name: `renew_agreements_${noun}`,
      text: `
        update muster.${noun}_link l set agreed_version = r."baseVersion",
          agreed_hash = case when l.agreed_hash = c.content_hash then l.agreed_hash end
        from jsonb_to_recordset($2::jsonb) as r("objectId" uuid, "baseVersion" integer)
        cross join lateral (
          select f.ctid as place, f.remote_${noun}_id as remote_id from muster.${noun}_link f
          where f.tenant_id = muster.current_tenant() and f.connection_id = $1 and f.${noun}_id = r."objectId"
          limit 1 for no key update
        ) as mine
        cross join lateral (
          select f.content_hash from muster.remote_${noun} f
          where f.tenant_id = muster.current_tenant() and f.id = mine.remote_id limit 1) as c
        where l.tenant_id = muster.current_tenant() and l.ctid = mine.place`,
    },
    [what.connectionId, JSON.stringify(what.objects)],
  );
};

interface Removed {
  readonly connectionId: ConnectionId;
  readonly externalIds: readonly string[];
}

/** Takes links away; of `gone` objects the copy is marked as gone, and nobody signs in by its ids any more. */
export const removeLinks = async (
  tx: Tx,
  noun: Noun,
  removed: Removed & { readonly gone: boolean },
): Promise<void> => {
  const { connectionId, externalIds } = removed;
  if (externalIds.length === 0) return;
  const these = `c.tenant_id = muster.current_tenant() and c.connection_id = $1 and c.external_id = any ($2::text[])`;
  await tx.query(
    `delete from muster.${noun}_link l using muster.remote_${noun} c
     where l.tenant_id = c.tenant_id and l.remote_${noun}_id = c.id and ${these}`,
    [connectionId, externalIds],
  );
  if (!removed.gone) return;
  await tx.query(
    `update muster.remote_${noun} c set gone_at = coalesce(gone_at, clock_timestamp()) where ${these}`,
    [connectionId, externalIds],
  );
  if (noun === 'org_unit') return;
  await tx.query(
    `delete from muster.remote_identity i using muster.remote_account c
     where i.tenant_id = c.tenant_id and i.remote_account_id = c.id and ${these}`,
    [connectionId, externalIds],
  );
};

/** Identities of people whom a push has made or linked. An id of somebody who has gone is theirs now. */
export const writeIdentities = async (
  tx: Tx,
  what: {
    readonly connectionId: ConnectionId;
    readonly identities: readonly (ExternalId & { readonly externalId: string })[];
  },
): Promise<void> => {
  if (what.identities.length === 0) return;
  await tx.query(
    {
      name: 'push_identities',
      text: `
        insert into muster.remote_identity as i (tenant_id, connection_id, kind, value, remote_account_id)
        select distinct on (r.kind, r.value) muster.current_tenant(), $1::uuid, r.kind, r.value, c.id
        from jsonb_to_recordset($2::jsonb) as r("externalId" text, kind text, value text)
        cross join lateral (
          select f.id from muster.remote_account f where f.tenant_id = muster.current_tenant()
            and f.connection_id = $1 and f.external_id = r."externalId" limit 1) as c
        where r.value <> '' order by r.kind, r.value
        on conflict (tenant_id, connection_id, kind, value) do update
          set remote_account_id = excluded.remote_account_id
          where exists (select from muster.remote_account held where held.tenant_id = i.tenant_id
            and held.id = i.remote_account_id and held.gone_at is not null)`,
    },
    [what.connectionId, JSON.stringify(what.identities)],
  );
};

/** People who were asked and have to agree, and those who have: the latter are invited no longer. */
export const writeInvitations = async (
  tx: Tx,
  plan: { readonly id: SyncPlanId; readonly connectionId: ConnectionId },
  what: {
    readonly invited: readonly {
      readonly accountId: string;
      readonly externalId: string | null;
      readonly mobile: string | null;
      readonly email: string | null;
    }[];
    readonly joined: readonly string[];
  },
): Promise<void> => {
  if (what.joined.length > 0) {
    await tx.query(
      `delete from muster.account_invitation where tenant_id = muster.current_tenant() and connection_id = $1
         and account_id = any ($2::uuid[])`,
      [plan.connectionId, what.joined],
    );
  }
  if (what.invited.length === 0) return;
  await tx.query(
    `insert into muster.account_invitation
       (tenant_id, connection_id, account_id, external_id, mobile, email, plan_id)
     select muster.current_tenant(), $1, a.id, r."externalId", r.mobile, r.email, $2
     from jsonb_to_recordset($3::jsonb) as r("accountId" uuid, "externalId" text, mobile text, email text)
     join muster.account a on a.tenant_id = muster.current_tenant() and a.id = r."accountId"
     on conflict (tenant_id, connection_id, account_id) do update set external_id = excluded.external_id,
       mobile = excluded.mobile, email = excluded.email, plan_id = excluded.plan_id,
       invited_at = clock_timestamp()`,
    [plan.connectionId, plan.id, JSON.stringify(what.invited)],
  );
};
