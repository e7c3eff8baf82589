import { AppError, type OrgUnitId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { updateOrgUnitRow } from '../../store/queries/org-units-write.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireActiveUnit, requireOrgUnits, requireVersion, subtreeOf } from './access.ts';
import { readOrder } from './account-fields.ts';
import { naming } from './violations.ts';

export interface MoveOrgUnitInput {
  readonly id: OrgUnitId;
  readonly version?: number | undefined;
  /** The new unit above. */
  readonly parentId: OrgUnitId;
  /** Position among the new siblings; absent = as it was. */
  readonly order?: string | undefined;
}

/**
 * Moves an org unit with everything below it, in one statement. Where it is and where it goes must both lie in the
 * caller's subtree; the top of that subtree is not his to move.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, ORG_UNIT_DELETED, ORG_UNIT_IS_ROOT, ORG_UNIT_CYCLE,
 *   VERSION_CONFLICT, SIBLING_NAME_TAKEN, INPUT_INVALID
 */
export const moveOrgUnit = async (context: FlowContext, input: MoveOrgUnitInput): Promise<OrgUnitId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const [unit, parent] = await requireOrgUnits(tx, context.principal, [
      { id: input.id, path: ['input', 'id'], change: true },
      { id: input.parentId, path: ['input', 'parentId'] },
    ]);
    if (unit === undefined || parent === undefined) throw notFound('OrgUnit', input.id);
    requireActiveUnit(unit, ['input', 'id']);
    requireActiveUnit(parent, ['input', 'parentId']);
    requireVersion('OrgUnit', unit, input.version);
    if (unit.parentId === null) throw new AppError('ORG_UNIT_IS_ROOT', { details: { action: 'move' } });
    if (unit.id === subtreeOf(context.principal)) {
      throw new AppError('OUTSIDE_SUBTREE', { details: { type: 'OrgUnit', id: unit.parentId } });
    }
    const cycle = {
      code: 'ORG_UNIT_CYCLE',
      details: { name: unit.name },
      path: ['input', 'parentId'],
    } as const;
    const order = input.order === undefined ? {} : { order: readOrder('order', input.order) };
    await naming(updateOrgUnitRow(tx, unit.id, { parent, ...order }), [
      { constraint: 'org_unit_no_cycle', ...cycle },
      // A unit below itself would have its own new path as its parent's, which no row has.
      { constraint: 'org_unit_parent', ...cycle },
      {
        constraint: 'org_unit_sibling_name',
        code: 'SIBLING_NAME_TAKEN',
        details: { name: unit.name },
        path: ['input', 'parentId'],
      },
    ]);
    await insertAuditEvent(tx, {
      action: 'orgUnit.move',
      objectType: 'OrgUnit',
      objectId: unit.id,
      details: { from: unit.parentId, to: parent.id },
    });
    return unit.id;
  });
