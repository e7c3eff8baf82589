import type { Rule } from '../authorisation.ts';

const OWNERS: Rule = { roles: ['OWNER'], scopes: [] };

export const ROLE_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.roleGrants': {
    roles: ['MEMBER'],
    scopes: [],
    also: 'OWNER and AUDITOR see all, everybody else his own.',
  },
  'Mutation.grantRole': OWNERS,
  'Mutation.revokeRole': OWNERS,
};

export const ROLE_OBJECT_RULES = { RoleGrant: {}, GrantRolePayload: {}, RevokeRolePayload: {} } as const;
