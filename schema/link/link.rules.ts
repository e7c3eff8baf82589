import type { Rule } from '../authorisation.ts';

const LINKS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN'],
  scopes: ['connections:write'],
  wholeTenant: true,
  also: 'Nobody links or unlinks an account that stands above him.',
};

/** Units are nobody's account. */
const UNIT_LINKS: Rule = { roles: LINKS.roles, scopes: LINKS.scopes, wholeTenant: true };

const READS_COPIES: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['connections:read'],
  wholeTenant: true,
};

export const LINK_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Mutation.linkAccount': LINKS,
  'Mutation.unlinkAccount': LINKS,
  'Query.remoteOrgUnits': READS_COPIES,
  'Mutation.linkOrgUnit': UNIT_LINKS,
  'Mutation.unlinkOrgUnit': UNIT_LINKS,
  'Mutation.unlinkAll': { ...LINKS, also: 'Accounts that stand above the caller keep their links.' },
};

/** Beside GraphQL: files of links, under `/connections/{id}/links`. */
export const LINK_FILE_RULES = {
  'GET links.xlsx, links.csv': {
    ...READS_COPIES,
    also: 'A machine client sees user names only with `directory:read` as well.',
  },
  'POST links': {
    ...LINKS,
    also: 'Accounts that stand above the caller are not linked. A machine client needs `directory:read` as well: the report tells which values accounts have.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** Of `Account.links` and `OrgUnit.links`: on which platforms somebody is, and under which ids. */
export const READS_LINKS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['directory:read', 'connections:read'],
};

export const LINK_OBJECT_RULES = {
  AccountLink: {},
  LinkOrgUnitPayload: {},
  OrgUnitLink: {},
  RemoteOrgUnit: {},
  RemoteOrgUnitConnection: {},
  RemoteOrgUnitEdge: {},
  UnlinkAllPayload: {},
  UnlinkOrgUnitPayload: {},
  LinkAccountPayload: {},
  UnlinkAccountPayload: {},
} as const;
