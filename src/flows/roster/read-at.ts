import { type AccountId, isId } from '../../domain/index.ts';
import {
  type OrgUnitAt,
  type RowData,
  selectAccountAt,
  selectMembershipsAt,
  selectOrgUnitsAt,
} from '../../store/queries/history.ts';
import type { Row } from '../../store/queries/roster-projection.ts';
import type { FlowContext } from '../context.ts';
import { invalid } from './access.ts';
import { hiddenAttributes } from './hidden-attributes.ts';
import { scopeOf } from './read-access.ts';
import { readAccounts } from './read-accounts.ts';
import { readOrgUnits } from './read-org-units.ts';
import { ACCOUNT_FIELDS, attributesOf, type Hidden } from './row-fields.ts';

const common = (data: RowData, hidden: Hidden): Row => ({
  id: data['id'],
  attributes: attributesOf(data, hidden),
  version: data['version'],
  createdAt: data['created_at'],
  changedAt: data['changed_at'],
  deletedAt: data['deleted_at'] ?? null,
  restoreUntil: data['restore_until'] ?? null,
});

const unitRow = (unit: OrgUnitAt, hidden: Hidden): Row => ({
  ...common(unit.data, hidden),
  name: unit.data['name'],
  parentId: unit.data['parent_id'] ?? null,
  order: String(unit.data['sort_order']),
  status: unit.data['status'],
  path: unit.path,
  depth: unit.path.length - 1,
  // Counts are of the present: what a unit held then is asked with the accounts of that time.
  childCount: null,
  accountCount: null,
});

const readInstant = (context: FlowContext, at: string): string => {
  if (Date.parse(at) > context.now().getTime() + 60_000) {
    throw invalid('asOf', { zh: '时间在将来', en: 'it lies in the future' }, ['asOf']);
  }
  return at;
};

/** The org unit as it was at an instant; `null` when it was not there or the caller may not see it. */
export const readOrgUnitAt = async (context: FlowContext, id: string, asOf: string): Promise<Row | null> => {
  const at = readInstant(context, asOf);
  if (!isId(id)) return null;
  if (scopeOf(context.principal).kind !== 'ALL') {
    const [visible] = await readOrgUnits(context, [id], ['id', 'name']);
    if (visible === null) return null;
  }
  const [units, hidden] = await Promise.all([
    selectOrgUnitsAt(context.db, context.principal.tenantId, { ids: [id], at }),
    hiddenAttributes(context, 'ORG_UNIT', null),
  ]);
  return units[0] === undefined ? null : unitRow(units[0], hidden);
};

const accountRow = (data: RowData, hidden: Hidden): Row => ({
  ...common(data, hidden),
  ...Object.fromEntries(
    Object.entries(ACCOUNT_FIELDS).map(([column, field]) => [field, data[column] ?? null]),
  ),
});

const membershipRow = (data: RowData, primary: unknown): Row => ({
  id: data['id'],
  orgUnitId: data['org_unit_id'],
  primary: data['org_unit_id'] === primary,
  leader: data['leader'],
  title: data['title'] ?? null,
  order: String(data['sort_order']),
});

const isVisible = async (context: FlowContext, id: string): Promise<boolean> => {
  const projection = { fields: ['id'], orgUnit: null, memberships: null } as const;
  const [account] = await readAccounts(context, [id], projection);
  const everything =
    scopeOf(context.principal).kind === 'ALL' &&
    (context.principal.kind !== 'ACCOUNT' || context.principal.roles.some((role) => role !== 'MEMBER'));
  return account !== null || everything;
};

/**
 * The account as it was at an instant, with its org units as they were then; `null` when it was not there or the
 * caller may not see it as it is now.
 */
export const readAccountAt = async (context: FlowContext, id: string, asOf: string): Promise<Row | null> => {
  const at = readInstant(context, asOf);
  if (!isId(id) || !(await isVisible(context, id))) return null;
  const { db, principal } = context;
  const [data, memberships, hidden, hiddenOfUnits] = await Promise.all([
    selectAccountAt(db, principal.tenantId, { id: id as AccountId, at }),
    selectMembershipsAt(db, principal.tenantId, { id: id as AccountId, at }),
    hiddenAttributes(context, 'ACCOUNT', id),
    hiddenAttributes(context, 'ORG_UNIT', null),
  ]);
  if (data === null) return null;
  const account = accountRow(data, hidden);
  const primary = account['orgUnitId'];
  const rows = memberships.map((one) => membershipRow(one, primary));
  const ids = [...new Set([String(primary), ...rows.map((row) => String(row['orgUnitId']))])];
  const units = await selectOrgUnitsAt(db, principal.tenantId, { ids, at });
  const unitOf = new Map(units.map((unit) => [unit.id as string, unitRow(unit, hiddenOfUnits)]));
  const withUnits = rows.map(
    (row): Row => ({ ...row, orgUnit: unitOf.get(String(row['orgUnitId'])) ?? null }),
  );
  return {
    ...account,
    orgUnit: unitOf.get(String(primary)) ?? null,
    memberships: withUnits.toSorted((a, b) => Number(b['primary']) - Number(a['primary'])),
  };
};
