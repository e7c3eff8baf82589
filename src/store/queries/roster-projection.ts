import type { AccountId } from '../../domain/index.ts';

/** Collects the parameters of a statement whose text is put together from parts. */
export class Params {
  readonly values: unknown[] = [];

  /** Placeholder of a value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** Instants leave the database as ISO 8601 in UTC with microseconds, so that `asOf` can name a version exactly. */
export const instant = (expression: string): string =>
  `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What of custom attributes the reader may see. */
export interface AttributeView {
  /** Sensitive values are shown for every object. */
  readonly sensitive: boolean;
  /** The account whose own sensitive values are shown as well. */
  readonly self: AccountId | null;
}

const hidden = (target: 'ACCOUNT' | 'ORG_UNIT', view: AttributeView): string =>
  `coalesce((select array_agg(d.name) from muster.attribute_definition d where d.target = '${target}' and ${
    view.sensitive ? 'not d.enabled' : '(d.sensitive or not d.enabled)'
  }), '{}')`;

type Column = (alias: string, view: AttributeView, params: Params) => string;

const plain =
  (column: string): Column =>
  (alias) =>
    `${alias}.${column}`;

const time =
  (column: string): Column =>
  (alias) =>
    instant(`${alias}.${column}`);

/** Scalar fields of an org unit, by the name that the API gives them. */
export const ORG_UNIT_COLUMNS = {
  id: plain('id'),
  name: plain('name'),
  parentId: plain('parent_id'),
  order: (alias) => `${alias}.sort_order::text`,
  status: plain('status'),
  attributes: (alias, view) => `${alias}.attributes - ${hidden('ORG_UNIT', view)}`,
  // As JSON: the driver reads arrays character by character, a quarter of the cost of a list.
  path: (alias) =>
    `(select json_agg(x.name order by length(x.path)) from muster.org_unit x where x.tenant_id = ${alias}.tenant_id
      and x.path_key = any (string_to_array(btrim(${alias}.path, '.'), '.')::bigint[]))`,
  depth: (alias) => `cardinality(string_to_array(btrim(${alias}.path, '.'), '.')) - 1`,
  childCount: (alias) =>
    `(select count(*)::int from muster.org_unit x where x.tenant_id = ${alias}.tenant_id
      and x.parent_id = ${alias}.id and x.status = 'ACTIVE')`,
  accountCount: (alias) =>
    `(select count(*)::int from muster.membership x join muster.account y
      on y.tenant_id = x.tenant_id and y.id = x.account_id and y.status <> 'DELETED'
      where x.tenant_id = ${alias}.tenant_id and x.org_unit_id = ${alias}.id)`,
  version: plain('version'),
  createdAt: time('created_at'),
  changedAt: time('changed_at'),
  deletedAt: time('deleted_at'),
  restoreUntil: time('restore_until'),
} as const satisfies Record<string, Column>;
export type OrgUnitField = keyof typeof ORG_UNIT_COLUMNS;

/** Scalar fields of an account, by the name that the API gives them. */
export const ACCOUNT_COLUMNS = {
  id: plain('id'),
  userName: plain('user_name'),
  displayName: plain('display_name'),
  status: plain('status'),
  statusReason: plain('status_reason'),
  email: plain('email'),
  mobile: plain('mobile'),
  jobNumber: plain('job_number'),
  title: plain('title'),
  managerId: plain('manager_id'),
  orgUnitId: plain('primary_org_unit_id'),
  attributes: (alias, view, params) => {
    const masked = `${alias}.attributes - ${hidden('ACCOUNT', view)}`;
    if (view.sensitive || view.self === null) return masked;
    const own = `${alias}.attributes - ${hidden('ACCOUNT', { sensitive: true, self: null })}`;
    return `case when ${alias}.id = ${params.add(view.self)}::uuid then ${own} else ${masked} end`;
  },
  version: plain('version'),
  createdAt: time('created_at'),
  changedAt: time('changed_at'),
  deletedAt: time('deleted_at'),
  restoreUntil: time('restore_until'),
} as const satisfies Record<string, Column>;
export type AccountField = keyof typeof ACCOUNT_COLUMNS;

/** What of an account is wanted; a statement reads that and nothing else. */
export interface AccountProjection {
  readonly fields: readonly AccountField[];
  /** Fields of the primary org unit; `null` = not wanted. */
  readonly orgUnit: readonly OrgUnitField[] | null;
  /** Fields of each membership's org unit; `null` = memberships are not wanted. */
  readonly memberships: { readonly orgUnit: readonly OrgUnitField[] } | null;
}

export const orgUnitSelect = (
  fields: readonly OrgUnitField[],
  view: AttributeView,
  options: { readonly alias: string; readonly prefix?: string; readonly params: Params },
): string[] =>
  fields.map((field) => {
    const column: Column = ORG_UNIT_COLUMNS[field];
    return `${column(options.alias, view, options.params)} as "${options.prefix ?? ''}${field}"`;
  });

const orgUnitJson = (fields: readonly OrgUnitField[], view: AttributeView, params: Params): string =>
  `json_build_object(${fields
    .map((field) => {
      const column: Column = ORG_UNIT_COLUMNS[field];
      return `'${field}', ${column('mu', view, params)}`;
    })
    .join(', ')})`;

const membershipsJson = (
  fields: readonly OrgUnitField[],
  view: AttributeView,
  params: Params,
): string => `(select coalesce(json_agg(json_build_object('id', m.id, 'primary', m.org_unit_id = a.primary_org_unit_id,
  'leader', m.leader, 'title', m.title, 'order', m.sort_order::text, 'orgUnitId', m.org_unit_id,
  'orgUnit', ${orgUnitJson(fields, view, params)})
  order by m.org_unit_id = a.primary_org_unit_id desc, m.sort_order, m.id), '[]')
  from muster.membership m join muster.org_unit mu on mu.tenant_id = m.tenant_id and mu.id = m.org_unit_id
  where m.tenant_id = a.tenant_id and m.account_id = a.id) as memberships`;

const PREFIX = 'orgUnit.';

/** Select list over aliases `a` (account) and `u` (its primary unit). */
export const accountSelect = (
  projection: AccountProjection,
  view: AttributeView,
  params: Params,
): { readonly list: string; readonly join: string } => {
  const list = projection.fields.map((field) => {
    const column: Column = ACCOUNT_COLUMNS[field];
    return `${column('a', view, params)} as "${field}"`;
  });
  if (projection.orgUnit !== null) {
    list.push(...orgUnitSelect(projection.orgUnit, view, { alias: 'u', prefix: PREFIX, params }));
  }
  if (projection.memberships !== null) {
    list.push(membershipsJson(projection.memberships.orgUnit, view, params));
  }
  return {
    list: list.join(', '),
    join:
      projection.orgUnit === null
        ? ''
        : 'join muster.org_unit u on u.tenant_id = a.tenant_id and u.id = a.primary_org_unit_id',
  };
};

export type Row = Record<string, unknown>;

/** Gathers the columns of the primary unit into an object of their own; changes the row in place. */
export const nestOrgUnit = (rows: readonly Row[], fields: readonly OrgUnitField[] | null): void => {
  if (fields === null) return;
  const names = fields.map((field) => [field, PREFIX + field] as const);
  for (const row of rows) {
    const unit: Row = {};
    for (const [field, column] of names) unit[field] = row[column];
    row['orgUnit'] = unit;
  }
};
