import type { OperationKind, SyncPlanId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

export const PLAN_DIFFERENCES = ['ONLY_FIRST', 'ONLY_SECOND', 'DIFFERENT', 'SAME'] as const;
/** How an operation of one plan stands to the one of the other that does the same sort of thing to the same object. */
export type PlanDifference = (typeof PLAN_DIFFERENCES)[number];

export interface PlanDiffRow {
  /** Position in the comparison; where the next page begins. */
  readonly key: string;
  readonly difference: PlanDifference;
  readonly kind: OperationKind;
  readonly objectType: 'ORG_UNIT' | 'ACCOUNT';
  readonly objectId: string | null;
  readonly externalId: string | null;
  readonly name: string;
  /** Ordinals in the two plans. */
  readonly first: number | null;
  readonly second: number | null;
}

// Of one object, operations of one kind are told apart by their order: giving up a name and getting another are two.
const SIDE = (plan: string): string => `
  select o.ordinal, o.kind, o.object_type, o.object_id, o.external_id, o.name, o.changes, o.content, o.planned_state,
    o.holds, concat_ws('|', o.object_type, coalesce(o.object_id::text, o.external_id), o.kind,
      row_number() over (partition by o.object_type, coalesce(o.object_id::text, o.external_id), o.kind
        order by o.ordinal)) collate "C" as key
  from muster.plan_operation o where o.tenant_id = muster.current_tenant() and o.plan_id = ${plan}`;

// Where an operation stands in its plan and what it was computed from may differ: it does the same.
const COMPARED = `
  with first as (${SIDE('$1')}), second as (${SIDE('$2')})
  select key, case when second.ordinal is null then 'ONLY_FIRST' when first.ordinal is null then 'ONLY_SECOND'
      when (first.changes, first.content, first.planned_state, first.holds)
        = (second.changes, second.content, second.planned_state, second.holds) then 'SAME'
      else 'DIFFERENT' end as difference,
    coalesce(first.kind, second.kind) as kind, coalesce(first.object_type, second.object_type) as object_type,
    coalesce(first.object_id, second.object_id) as object_id,
    coalesce(first.external_id, second.external_id) as external_id, coalesce(first.name, second.name) as name,
    first.ordinal as first_ordinal, second.ordinal as second_ordinal
  from first full join second using (key)`;

export interface PlanPair {
  readonly first: SyncPlanId;
  readonly second: SyncPlanId;
}

/** One page of the comparison of two plans, by object and kind. */
export const comparePlans = (
  db: Database,
  tenantId: TenantId,
  page: PlanPair & {
    readonly differences: readonly PlanDifference[];
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<PlanDiffRow[]> =>
  db.read<PlanDiffRow & Record<string, unknown>>(
    tenantId,
    `select key, difference, kind, object_type as "objectType", object_id as "objectId",
       external_id as "externalId", name, first_ordinal as first, second_ordinal as second
     from (${COMPARED}) as compared
     where difference = any ($3::text[]) and ($4::text is null or key > $4 collate "C")
     order by key limit $5`,
    [page.first, page.second, page.differences, page.after, page.limit],
  );

/** How many operations differ in which way. */
export const countDifferences = async (
  db: Database,
  tenantId: TenantId,
  pair: PlanPair,
): Promise<Readonly<Record<PlanDifference, number>>> => {
  const rows = await db.read<{ difference: PlanDifference; rows: number }>(
    tenantId,
    `select difference, count(*)::integer as rows from (${COMPARED}) as compared group by 1`,
    [pair.first, pair.second],
  );
  const counts = { ONLY_FIRST: 0, ONLY_SECOND: 0, DIFFERENT: 0, SAME: 0 };
  for (const row of rows) counts[row.difference] = row.rows;
  return counts;
};
