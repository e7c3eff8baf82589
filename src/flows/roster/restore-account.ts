import type { AccountId, OrgUnitId } from '../../domain/index.ts';
import {
  type AccountRecord,
  putMembership,
  restoreAccountRow,
  updateAccountRow,
} from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockOrgUnits } from '../../store/queries/org-units-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount, requireActiveUnit, requireOrgUnit, requireVersion } from './access.ts';
import { refuseStatus } from './account-status.ts';
import { claimAttributes } from './attribute-values.ts';
import { requireQuota } from './quota.ts';
import { requireRestorable } from './restore-window.ts';
import { naming } from './violations.ts';

export interface RestoreAccountInput {
  readonly id: AccountId;
  readonly version?: number | undefined;
  /** Where to put it; absent = where it was. Needed when that unit is deleted. */
  readonly orgUnitId?: OrgUnitId | undefined;
}

const place = async (
  tx: Tx,
  context: FlowContext,
  options: { readonly account: AccountRecord; readonly orgUnitId: OrgUnitId | undefined },
): Promise<void> => {
  const { account, orgUnitId } = options;
  const path = ['input', 'orgUnitId'];
  if (orgUnitId === undefined) {
    const [unit] = await lockOrgUnits(tx, [account.primaryOrgUnitId], 'share');
    if (unit !== undefined) requireActiveUnit(unit, path);
    return;
  }
  const unit = await requireOrgUnit(tx, context.principal, { id: orgUnitId, path });
  requireActiveUnit(unit, path);
  await putMembership(tx, account.id, { orgUnitId: unit.id });
  await updateAccountRow(tx, account.id, { primaryOrgUnitId: unit.id });
};

/**
 * Brings a deleted account back with the status that it had, within 30 days.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, VERSION_CONFLICT, STATUS_CONFLICT unless deleted,
 *   RESTORE_WINDOW_OVER, ORG_UNIT_DELETED, QUOTA_EXCEEDED, USER_NAME_TAKEN, ATTRIBUTE_VALUE_TAKEN
 */
export const restoreAccount = async (context: FlowContext, input: RestoreAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    await requireQuota(tx, 1);
    const account = await requireAccount(tx, context.principal, { id: input.id, path: ['input', 'id'] });
    requireVersion('Account', account, input.version);
    if (account.status !== 'DELETED') throw refuseStatus(account, 'restored');
    requireRestorable({ name: account.displayName, restoreUntil: account.restoreUntil }, context.now());
    await place(tx, context, { account, orgUnitId: input.orgUnitId });
    const { userName } = account;
    await naming(restoreAccountRow(tx, account.id), [
      { constraint: 'account_user_name', code: 'USER_NAME_TAKEN', details: { userName } },
    ]);
    await claimAttributes(tx, await enabledDefinitions(tx, 'ACCOUNT'), account);
    await insertAuditEvent(tx, { action: 'account.restore', objectType: 'Account', objectId: account.id });
    return account.id;
  });
