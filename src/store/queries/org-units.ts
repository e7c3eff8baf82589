import type { OrgUnitId, OrgUnitStatus, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import {
  type AttributeView,
  type OrgUnitField,
  orgUnitSelect,
  Params,
  type Row,
} from './roster-projection.ts';

export interface OrgUnitKey {
  readonly name: string;
  readonly id: OrgUnitId;
}

interface Shaped {
  readonly fields: readonly OrgUnitField[];
  readonly view: AttributeView;
  /** Only this unit and what is below it; `null` = the whole tenant. */
  readonly subtree: OrgUnitId | null;
}

export interface OrgUnitQuery extends Shaped {
  readonly statuses: readonly OrgUnitStatus[];
  readonly parentId?: OrgUnitId;
  /** Case-folded part of the name, as the right-hand side of LIKE. */
  readonly pattern?: string;
  readonly after: OrgUnitKey | null;
  readonly limit: number;
}

const pathOf = (unit: string): string =>
  `(select p.path from muster.org_unit p where p.tenant_id = muster.current_tenant() and p.id = ${unit}::uuid)`;

const inSubtree = (unit: string): string => `u.path >= ${pathOf(unit)} and u.path < ${pathOf(unit)} || ':'`;

const conditions = (query: OrgUnitQuery, params: Params): string[] => {
  const found = [
    'u.tenant_id = muster.current_tenant()',
    `u.status = any (${params.add(query.statuses)}::text[])`,
  ];
  if (!query.statuses.includes('DELETED')) found.push("u.status = 'ACTIVE'");
  if (query.subtree !== null) found.push(inSubtree(params.add(query.subtree)));
  if (query.parentId !== undefined) found.push(`u.parent_id = ${params.add(query.parentId)}::uuid`);
  if (query.pattern !== undefined) found.push(`muster.fold(u.name) like ${params.add(query.pattern)}`);
  return found;
};

/** Org units in the pinyin order of their names. `name` and `id` are always among the fields. */
export const selectOrgUnits = async (
  db: Database,
  tenantId: TenantId,
  query: OrgUnitQuery,
): Promise<Row[]> => {
  const params = new Params();
  const list = orgUnitSelect(query.fields, query.view, { alias: 'u', params }).join(', ');
  const where = conditions(query, params);
  if (query.after !== null) {
    const name = params.add(query.after.name);
    where.push(
      `(u.name collate muster.pinyin, u.id) > (${name}::text collate muster.pinyin, ${params.add(query.after.id)}::uuid)`,
    );
  }
  return db.read<Row>(
    tenantId,
    `select ${list} from muster.org_unit u where ${where.join(' and ')}
     order by u.name collate muster.pinyin, u.id limit ${params.add(query.limit)}`,
    params.values,
  );
};

/** Number of org units that the filter selects. */
export const countOrgUnits = async (
  db: Database,
  tenantId: TenantId,
  query: OrgUnitQuery,
): Promise<number> => {
  const params = new Params();
  const where = conditions(query, params).join(' and ');
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::int as count from muster.org_unit u where ${where}`,
    params.values,
  );
  return rows[0]?.count ?? 0;
};

/** Org units by id, deleted ones included; those that do not exist or lie outside the subtree are left out. */
export const selectOrgUnitsById = async (
  db: Database,
  tenantId: TenantId,
  query: Shaped & { readonly ids: readonly OrgUnitId[] },
): Promise<Row[]> => {
  const params = new Params();
  const list = orgUnitSelect(query.fields, query.view, { alias: 'u', params }).join(', ');
  const where = [`u.tenant_id = muster.current_tenant() and u.id = any (${params.add(query.ids)}::uuid[])`];
  if (query.subtree !== null) where.push(inSubtree(params.add(query.subtree)));
  return db.read<Row>(
    tenantId,
    `select ${list} from muster.org_unit u where ${where.join(' and ')}`,
    params.values,
  );
};

export interface TreeQuery extends Shaped {
  /** `null` = from the root of the tenant, or of the subtree that the reader is limited to. */
  readonly rootId: OrgUnitId | null;
  /** Levels below the root of the answer; `null` = all. */
  readonly depth: number | null;
  readonly limit: number;
}

/**
 * A tree or part of it as a flat list, parents before children, siblings by order and then by pinyin, in one
 * statement. The root of the answer comes first.
 */
export const selectOrgUnitTree = async (
  db: Database,
  tenantId: TenantId,
  query: TreeQuery,
): Promise<Row[]> => {
  const params = new Params();
  const list = orgUnitSelect(query.fields, query.view, { alias: 'u', params }).join(', ');
  const root = query.rootId ?? query.subtree;
  const where = ["u.tenant_id = muster.current_tenant() and u.status = 'ACTIVE'"];
  if (root !== null) where.push(inSubtree(params.add(root)));
  if (query.rootId !== null && query.subtree !== null) where.push(inSubtree(params.add(query.subtree)));
  const level = "cardinality(string_to_array(u.path, '.'))";
  if (query.depth !== null) {
    const top =
      root === null ? '3' : `(select cardinality(string_to_array(${pathOf(params.add(root))}, '.')))`;
    where.push(`${level} <= ${top} + ${params.add(query.depth)}::int`);
  }
  return db.read<Row>(
    tenantId,
    `select ${list} from muster.org_unit u where ${where.join(' and ')}
     order by ${level}, u.sort_order, u.name collate muster.pinyin, u.id limit ${params.add(query.limit)}`,
    params.values,
  );
};
