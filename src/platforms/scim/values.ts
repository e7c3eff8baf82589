import type { RemoteAccountValue, TargetField, TargetValues } from '../../domain/index.ts';
import { attributePath, type Edit, edited, entriesAt, entryOf, textAt } from '../kit/attribute-edits.ts';
import { valueAt } from '../kit/json-tree.ts';
import { readMobile } from '../kit/mobile.ts';
import { targetField } from '../kit/target-field.ts';
import type { Resource } from './types.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const MANAGER = attributePath(`${ENTERPRISE}:manager`);
export const ACTIVE = attributePath('active');
export const DISPLAY_NAME = attributePath('displayName');

interface Place {
  readonly field: TargetField;
  edits(value: string | null): readonly Edit[];
  read(user: Resource): string | null;
}

const at = (field: TargetField, ...paths: readonly string[]): Place => {
  const places = paths.map(attributePath);
  return {
    field,
    edits: (value) => places.map((place) => ({ kind: 'value', at: place, value })),
    read: (user) => places.map(({ keys }) => textAt(user, keys)).find((text) => text !== null) ?? null,
  };
};

const entry = (field: TargetField, list: string, type: string): Place => ({
  field,
  edits: (value) => [{ kind: 'entry', list, type, value }],
  read: (user) => textAt(entryOf(user, list, type), ['value']),
});

const text = (
  name: string,
  label: readonly [string, string],
  more: { from?: string } & Partial<TargetField> = {},
) => targetField(name, label, { maxLength: 256, ...more });
const LOGIN = { required: true, unique: true, clearable: false, loginId: true };

/** What is written of people, and where it stands. RFC 7643 §4.1, §4.3 */
const PLACES: readonly Place[] = [
  at(text('userName', ['用户名', 'User name'], { ...LOGIN, from: 'userName' }), 'userName'),
  at(
    text('name', ['姓名', 'Name'], { from: 'displayName', clearable: false }),
    'displayName',
    'name.formatted',
  ),
  entry(text('email', ['邮箱', 'Mail'], { from: 'email' }), 'emails', 'work'),
  entry(text('mobile', ['手机', 'Mobile'], { from: 'mobile' }), 'phoneNumbers', 'mobile'),
  at(text('title', ['职务', 'Title'], { from: 'title' }), 'title'),
  at(text('jobNumber', ['工号', 'Employee number'], { from: 'jobNumber' }), `${ENTERPRISE}:employeeNumber`),
  // Asked for by some services; written when a push rule says from what.
  at(text('familyName', ['姓', 'Family name']), 'name.familyName'),
  at(text('givenName', ['名', 'Given name']), 'name.givenName'),
  at(text('department', ['部门名称', 'Department']), `${ENTERPRISE}:department`),
];

export const fields: readonly TargetField[] = PLACES.map(({ field }) => field);

/** Edits for values by field; fields that are unknown here are left alone. */
export const editsOf = (values: TargetValues): Edit[] =>
  PLACES.flatMap(({ field, edits }) => {
    const value = values[field.name];
    return value === undefined ? [] : edits(value);
  });

/** A person that is new, as POST sends it. */
export const newUser = (accountId: string, values: TargetValues): Record<string, unknown> =>
  edited({ schemas: [USER], externalId: accountId, active: true }, editsOf(values));

/** Groups that the person shows and is in by itself, not through other groups. RFC 7643 §4.1.2 */
export const directGroupIds = (user: Resource): string[] =>
  entriesAt(user, 'groups')
    .filter(({ type }) => String(type).toLowerCase() !== 'indirect')
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));

/** The person, but for the memberships. */
export const accountOf = (user: Resource): RemoteAccountValue => {
  const read = Object.fromEntries(PLACES.map((place) => [place.field.name, place.read(user)]));
  const { name, email, mobile, title, jobNumber, ...others } = read;
  const active = String(valueAt(user, ACTIVE.keys)).toLowerCase();
  return {
    externalId: user.id,
    ids: [{ kind: 'id', value: user.id }],
    name,
    mobile: readMobile(mobile?.replace(/^tel:/i, ''), undefined) ?? null,
    email,
    jobNumber,
    title,
    managerExternalId: textAt(user, [...MANAGER.keys, 'value']) ?? textAt(user, MANAGER.keys),
    active: active === 'true' || (active === 'false' ? false : undefined),
    memberships: [],
    attributes: { ...others, externalId: textAt(user, ['externalId']) },
  };
};
