import { registerEnumType } from 'type-graphql';
import {
  ACCOUNT_STATUSES,
  ATTRIBUTE_TARGETS,
  ATTRIBUTE_TYPES,
  ORG_UNIT_STATUSES,
  ROLES,
} from '../src/domain/index.ts';

/** The object that type-graphql wants for an enum whose names are its values. */
const enumOf = <Name extends string>(names: readonly Name[]): { readonly [Key in Name]: Key } =>
  Object.fromEntries(names.map((name) => [name, name])) as { readonly [Key in Name]: Key };

export const AccountStatusEnum = enumOf(ACCOUNT_STATUSES);
registerEnumType(AccountStatusEnum, {
  name: 'AccountStatus',
  description: 'Life cycle of an account.',
  valuesConfig: {
    ACTIVE: { description: 'May sign in.' },
    DISABLED: { description: 'May not sign in; sessions have ended.' },
    DELETED: { description: 'Deleted, and restorable until `restoreUntil`; then it is purged.' },
  },
});

export const OrgUnitStatusEnum = enumOf(ORG_UNIT_STATUSES);
registerEnumType(OrgUnitStatusEnum, {
  name: 'OrgUnitStatus',
  description: 'Life cycle of an org unit.',
  valuesConfig: {
    ACTIVE: { description: 'Part of the tree.' },
    DELETED: { description: 'Deleted, and restorable until `restoreUntil`; then it is purged.' },
  },
});

export const AttributeTypeEnum = enumOf(ATTRIBUTE_TYPES);
registerEnumType(AttributeTypeEnum, {
  name: 'AttributeType',
  description: 'Type of a custom attribute.',
  valuesConfig: {
    TEXT: { description: 'At most 2,000 characters, 500 when unique.' },
    NUMBER: { description: 'A finite number.' },
    BOOLEAN: { description: 'True or false.' },
    DATE: { description: 'A day, `YYYY-MM-DD`.' },
    CHOICE: { description: 'One of the texts listed in `choices`.' },
  },
});

export const AttributeTargetEnum = enumOf(ATTRIBUTE_TARGETS);
registerEnumType(AttributeTargetEnum, {
  name: 'AttributeTarget',
  description: 'What a custom attribute describes.',
  valuesConfig: { ACCOUNT: { description: 'Accounts.' }, ORG_UNIT: { description: 'Org units.' } },
});

export const RoleEnum = enumOf(ROLES);
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What a signed-in account may do.',
  valuesConfig: {
    OWNER: { description: 'Everything.' },
    DIRECTORY_ADMIN: {
      description: 'The roster, in the whole tenant or in one subtree; connections and imports.',
    },
    AUDITOR: { description: 'Reads everything but sensitive attributes.' },
    MEMBER: { description: 'Sees himself.' },
  },
});
