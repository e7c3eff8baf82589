import type { Attributes, AttributeValue } from '../domain/roster.ts';
import type { FieldChange } from '../domain/staging.ts';
import type { AccountState } from './facts.ts';

const ATTRIBUTE = 'attributes.';

/** Splits `attributes.<name>`; `null` for a field of the account itself. */
export const attributeName = (field: string): string | null =>
  field.startsWith(ATTRIBUTE) ? field.slice(ATTRIBUTE.length) : null;

/** Value of a field as changes know it; an attribute that is not set is empty. */
export const fieldValue = (
  state: Readonly<Record<string, unknown>> & { readonly attributes: Attributes },
  field: string,
): unknown => {
  const name = attributeName(field);
  if (name === null) return state[field];
  return Object.hasOwn(state.attributes, name) ? (state.attributes[name] ?? null) : null;
};

const withAttribute = (attributes: Attributes, name: string, value: AttributeValue): Attributes => {
  const rest = Object.entries(attributes).filter(([other]) => other !== name);
  return Object.fromEntries(value === null ? rest : [...rest, [name, value]]);
};

/** A state with changes applied; emptied attributes are removed. Fields it does not know are a TypeError. */
export const applyChanges = <S extends { readonly attributes: Attributes }>(
  state: S,
  changes: readonly FieldChange[],
): S => {
  const after: Record<string, unknown> & { attributes: Attributes } = { ...state };
  for (const { field, after: value } of changes) {
    const name = attributeName(field);
    if (name !== null) after.attributes = withAttribute(after.attributes, name, value as AttributeValue);
    else if (field in after) after[field] = value;
    else throw new TypeError(`no such field: ${field}`);
  }
  return after as unknown as S;
};

const EMPTY_ACCOUNT = {
  userName: '',
  displayName: '',
  status: 'ACTIVE',
  email: null,
  mobile: null,
  jobNumber: null,
  title: null,
  managerId: null,
  primaryOrgUnitId: '',
  attributes: {},
  memberships: [],
} as const;

/** The account that a create's changes make. Call it for rows without blocking issue only. */
export const accountFrom = (changes: readonly FieldChange[]): AccountState =>
  applyChanges<AccountState>(EMPTY_ACCOUNT as unknown as AccountState, changes);
