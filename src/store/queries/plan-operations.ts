import type {
  ConnectionId,
  ErrorDetails,
  HoldCode,
  OperationKind,
  OperationState,
  PlannedOperation,
  PushIssueCode,
  PushReason,
  SyncPlanId,
  TenantId,
} from '../../domain/index.ts';
import { type CopyValue, copyInto, copyLine } from '../copy.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';
import { textArray } from './import-staged.ts';

export type OperationDecision = 'RELEASED' | 'REJECTED';

/** A stored operation: what was planned, what was decided about it, and how far it has come. */
export interface PlanOperationRow extends Omit<PlannedOperation, 'state'> {
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
  /** SHA-256, hex, of what it does. */
  readonly contentDigest: string;
  /** As the planner said it; with the decision it is how the state began. */
  readonly plannedState: PlannedOperation['state'];
  readonly decision: OperationDecision | null;
  readonly decidedById: string | null;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  readonly state: OperationState;
  /** Why it is in that state. */
  readonly outcomeCode: string | null;
  readonly attempt: number;
  readonly intentAt: Date | null;
  readonly outcomeUnknown: boolean;
  readonly retryAt: Date | null;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly preImage: Readonly<Record<string, unknown>> | null;
  readonly endedAt: Date | null;
}

/** Columns of `muster.plan_operation o` as a {@link PlanOperationRow}. */
export const OPERATION_COLUMNS = `
  o.plan_id as "planId", o.connection_id as "connectionId", o.ordinal, o.kind, o.object_type as "objectType",
  o.object_id as "objectId", o.external_id as "externalId", o.name, o.reason, o.rule, o.changes, o.content, o.wave,
  o.depends_on as "dependsOn",
  jsonb_build_object('version', o.base_version, 'remoteHash', encode(o.base_hash, 'hex')) as base, o.effects,
  o.holds, o.issues, encode(o.content_digest, 'hex') as "contentDigest", o.planned_state as "plannedState",
  o.decision, o.decided_by_id as "decidedById", o.decided_by_name as "decidedByName", o.decided_at as "decidedAt",
  o.state, o.outcome_code as "outcomeCode", o.attempt, o.intent_at as "intentAt",
  o.outcome_unknown as "outcomeUnknown", o.retry_at as "retryAt", o.error_code as "errorCode",
  o.error_details as "errorDetails", o.result, o.pre_image as "preImage", o.ended_at as "endedAt"`;

type Found = PlanOperationRow & Record<string, unknown>;

/** The operation as the planner made it, from what is stored. */
export const plannedOf = (row: PlanOperationRow): PlannedOperation => ({
  ordinal: row.ordinal,
  kind: row.kind,
  objectType: row.objectType,
  objectId: row.objectId,
  externalId: row.externalId,
  name: row.name,
  reason: row.reason,
  rule: row.rule,
  changes: row.changes,
  content: row.content,
  wave: row.wave,
  dependsOn: row.dependsOn,
  base: row.base,
  effects: row.effects,
  state: row.plannedState,
  holds: row.holds,
  issues: row.issues,
});

interface Column {
  readonly name: string;
  readonly type: string;
  readonly value: (operation: PlannedOperation) => CopyValue;
  /** Expression in the final insert, when it is not the column itself. */
  readonly sql?: string;
}

const NEW_COLUMNS: readonly Column[] = [
  { name: 'ordinal', type: 'integer', value: (row) => row.ordinal },
  { name: 'kind', type: 'text', value: (row) => row.kind },
  { name: 'object_type', type: 'text', value: (row) => row.objectType },
  { name: 'object_id', type: 'uuid', value: (row) => row.objectId },
  { name: 'external_id', type: 'text', value: (row) => row.externalId },
  { name: 'name', type: 'text', value: (row) => row.name },
  { name: 'reason', type: 'text', value: (row) => row.reason },
  { name: 'rule', type: 'text', value: (row) => row.rule },
  { name: 'changes', type: 'jsonb', value: (row) => JSON.stringify(row.changes) },
  { name: 'content', type: 'jsonb', value: (row) => JSON.stringify(row.content) },
  { name: 'wave', type: 'integer', value: (row) => row.wave },
  { name: 'depends_on', type: 'integer[]', value: (row) => `{${row.dependsOn.join(',')}}` },
  { name: 'base_version', type: 'integer', value: (row) => row.base.version },
  {
    name: 'base_hash',
    type: 'text',
    value: (row) => row.base.remoteHash,
    sql: "decode(base_hash, 'hex')",
  },
  { name: 'effects', type: 'jsonb', value: (row) => JSON.stringify(row.effects) },
  { name: 'holds', type: 'text[]', value: (row) => textArray(row.holds) },
  { name: 'issues', type: 'jsonb', value: (row) => JSON.stringify(row.issues) },
  { name: 'planned_state', type: 'text', value: (row) => row.state },
];

const FROM = 'new_plan_operation';

/** Why a row that the planner did not plan is where it is: its first hold or issue. */
const OUTCOME = `case planned_state when 'PLANNED' then null when 'HELD' then holds[1]
  else coalesce(issues->0->>'code', planned_state) end`;

function* linesOf(
  operations: readonly PlannedOperation[],
  digestOf: (operation: PlannedOperation) => string,
): Generator<string> {
  for (const operation of operations) {
    yield copyLine([...NEW_COLUMNS.map(({ value }) => value(operation)), digestOf(operation)]);
  }
}

/** Stores the operations of a plan in bulk. `digestOf` tells the SHA-256 (hex) of what one does. */
export const storeOperations = async (
  tx: Tx,
  plan: { readonly id: SyncPlanId; readonly connectionId: ConnectionId },
  what: {
    readonly operations: readonly PlannedOperation[];
    readonly digestOf: (operation: PlannedOperation) => string;
  },
): Promise<void> => {
  if (what.operations.length === 0) return;
  const columns = [...NEW_COLUMNS, { name: 'content_digest', type: 'text' }];
  await tx.query(
    `create temporary table ${FROM} (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}) on commit drop`,
  );
  await copyInto(
    tx,
    { table: FROM, columns: columns.map(({ name }) => name) },
    linesOf(what.operations, what.digestOf),
  );
  await tx.execute(
    `insert into muster.plan_operation (tenant_id, plan_id, connection_id, state, outcome_code, ended_at,
       content_digest, ${NEW_COLUMNS.map(({ name }) => name).join(', ')})
     select muster.current_tenant(), $1, $2, planned_state, ${OUTCOME},
       case when planned_state in ('SKIPPED', 'QUARANTINED') then clock_timestamp() end,
       decode(content_digest, 'hex'), ${NEW_COLUMNS.map(({ name, sql }) => sql ?? name).join(', ')}
     from pg_temp.${FROM} order by ordinal`,
    [plan.id, plan.connectionId],
  );
  await tx.query(`drop table pg_temp.${FROM}`);
};

/** Which operations; every condition that is given must hold. */
export interface OperationFilter {
  readonly ordinals?: readonly number[] | undefined;
  readonly kinds?: readonly OperationKind[] | undefined;
  readonly objectType?: 'ORG_UNIT' | 'ACCOUNT' | undefined;
  /** Ids of units or accounts of the roster. */
  readonly objectIds?: readonly string[] | undefined;
  readonly reasons?: readonly PushReason[] | undefined;
  readonly states?: readonly OperationState[] | undefined;
  readonly holds?: readonly HoldCode[] | undefined;
  readonly issueCodes?: readonly PushIssueCode[] | undefined;
  /** Folded piece of a name, pinyin or platform id; as the right-hand side of LIKE. */
  readonly pattern?: string | undefined;
}

/** Conditions on operations `o`, and the values that they need. */
export const operationWhere = (filter: OperationFilter, params: unknown[]): string => {
  const add = (value: unknown): string => `$${params.push(value)}`;
  const found: string[] = ['true'];
  if (filter.ordinals !== undefined) found.push(`o.ordinal = any (${add(filter.ordinals)}::integer[])`);
  if (filter.kinds !== undefined) found.push(`o.kind = any (${add(filter.kinds)}::text[])`);
  if (filter.objectType !== undefined) found.push(`o.object_type = ${add(filter.objectType)}`);
  if (filter.objectIds !== undefined) found.push(`o.object_id = any (${add(filter.objectIds)}::uuid[])`);
  if (filter.reasons !== undefined) found.push(`o.reason = any (${add(filter.reasons)}::text[])`);
  if (filter.states !== undefined) found.push(`o.state = any (${add(filter.states)}::text[])`);
  if (filter.holds !== undefined) found.push(`o.holds && ${add(filter.holds)}::text[]`);
  if (filter.issueCodes !== undefined) {
    found.push(`o.issues <> '[]' and exists (select from jsonb_array_elements(o.issues) as i
      where i->>'code' = any (${add(filter.issueCodes)}::text[]))`);
  }
  if (filter.pattern !== undefined) {
    const pattern = add(filter.pattern);
    found.push(`concat_ws(' ', muster.fold(o.name), muster.fold(coalesce(o.external_id, ''))) like ${pattern}
      or (o.object_type = 'ACCOUNT' and exists (select from muster.account_search s
        where s.tenant_id = o.tenant_id and s.account_id = o.object_id and s.search_text like ${pattern}))`);
  }
  return found.map((each) => `(${each})`).join(' and ');
};

export interface OperationPage {
  readonly planId: SyncPlanId;
  readonly filter: OperationFilter;
  /** Ordinal of the last row of the page before. */
  readonly after: number | null;
  readonly limit: number;
}

const LIST = (where: string): string => `
  select ${OPERATION_COLUMNS} from muster.plan_operation o
  where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and ($2::integer is null or o.ordinal > $2)
    and ${where}
  order by o.ordinal limit $3`;

/** Operations of a plan in the order of their ordinals. */
export const listOperations = (
  db: Database,
  tenantId: TenantId,
  page: OperationPage,
): Promise<PlanOperationRow[]> => {
  const params: unknown[] = [page.planId, page.after, page.limit];
  const where = operationWhere(page.filter, params);
  return db.read<Found>(tenantId, LIST(where), params);
};

/** As {@link listOperations}, inside a transaction. */
export const readOperations = (tx: Tx, page: OperationPage): Promise<PlanOperationRow[]> => {
  const params: unknown[] = [page.planId, page.after, page.limit];
  const where = operationWhere(page.filter, params);
  return tx.query<Found>(LIST(where), params);
};

/** Number of operations that a filter selects. */
export const countOperations = async (
  db: Database,
  tenantId: TenantId,
  wanted: { readonly planId: SyncPlanId; readonly filter: OperationFilter },
): Promise<number> => {
  const params: unknown[] = [wanted.planId];
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.plan_operation o
     where o.tenant_id = muster.current_tenant() and o.plan_id = $1 and ${operationWhere(wanted.filter, params)}`,
    params,
  );
  return rows[0]?.count ?? 0;
};
