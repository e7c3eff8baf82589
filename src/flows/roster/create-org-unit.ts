import { newId, type OrgUnitId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { insertOrgUnit } from '../../store/queries/org-units-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireActiveUnit, requireOrgUnit } from './access.ts';
import { readName, readOrder } from './account-fields.ts';
import { claimAttributes, editAttributes } from './attribute-values.ts';
import { naming } from './violations.ts';

export interface CreateOrgUnitInput {
  readonly parentId: OrgUnitId;
  readonly name: string;
  /** Position among its siblings, decimal text; absent = last. */
  readonly order?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Makes an org unit below another.
 * @throws AppError INPUT_INVALID, NOT_FOUND, ORG_UNIT_DELETED, OUTSIDE_SUBTREE, SIBLING_NAME_TAKEN and the
 *   ATTRIBUTE_ codes
 */
export const createOrgUnit = async (context: FlowContext, input: CreateOrgUnitInput): Promise<OrgUnitId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const { principal } = context;
    const path = ['input', 'parentId'];
    const parent = await requireOrgUnit(tx, principal, { id: input.parentId, path });
    requireActiveUnit(parent, path);
    const name = readName('name', input.name);
    const order = input.order === undefined ? null : readOrder('order', input.order);
    const definitions = await enabledDefinitions(tx, 'ORG_UNIT');
    const given = input.attributes ?? {};
    const attributes = editAttributes({ definitions, current: {}, given, principal });
    const id = newId<'OrgUnit'>();
    await naming(insertOrgUnit(tx, { id, parent, name, order, attributes }), [
      {
        constraint: 'org_unit_sibling_name',
        code: 'SIBLING_NAME_TAKEN',
        details: { name },
        path: ['input', 'name'],
      },
    ]);
    await claimAttributes(tx, definitions, { id, attributes });
    const details = { name, parentId: parent.id };
    await insertAuditEvent(tx, { action: 'orgUnit.create', objectType: 'OrgUnit', objectId: id, details });
    return id;
  });
