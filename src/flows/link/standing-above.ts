import type { Principal, Role } from '../../domain/index.ts';

/**
 * Whose links somebody may not touch, for statements over many accounts; the same rule as `requireAccount` has for
 * one: the account of an owner is changed by owners alone, and one with any role by no machine, himself apart.
 */
export const standingAbove = (
  principal: Principal,
): { readonly rolesAbove: readonly Role[]; readonly callerId: string | null } => {
  if (principal.kind === 'SYSTEM') return { rolesAbove: [], callerId: null };
  if (principal.kind === 'MACHINE') {
    return { rolesAbove: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'], callerId: null };
  }
  return { rolesAbove: principal.roles.includes('OWNER') ? [] : ['OWNER'], callerId: principal.id };
};
