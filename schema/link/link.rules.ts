import type { Rule } from '../authorisation.ts';

const LINKS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN'],
  scopes: ['connections:write'],
  wholeTenant: true,
  also: 'Nobody links or unlinks an account that stands above him.',
};

export const LINK_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Mutation.linkAccount': LINKS,
  'Mutation.unlinkAccount': LINKS,
};

/** Of `Account.links`: on which platforms somebody is, and under which ids. */
export const READS_LINKS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['directory:read', 'connections:read'],
};

export const LINK_OBJECT_RULES = {
  AccountLink: {},
  LinkAccountPayload: {},
  UnlinkAccountPayload: {},
} as const;
