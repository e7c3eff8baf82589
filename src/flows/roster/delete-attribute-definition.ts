import { AppError, type AttributeDefinitionId, isId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  countAttributeValues,
  deleteAttributeDefinitionRow,
  discardAttributeGrams,
  discardAttributeValues,
  lockAttributeDefinition,
} from '../../store/queries/roster-attributes.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireVersion } from './access.ts';

export interface DeleteAttributeDefinitionInput {
  readonly id: AttributeDefinitionId;
  readonly version?: number | undefined;
  /** Take its values away from all objects; otherwise a definition with values stays. */
  readonly discardValues?: boolean | undefined;
}

/**
 * Takes an attribute out of the data dictionary.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, ATTRIBUTE_IN_USE
 */
export const deleteAttributeDefinition = async (
  context: FlowContext,
  input: DeleteAttributeDefinitionInput,
): Promise<AttributeDefinitionId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const definition = isId(input.id) ? await lockAttributeDefinition(tx, input.id) : null;
    if (definition === null) throw notFound('AttributeDefinition', input.id, ['input', 'id']);
    requireVersion('AttributeDefinition', definition, input.version);
    const { target, name } = definition;
    const count = await countAttributeValues(tx, target, name);
    if (count > 0 && input.discardValues !== true) {
      throw new AppError('ATTRIBUTE_IN_USE', { details: { name, count, change: 'delete it' } });
    }
    if (count > 0) {
      await discardAttributeValues(tx, target, name);
      if (target === 'ACCOUNT') await discardAttributeGrams(tx, name);
    }
    await deleteAttributeDefinitionRow(tx, definition.id);
    await insertAuditEvent(tx, {
      action: 'attributeDefinition.delete',
      objectType: 'AttributeDefinition',
      objectId: definition.id,
      details: { target, name, values: count },
    });
    return definition.id;
  });
