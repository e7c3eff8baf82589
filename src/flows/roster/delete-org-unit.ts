import { AppError, type OrgUnitId } from '../../domain/index.ts';
import { deleteSubtreeAccounts, privilegedInSubtree } from '../../store/queries/accounts-subtree.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { contentsOf, markSubtreeDeleted, type OrgUnitRecord } from '../../store/queries/org-units-write.ts';
import { releaseUniqueValues } from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireActiveUnit, requireOrgUnit, requireVersion, subtreeOf } from './access.ts';
import { restoreWindowFrom } from './restore-window.ts';

export interface DeleteOrgUnitInput {
  readonly id: OrgUnitId;
  readonly version?: number | undefined;
  /** Delete what it holds along with it: units below, and accounts whose primary unit is among them. */
  readonly cascade?: boolean | undefined;
}

const requireEmpty = async (tx: Tx, unit: OrgUnitRecord): Promise<void> => {
  const { children, accounts } = await contentsOf(tx, unit.path);
  if (children + accounts === 0) return;
  throw new AppError('ORG_UNIT_NOT_EMPTY', { details: { name: unit.name, children, accounts } });
};

const requireNobodyPrivileged = async (tx: Tx, unit: OrgUnitRecord): Promise<void> => {
  const userName = await privilegedInSubtree(tx, unit.path);
  if (userName !== null) throw new AppError('PROTECTED_ACCOUNT', { details: { userName } });
};

/**
 * Deletes an org unit; it can be restored for 30 days. With units or accounts in it, it is refused, unless they
 * shall go along: then sessions end and secondary memberships in the subtree are taken away for good. Accounts
 * with a role are never deleted along.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, ORG_UNIT_DELETED, VERSION_CONFLICT, ORG_UNIT_IS_ROOT,
 *   ORG_UNIT_NOT_EMPTY, PROTECTED_ACCOUNT
 */
export const deleteOrgUnit = async (context: FlowContext, input: DeleteOrgUnitInput): Promise<OrgUnitId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const path = ['input', 'id'];
    const unit = await requireOrgUnit(tx, context.principal, { id: input.id, path, change: true });
    requireActiveUnit(unit, path);
    requireVersion('OrgUnit', unit, input.version);
    if (unit.parentId === null) throw new AppError('ORG_UNIT_IS_ROOT', { details: { action: 'delete' } });
    if (unit.id === subtreeOf(context.principal)) {
      throw new AppError('OUTSIDE_SUBTREE', { details: { type: 'OrgUnit', id: unit.parentId } });
    }
    const window = restoreWindowFrom(context.now());
    await (input.cascade === true ? requireNobodyPrivileged(tx, unit) : requireEmpty(tx, unit));
    // Units first: whoever is putting an account into one of them has finished by then, and it goes along.
    const units = await markSubtreeDeleted(tx, unit.path, window);
    const accounts = input.cascade === true ? await deleteSubtreeAccounts(tx, unit.path, window) : [];
    await releaseUniqueValues(tx, { ownerIds: [unit.id, ...accounts], definitionIds: null });
    await insertAuditEvent(tx, {
      action: 'orgUnit.delete',
      objectType: 'OrgUnit',
      objectId: unit.id,
      details: { units, accounts: accounts.length },
    });
    return unit.id;
  });
