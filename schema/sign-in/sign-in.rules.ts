import type { Rule } from '../authorisation.ts';

const ANYONE: Rule = { anyone: true, roles: [], scopes: [] };
const OWN: Rule = { roles: ['MEMBER'], scopes: [] };

export const SIGN_IN_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Mutation.signIn': {
    ...ANYONE,
    also: 'User name and password, under the throttles of account and address.',
  },
  'Mutation.refreshSession': { ...ANYONE, also: 'Whoever holds the refresh token.' },
  'Mutation.changePassword': { ...ANYONE, also: 'Whoever knows the old password, under the same throttles.' },
  'Mutation.signOut': OWN,
  'Mutation.revokeSession': {
    ...OWN,
    also: 'Everybody his own; OWNER and DIRECTORY_ADMIN those of accounts that they may change.',
  },
  'Mutation.resetPassword': {
    roles: ['OWNER', 'DIRECTORY_ADMIN'],
    scopes: [],
    also: 'A DIRECTORY_ADMIN for accounts without a role that lie in his subtree; nobody for himself.',
  },
  'Query.sessions': {
    ...OWN,
    also: 'Everybody his own; OWNER and DIRECTORY_ADMIN those of accounts that they may change.',
  },
};

export const SIGN_IN_OBJECT_RULES = {
  SignInPayload: {},
  Session: {},
  SignOutPayload: {},
  RevokeSessionPayload: {},
  ResetPasswordPayload: {},
} as const;
