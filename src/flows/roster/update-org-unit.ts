import type { OrgUnitId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type OrgUnitChange, updateOrgUnitRow } from '../../store/queries/org-units-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireActiveUnit, requireOrgUnit, requireVersion } from './access.ts';
import { readName, readOrder } from './account-fields.ts';
import { claimAttributes, editAttributes } from './attribute-values.ts';
import { naming } from './violations.ts';

export interface UpdateOrgUnitInput {
  readonly id: OrgUnitId;
  /** Version that the edit was made from; another one now = VERSION_CONFLICT. */
  readonly version?: number | undefined;
  readonly name?: string | undefined;
  readonly order?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Changes name, order or attributes of an org unit; absent fields stay.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, ORG_UNIT_DELETED, VERSION_CONFLICT, INPUT_INVALID,
 *   SIBLING_NAME_TAKEN and the ATTRIBUTE_ codes
 */
export const updateOrgUnit = async (context: FlowContext, input: UpdateOrgUnitInput): Promise<OrgUnitId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const { principal } = context;
    const path = ['input', 'id'];
    const unit = await requireOrgUnit(tx, principal, { id: input.id, path, change: true });
    requireActiveUnit(unit, path);
    requireVersion('OrgUnit', unit, input.version);
    const definitions = input.attributes === undefined ? [] : await enabledDefinitions(tx, 'ORG_UNIT');
    const change: OrgUnitChange = {
      ...(input.name === undefined ? {} : { name: readName('name', input.name) }),
      ...(input.order === undefined ? {} : { order: readOrder('order', input.order) }),
      ...(input.attributes === undefined
        ? {}
        : {
            attributes: editAttributes({
              definitions,
              current: unit.attributes,
              given: input.attributes,
              principal,
            }),
          }),
    };
    await naming(updateOrgUnitRow(tx, unit.id, change), [
      {
        constraint: 'org_unit_sibling_name',
        code: 'SIBLING_NAME_TAKEN',
        details: { name: change.name ?? unit.name },
        path: ['input', 'name'],
      },
    ]);
    if (change.attributes !== undefined) {
      await claimAttributes(tx, definitions, { id: unit.id, attributes: change.attributes });
    }
    await insertAuditEvent(tx, {
      action: 'orgUnit.update',
      objectType: 'OrgUnit',
      objectId: unit.id,
      details: { fields: Object.keys(change) },
    });
    return unit.id;
  });
