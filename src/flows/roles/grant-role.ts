import { type AccountId, AppError, isId, type OrgUnitId, type Role } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  insertRoleGrant,
  isLivingOrgUnit,
  lockAccountStatus,
  type RoleGrantRow,
} from '../../store/queries/roles.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { invalid, notFound } from '../roster/access.ts';
import { requireOwner } from '../sign-in/access.ts';

export interface GrantRoleInput {
  readonly accountId: string;
  readonly role: Role;
  /** Limits a DIRECTORY_ADMIN to this unit and what is below it; absent = the whole tenant. */
  readonly orgUnitId?: string | null | undefined;
}

const requireReceiver = async (tx: Tx, accountId: string): Promise<AccountId> => {
  const path = ['input', 'accountId'];
  const status = isId(accountId) ? await lockAccountStatus(tx, accountId as AccountId) : null;
  if (status === null) throw notFound('Account', accountId, path);
  if (status !== 'ACTIVE') throw new AppError('ACCOUNT_NOT_ACTIVE', { details: { id: accountId }, path });
  return accountId as AccountId;
};

const requireSubtree = async (tx: Tx, orgUnitId: string | null): Promise<OrgUnitId | null> => {
  if (orgUnitId === null) return null;
  if (!isId(orgUnitId) || !(await isLivingOrgUnit(tx, orgUnitId as OrgUnitId))) {
    throw notFound('OrgUnit', orgUnitId, ['input', 'orgUnitId']);
  }
  return orgUnitId as OrgUnitId;
};

/**
 * Grants a role; granting DIRECTORY_ADMIN again changes its subtree. In force within a second, for sessions that
 * are open as well.
 * @throws AppError FORBIDDEN (owners only), NOT_FOUND, ACCOUNT_NOT_ACTIVE, INPUT_INVALID
 */
export const grantRole = async (context: FlowContext, input: GrantRoleInput): Promise<RoleGrantRow> => {
  const { principal, db } = context;
  requireOwner(principal, 'grantRole');
  const subtree = input.orgUnitId ?? null;
  if (input.role === 'MEMBER')
    throw invalid('role', { zh: '每个账号本来就是成员', en: 'every account is a member already' });
  if (subtree !== null && input.role !== 'DIRECTORY_ADMIN') {
    throw invalid('orgUnitId', {
      zh: '只有 DIRECTORY_ADMIN 可以限定在某个部门之下',
      en: 'only DIRECTORY_ADMIN can be limited to a subtree',
    });
  }
  return db.transaction(actorOf(principal), async (tx) => {
    const accountId = await requireReceiver(tx, input.accountId);
    const orgUnitId = await requireSubtree(tx, subtree);
    const grant = await insertRoleGrant(tx, { accountId, role: input.role, orgUnitId });
    await insertAuditEvent(tx, {
      action: 'role.grant',
      objectType: 'Account',
      objectId: accountId,
      details: { role: input.role, orgUnitId },
    });
    return grant;
  });
};
