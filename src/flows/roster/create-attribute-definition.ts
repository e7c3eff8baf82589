import { type AttributeDefinitionId, type AttributeTarget, newId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { insertAttributeDefinition } from '../../store/queries/roster-attributes.ts';
import { actorOf, type FlowContext } from '../context.ts';
import {
  type AttributeDefinitionInput,
  readAttributeDefinition,
  readAttributeName,
} from './attribute-definition-fields.ts';
import { naming } from './violations.ts';

export interface CreateAttributeDefinitionInput extends AttributeDefinitionInput {
  readonly target: AttributeTarget;
  readonly name: string;
}

/**
 * Adds an attribute to the data dictionary. Objects that exist have no value; a required attribute must be filled
 * when they are next edited.
 * @throws AppError ATTRIBUTE_DEFINITION_ILLEGAL, INPUT_INVALID, ATTRIBUTE_NAME_TAKEN
 */
export const createAttributeDefinition = async (
  context: FlowContext,
  input: CreateAttributeDefinitionInput,
): Promise<AttributeDefinitionId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const name = readAttributeName(input.name);
    const fields = readAttributeDefinition({ target: input.target, name }, input);
    const id = newId<'AttributeDefinition'>();
    await naming(insertAttributeDefinition(tx, id, fields), [
      {
        constraint: 'attribute_definition_tenant_id_target_name_key',
        code: 'ATTRIBUTE_NAME_TAKEN',
        details: { name },
        path: ['input', 'name'],
      },
    ]);
    await insertAuditEvent(tx, {
      action: 'attributeDefinition.create',
      objectType: 'AttributeDefinition',
      objectId: id,
      details: { target: fields.target, name },
    });
    return id;
  });
