import { AppError, type AttributeDefinition, type AttributeDefinitionId, isId } from '../../domain/index.ts';
import { attributeValueKey } from '../../planner/attribute-grams.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  type AttributeDefinitionFields,
  claimUniqueValues,
  countAttributeValues,
  countOtherChoices,
  lockAttributeDefinition,
  releaseDefinitionValues,
  selectAttributeValues,
  updateAttributeDefinitionRow,
} from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound, requireVersion } from './access.ts';
import { type AttributeDefinitionInput, readAttributeDefinition } from './attribute-definition-fields.ts';

export interface UpdateAttributeDefinitionInput extends AttributeDefinitionInput {
  readonly id: AttributeDefinitionId;
  readonly version?: number | undefined;
}

const inUse = (name: string, count: number, [change, field]: readonly [string, string]): AppError =>
  new AppError('ATTRIBUTE_IN_USE', { details: { name, count, change }, path: ['input', field] });

const requireFitting = async (
  tx: Tx,
  before: AttributeDefinition,
  after: AttributeDefinitionFields,
): Promise<void> => {
  const { target, name } = before;
  if (after.type !== before.type) {
    const count = await countAttributeValues(tx, target, name);
    if (count > 0) throw inUse(name, count, ['change its type', 'type']);
  }
  if (after.type === 'CHOICE') {
    const count = await countOtherChoices(tx, target, { name, choices: after.choices });
    if (count > 0) throw inUse(name, count, ['take away choices that are used', 'choices']);
  }
};

/** Claims the values that objects hold already. @throws AppError ATTRIBUTE_VALUE_TAKEN naming one held twice */
const makeUnique = async (tx: Tx, definition: AttributeDefinition): Promise<void> => {
  const values = await selectAttributeValues(tx, definition.target, definition.name);
  const claims = values.map(({ ownerId, value }) => ({
    definitionId: definition.id,
    ownerId,
    value: attributeValueKey(value),
  }));
  const seen = new Set<string>();
  const twice = claims.find(({ value }) => seen.size === seen.add(value).size);
  const taken = twice ?? (await claimUniqueValues(tx, claims))[0];
  if (taken === undefined) return;
  throw new AppError('ATTRIBUTE_VALUE_TAKEN', {
    details: { name: definition.name, value: taken.value },
    path: ['input', 'unique'],
  });
};

/**
 * Changes a definition; its name and target are for ever. The type cannot change, and a choice cannot go, while
 * values exist that would not fit.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, ATTRIBUTE_DEFINITION_ILLEGAL, INPUT_INVALID, ATTRIBUTE_IN_USE,
 *   ATTRIBUTE_VALUE_TAKEN when it becomes unique and is not
 */
export const updateAttributeDefinition = async (
  context: FlowContext,
  input: UpdateAttributeDefinitionInput,
): Promise<AttributeDefinitionId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const before = isId(input.id) ? await lockAttributeDefinition(tx, input.id) : null;
    if (before === null) throw notFound('AttributeDefinition', input.id, ['input', 'id']);
    requireVersion('AttributeDefinition', before, input.version);
    const { target, name } = before;
    const after = readAttributeDefinition({ target, name }, input, before);
    await requireFitting(tx, before, after);
    await updateAttributeDefinitionRow(tx, before.id, after);
    if (after.unique && !before.unique) await makeUnique(tx, before);
    if (!after.unique && before.unique) await releaseDefinitionValues(tx, before.id);
    await insertAuditEvent(tx, {
      action: 'attributeDefinition.update',
      objectType: 'AttributeDefinition',
      objectId: before.id,
      details: { target, name },
    });
    return before.id;
  });
