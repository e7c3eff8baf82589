import { AppError, type OrgUnitId } from '../../domain/index.ts';
import { countDeletedWith, restoreSubtreeAccounts } from '../../store/queries/accounts-subtree.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  lockOrgUnits,
  markSubtreeRestored,
  type OrgUnitRecord,
} from '../../store/queries/org-units-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireActiveUnit, requireOrgUnit, requireVersion } from './access.ts';
import { claimAttributes } from './attribute-values.ts';
import { requireQuota } from './quota.ts';
import { requireRestorable } from './restore-window.ts';
import { naming } from './violations.ts';

export interface RestoreOrgUnitInput {
  readonly id: OrgUnitId;
  readonly version?: number | undefined;
  /** Bring back what was deleted along with it: units below and accounts. */
  readonly cascade?: boolean | undefined;
}

const requireParent = async (tx: Tx, unit: OrgUnitRecord): Promise<void> => {
  if (unit.parentId === null) return;
  const [parent] = await lockOrgUnits(tx, [unit.parentId], 'share');
  if (parent !== undefined) requireActiveUnit(parent, ['input', 'id']);
};

const restoreAccounts = async (tx: Tx, path: string, deletedAt: Date): Promise<number> => {
  await requireQuota(tx, await countDeletedWith(tx, path, deletedAt));
  const accounts = await naming(restoreSubtreeAccounts(tx, path, deletedAt), [
    { constraint: 'account_user_name', code: 'USER_NAME_TAKEN', details: { userName: '–' } },
  ]);
  const definitions = await enabledDefinitions(tx, 'ACCOUNT');
  for (const account of accounts) await claimAttributes(tx, definitions, account);
  return accounts.length;
};

/**
 * Brings a deleted org unit back to where it was, within 30 days; with `cascade` also what went along with it.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, STATUS_CONFLICT, VERSION_CONFLICT, RESTORE_WINDOW_OVER,
 *   ORG_UNIT_DELETED when its parent is, SIBLING_NAME_TAKEN, QUOTA_EXCEEDED, USER_NAME_TAKEN, ATTRIBUTE_VALUE_TAKEN
 */
export const restoreOrgUnit = async (context: FlowContext, input: RestoreOrgUnitInput): Promise<OrgUnitId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const path = ['input', 'id'];
    const unit = await requireOrgUnit(tx, context.principal, { id: input.id, path, change: true });
    requireVersion('OrgUnit', unit, input.version);
    if (unit.deletedAt === null) {
      const details = { type: 'OrgUnit', name: unit.name, status: unit.status, action: 'restored' };
      throw new AppError('STATUS_CONFLICT', { details });
    }
    requireRestorable(unit, context.now());
    await requireParent(tx, unit);
    const cascade = input.cascade === true;
    const { deletedAt } = unit;
    const restored = markSubtreeRestored(tx, unit.path, { deletedAt, only: cascade ? null : unit.id });
    const units = await naming(restored, [
      { constraint: 'org_unit_sibling_name', code: 'SIBLING_NAME_TAKEN', details: { name: unit.name } },
    ]);
    await claimAttributes(tx, await enabledDefinitions(tx, 'ORG_UNIT'), unit);
    const accounts = cascade ? await restoreAccounts(tx, unit.path, deletedAt) : 0;
    const details = { units, accounts };
    await insertAuditEvent(tx, {
      action: 'orgUnit.restore',
      objectType: 'OrgUnit',
      objectId: unit.id,
      details,
    });
    return unit.id;
  });
