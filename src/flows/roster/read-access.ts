import type { Principal } from '../../domain/index.ts';
import type { AccountScope } from '../../store/queries/accounts.ts';
import type { AttributeView } from '../../store/queries/roster-projection.ts';
import { subtreeOf } from './access.ts';

/** Sensitive attributes are shown to administrators, and to everybody his own. */
export const viewOf = (principal: Principal): AttributeView => ({
  sensitive:
    principal.kind === 'ACCOUNT' &&
    (principal.roles.includes('OWNER') || principal.roles.includes('DIRECTORY_ADMIN')),
  self: principal.kind === 'ACCOUNT' ? principal.id : null,
});

/** True for a signed-in account without any role that reads the roster: he sees himself and nobody else. */
export const seesOnlyHimself = (principal: Principal): boolean =>
  principal.kind === 'ACCOUNT' && !principal.roles.some((role) => role !== 'MEMBER');

/** Auditors and owners see everybody; a limited administrator who is neither sees his subtree. */
export const scopeOf = (principal: Principal): AccountScope => {
  const auditor = principal.kind === 'ACCOUNT' && principal.roles.includes('AUDITOR');
  const subtree = auditor ? null : subtreeOf(principal);
  return subtree === null ? { kind: 'ALL' } : { kind: 'SUBTREE', orgUnitId: subtree };
};

/** The unit that reading is limited to, `null` = no limit. */
export const readSubtreeOf = (principal: Principal) => {
  const scope = scopeOf(principal);
  return scope.kind === 'SUBTREE' ? scope.orgUnitId : null;
};
