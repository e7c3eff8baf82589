import {
  ACCOUNT_COLUMNS,
  type AccountField,
  type AccountProjection,
  ORG_UNIT_COLUMNS,
  type OrgUnitField,
} from '../src/flows/roster/projection.ts';
import type { Selection } from './selection.ts';

const isAccountField = (field: string): field is AccountField => Object.hasOwn(ACCOUNT_COLUMNS, field);
const isOrgUnitField = (field: string): field is OrgUnitField => Object.hasOwn(ORG_UNIT_COLUMNS, field);

/** Columns of an org unit that a selection needs; `id` and `name` are always there. */
export const orgUnitFields = (selection: Selection): readonly OrgUnitField[] => [
  ...new Set<OrgUnitField>(['id', 'name', ...Object.keys(selection).filter(isOrgUnitField)]),
];

/** Counts are costly, and a list names the same unit often: inside accounts they are read once for each unit. */
const COUNTS: ReadonlySet<string> = new Set<OrgUnitField>(['childCount', 'accountCount']);

const nestedOrgUnitFields = (selection: Selection): readonly OrgUnitField[] =>
  orgUnitFields(selection).filter((field) => !COUNTS.has(field));

const memo = new WeakMap<Selection, AccountProjection>();

/** Columns and joins of an account that a selection needs; `id` and `displayName` are always there. */
export const accountProjection = (selection: Selection): AccountProjection => {
  const known = memo.get(selection);
  if (known !== undefined) return known;
  const needed: AccountField[] = selection['manager'] === undefined ? [] : ['managerId'];
  const unit = selection['orgUnit'];
  const memberships = selection['memberships'];
  const projection: AccountProjection = {
    fields: [
      ...new Set<AccountField>([
        'id',
        'displayName',
        ...needed,
        ...Object.keys(selection).filter(isAccountField),
      ]),
    ],
    orgUnit: unit === undefined ? null : nestedOrgUnitFields(unit),
    memberships:
      memberships === undefined ? null : { orgUnit: nestedOrgUnitFields(memberships['orgUnit'] ?? {}) },
  };
  memo.set(selection, projection);
  return projection;
};

/** Name of a batch: the noun and the columns that are read. */
export const projectionKey = (projection: AccountProjection): string => JSON.stringify(projection);
