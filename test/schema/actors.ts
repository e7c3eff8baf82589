import { type Principal, SCOPES } from '../../src/domain/index.ts';
import { accountPrincipal, type Company, machinePrincipal } from './gateway.ts';

/** Everybody who may knock: the columns of the matrix of authorisation. */
export const actorsOf = ({ tenantId, rootId }: Company): Readonly<Record<string, Principal | null>> => ({
  stranger: null,
  OWNER: accountPrincipal(tenantId, ['OWNER']),
  DIRECTORY_ADMIN: accountPrincipal(tenantId, ['DIRECTORY_ADMIN']),
  'DIRECTORY_ADMIN of a subtree': accountPrincipal(tenantId, ['DIRECTORY_ADMIN'], { subtree: rootId }),
  AUDITOR: accountPrincipal(tenantId, ['AUDITOR']),
  MEMBER: accountPrincipal(tenantId, ['MEMBER']),
  'no role': accountPrincipal(tenantId, []),
  'machine without scope': machinePrincipal(tenantId, []),
  ...Object.fromEntries(SCOPES.map((scope) => [`machine ${scope}`, machinePrincipal(tenantId, [scope])])),
});
