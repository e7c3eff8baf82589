import { type AccountId, AppError, isId } from '../../domain/index.ts';
import { type RoleGrantRow, listRoleGrants as selectRoleGrants } from '../../store/queries/roles.ts';
import type { FlowContext } from '../context.ts';

/**
 * Roles granted in the tenant, or those of one account; oldest first, 1,000 at most. Owners and auditors see all,
 * everybody else his own.
 * @throws AppError FORBIDDEN
 */
export const listRoleGrants = async (
  context: FlowContext,
  input: { readonly accountId?: string | null | undefined } = {},
): Promise<RoleGrantRow[]> => {
  const { principal, db } = context;
  const seesAll =
    principal.kind === 'SYSTEM' ||
    (principal.kind === 'ACCOUNT' && principal.roles.some((role) => role === 'OWNER' || role === 'AUDITOR'));
  const accountId = input.accountId ?? null;
  if (!seesAll && (accountId === null || accountId !== principal.id)) {
    throw new AppError('FORBIDDEN', { details: { action: 'roleGrants' } });
  }
  if (accountId !== null && !isId(accountId)) return [];
  return selectRoleGrants(db, principal.tenantId, accountId as AccountId | null);
};
