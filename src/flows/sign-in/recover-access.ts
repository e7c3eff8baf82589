import { AppError, newId, type SystemPrincipal } from '../../domain/index.ts';
import type { Database } from '../../store/database.ts';
import { findAccountByUserName } from '../../store/queries/credentials.ts';
import { findTenantByCode } from '../../store/queries/tenants-by-code.ts';
import type { FlowDeps } from '../context.ts';
import type { Passwords } from './passwords.ts';
import { resetPassword } from './reset-password.ts';

export interface RecoverAccessInput {
  /** Code of the tenant, as it is typed at sign-in. */
  readonly tenantCode: string;
  readonly userName: string;
}

const requireTenant = async (db: Database, code: string) => {
  const tenantId = await findTenantByCode(db, code.trim().toLowerCase());
  if (tenantId === null) throw new AppError('NOT_FOUND', { details: { type: 'Tenant', id: code } });
  return tenantId;
};

/**
 * Gives somebody a password for one sign-in when nobody who may do so can sign in any more: the way in for whoever
 * operates the installation and holds its database, also when a first start was killed before its password was read.
 * @throws AppError NOT_FOUND, STATUS_CONFLICT for a deleted account
 */
export const recoverAccess = async (
  deps: FlowDeps & { readonly passwords: Passwords },
  input: RecoverAccessInput,
): Promise<string> => {
  const tenantId = await requireTenant(deps.db, input.tenantCode);
  const accountId = await findAccountByUserName(deps.db, tenantId, input.userName.trim());
  if (accountId === null)
    throw new AppError('NOT_FOUND', { details: { type: 'Account', id: input.userName } });
  const requestId = `recover-${newId()}`;
  const principal: SystemPrincipal = {
    kind: 'SYSTEM',
    id: null,
    name: 'operator',
    tenantId,
    requestId,
    address: null,
  };
  const password = await resetPassword({ ...deps, principal }, { accountId });
  if (password === null) throw new TypeError('a password that nobody gave was made');
  return password;
};
