import type {
  AccountId,
  ConnectionId,
  ErrorDetails,
  FieldMasters,
  ImportRunId,
  OrgUnitId,
  PushGuardVerdict,
  PushRules,
  SyncPlanId,
  SyncPlanKind,
  SyncPlanPhase,
  SyncPlanTotals,
  SyncRunId,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

export const SYNC_PLAN_TRIGGERS = ['MANUAL', 'SCHEDULE', 'CHANGE', 'UNDO'] as const;
/** What made a plan: a person, a timer, a change of the roster, or the wish to take a run back. */
export type SyncPlanTrigger = (typeof SYNC_PLAN_TRIGGERS)[number];

/** What a plan that is not a full one looks at, by its kind. */
export interface SyncPlanScope {
  readonly orgUnitIds?: readonly OrgUnitId[];
  readonly accountIds?: readonly AccountId[];
  /** With everything below the named units: the units there and the people in them. */
  readonly withDescendants?: boolean;
  /** The run that an `UNDO` takes back. */
  readonly runId?: SyncRunId;
}

export interface SyncPlanRow {
  readonly id: SyncPlanId;
  readonly connectionId: ConnectionId;
  readonly kind: SyncPlanKind;
  readonly scope: SyncPlanScope;
  readonly phase: SyncPlanPhase;
  readonly trigger: SyncPlanTrigger;
  /** Holds nothing but people who lose their access, and goes before a full run. */
  readonly urgent: boolean;
  readonly requestedById: string | null;
  readonly requestedByName: string | null;
  /** The pull that came first. */
  readonly importRunId: ImportRunId | null;
  /** What that pull, or the last one, can vouch for; `null` until the plan is made. */
  readonly remoteComplete: boolean | null;
  /** Which changes of the roster the plan knows, as PostgreSQL writes a `pg_snapshot`. */
  readonly rosterSnapshot: string | null;
  /** The push rules that it was made by. */
  readonly rules: PushRules | null;
  readonly totals: SyncPlanTotals | null;
  readonly guards: readonly PushGuardVerdict[];
  /** SHA-256, hex, over what all operations do. */
  readonly contentDigest: string | null;
  /** JWS, compact, of the tenant's key over plan and content digest. */
  readonly signature: string | null;
  /** Over content and decisions: what is approved and applied. Frozen once the plan is approved. */
  readonly digest: string | null;
  /** Grows with every decision. */
  readonly reviewVersion: number;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly supersededById: SyncPlanId | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly plannedAt: Date | null;
  readonly approvedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Columns of `muster.sync_plan` as a {@link SyncPlanRow}. */
export const PLAN_COLUMNS = `
  id, connection_id as "connectionId", kind, scope, phase, trigger, urgent, requested_by_id as "requestedById",
  requested_by_name as "requestedByName", import_run_id as "importRunId", remote_complete as "remoteComplete",
  roster_snapshot::text as "rosterSnapshot", rules, totals, guards, content_digest as "contentDigest", signature,
  digest, review_version as "reviewVersion", error_code as "errorCode", error_details as "errorDetails",
  superseded_by_id as "supersededById", expires_at as "expiresAt", created_at as "createdAt",
  planned_at as "plannedAt", approved_at as "approvedAt", ended_at as "endedAt"`;

type Found = SyncPlanRow & Record<string, unknown>;

/** Makes a plan that is to be planned. Who asked is the actor of the transaction. */
export const insertPlan = async (
  tx: Tx,
  plan: Pick<SyncPlanRow, 'id' | 'connectionId' | 'kind' | 'scope' | 'trigger'> & {
    readonly urgent?: boolean;
  },
): Promise<SyncPlanRow> => {
  const [row] = await tx.query<Found>(
    `insert into muster.sync_plan (tenant_id, id, connection_id, kind, scope, trigger, urgent)
     values (muster.current_tenant(), $1, $2, $3, $4, $5, $6) returning ${PLAN_COLUMNS}`,
    [plan.id, plan.connectionId, plan.kind, JSON.stringify(plan.scope), plan.trigger, plan.urgent ?? false],
  );
  if (row === undefined) throw new TypeError('a plan that was just made is there');
  return row;
};

const ONE = `select ${PLAN_COLUMNS} from muster.sync_plan where tenant_id = muster.current_tenant() and id = $1`;

export const readPlan = async (
  db: Database,
  tenantId: TenantId,
  id: SyncPlanId,
): Promise<SyncPlanRow | null> =>
  (await db.read<Found>(tenantId, { name: 'sync_plan', text: ONE }, [id]))[0] ?? null;

/** Locks a plan for a step of its planning, its review or its application. */
export const lockPlan = async (tx: Tx, id: SyncPlanId): Promise<SyncPlanRow | null> =>
  (await tx.query<Found>(`${ONE} for no key update`, [id]))[0] ?? null;

/** Which plans; every condition that is given must hold. */
export interface PlanFilter {
  readonly connectionId?: ConnectionId | undefined;
  readonly kinds?: readonly SyncPlanKind[] | undefined;
  readonly phases?: readonly SyncPlanPhase[] | undefined;
  readonly triggers?: readonly SyncPlanTrigger[] | undefined;
}

const FILTER = `tenant_id = muster.current_tenant() and ($1::uuid is null or connection_id = $1)
  and ($2::text[] is null or kind = any ($2)) and ($3::text[] is null or phase = any ($3))
  and ($4::text[] is null or trigger = any ($4))`;

const filterValues = (filter: PlanFilter): unknown[] => [
  filter.connectionId ?? null,
  filter.kinds ?? null,
  filter.phases ?? null,
  filter.triggers ?? null,
];

/** Plans, newest first; `before` is the id of the last plan of the page before. */
export const listPlans = (
  db: Database,
  tenantId: TenantId,
  page: PlanFilter & { readonly before?: SyncPlanId | undefined; readonly limit: number },
): Promise<SyncPlanRow[]> =>
  db.read<Found>(
    tenantId,
    `select ${PLAN_COLUMNS} from muster.sync_plan where ${FILTER} and ($5::uuid is null or id < $5)
     order by id desc limit $6`,
    [...filterValues(page), page.before ?? null, page.limit],
  );

/** Number of plans that a filter selects. */
export const countPlans = async (db: Database, tenantId: TenantId, filter: PlanFilter): Promise<number> => {
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.sync_plan where ${FILTER}`,
    filterValues(filter),
  );
  return rows[0]?.count ?? 0;
};

/** Notes the pull that a full plan begins with. */
export const noteImport = (tx: Tx, id: SyncPlanId, importRunId: ImportRunId): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set import_run_id = $2
     where tenant_id = muster.current_tenant() and id = $1 and phase = 'PLANNING'`,
    [id, importRunId],
  );

/** Notes why planning stopped for now; it is going to be tried again. */
export const notePlanTrouble = (
  tx: Tx,
  id: SyncPlanId,
  trouble: { readonly code: string; readonly details: ErrorDetails },
): Promise<number> =>
  tx.execute(
    `update muster.sync_plan set error_code = $2, error_details = $3
     where tenant_id = muster.current_tenant() and id = $1 and phase = 'PLANNING'`,
    [id, trouble.code, JSON.stringify(trouble.details)],
  );

/** Ends a plan that could not be made. False when it is not being made any more. */
export const failPlan = async (
  tx: Tx,
  id: SyncPlanId,
  failure: { readonly code: string; readonly details: ErrorDetails },
): Promise<boolean> =>
  (await tx.execute(
    `update muster.sync_plan set phase = 'FAILED', error_code = $2, error_details = $3, planned_at = clock_timestamp(),
       ended_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and phase = 'PLANNING'`,
    [id, failure.code, JSON.stringify(failure.details)],
  )) === 1;

/** What a plan that has been made is known by. */
export type PlanMade = Pick<SyncPlanRow, 'totals' | 'guards' | 'rules' | 'remoteComplete'> & {
  /** Whose the fields were. */
  readonly masters: FieldMasters;
  readonly phase: 'REVIEW' | 'EMPTY';
  readonly contentDigest: string;
  readonly digest: string;
  readonly signature: string;
  readonly expiresAt: Date;
};

/** A plan has been made; it knows the roster as this transaction sees it. */
export const endPlanning = async (tx: Tx, id: SyncPlanId, made: PlanMade): Promise<SyncPlanRow> => {
  const [row] = await tx.query<Found>(
    `update muster.sync_plan set phase = $2, totals = $3, guards = $4, rules = $5, remote_complete = $6,
       content_digest = $7, digest = $8, signature = $9, expires_at = $10, roster_snapshot = pg_current_snapshot(),
       planned_at = clock_timestamp(), ended_at = case when $2 = 'EMPTY' then clock_timestamp() end,
       error_code = null, error_details = null, masters = $11
     where tenant_id = muster.current_tenant() and id = $1 and phase = 'PLANNING' returning ${PLAN_COLUMNS}`,
    [
      id,
      made.phase,
      JSON.stringify(made.totals),
      JSON.stringify(made.guards),
      JSON.stringify(made.rules),
      made.remoteComplete,
      made.contentDigest,
      made.digest,
      made.signature,
      made.expiresAt,
      JSON.stringify(made.masters),
    ],
  );
  if (row === undefined) throw new TypeError('a plan that is locked while it is made stays so');
  return row;
};

/** Error with which the connection's last plan of changes could not be made; `null` when it could. */
export const lastFailure = async (tx: Tx, connectionId: ConnectionId): Promise<string | null> => {
  const rows = await tx.query<{ code: string | null }>(
    `select case when phase = 'FAILED' then error_code end as code from muster.sync_plan
     where tenant_id = muster.current_tenant() and connection_id = $1 and kind = 'INCREMENTAL' and not urgent
     order by id desc limit 1`,
    [connectionId],
  );
  return rows[0]?.code ?? null;
};
