import {
  AppError,
  type AttributeDefinition,
  type Attributes,
  type AttributeValue,
  type Principal,
} from '../../domain/index.ts';
import { attributeValueKey } from '../../planner/attribute-grams.ts';
import { readAttribute } from '../../planner/attributes.ts';
import { fits } from '../../planner/normalise.ts';
import {
  claimUniqueValues,
  releaseUniqueValues,
  type UniqueValue,
} from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';

/** Highest length of a unique text, in characters (code points): what an index entry holds. */
export const UNIQUE_TEXT_MAX_LENGTH = 500;

const EXPECTED: Readonly<Record<AttributeDefinition['type'], string>> = {
  TEXT: 'a text of at most 2000 characters',
  NUMBER: 'a number',
  BOOLEAN: 'true or false',
  DATE: 'a date YYYY-MM-DD',
  CHOICE: 'one of the listed choices',
};

const illegal = (definition: AttributeDefinition, reason: string): AppError =>
  new AppError('ATTRIBUTE_ILLEGAL', {
    details: { name: definition.name, reason },
    path: ['input', 'attributes', definition.name],
  });

const readValue = (definition: AttributeDefinition, raw: unknown): AttributeValue => {
  const value = readAttribute(definition, raw);
  if (value === undefined) {
    const choices = definition.type === 'CHOICE' ? `: ${definition.choices.join(', ')}` : '';
    throw illegal(definition, EXPECTED[definition.type] + choices);
  }
  if (definition.unique && typeof value === 'string' && !fits(value, UNIQUE_TEXT_MAX_LENGTH)) {
    throw illegal(definition, `unique texts have at most ${UNIQUE_TEXT_MAX_LENGTH} characters`);
  }
  return value;
};

const requireKnown = (
  definitions: readonly AttributeDefinition[],
  given: Readonly<Record<string, unknown>>,
): void => {
  for (const name of Object.keys(given)) {
    if (definitions.some((definition) => definition.name === name)) continue;
    throw new AppError('ATTRIBUTE_UNKNOWN', { details: { name }, path: ['input', 'attributes', name] });
  }
};

export interface AttributeEdit {
  /** Enabled definitions of the object's kind. */
  readonly definitions: readonly AttributeDefinition[];
  readonly current: Attributes;
  /** Names that are given; `null` clears. What is absent stays. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
}

/**
 * Attributes after an edit, cleaned and checked against the data dictionary. A required attribute must have a
 * value afterwards (row ID-28); one that is not editable is written by imports and machine clients only.
 * @throws AppError ATTRIBUTE_UNKNOWN, ATTRIBUTE_ILLEGAL, ATTRIBUTE_REQUIRED, ATTRIBUTE_READ_ONLY
 */
export const editAttributes = (edit: AttributeEdit): Attributes => {
  requireKnown(edit.definitions, edit.given);
  const after: Record<string, AttributeValue> = { ...edit.current };
  for (const definition of edit.definitions) {
    const { name } = definition;
    const path = ['input', 'attributes', name];
    if (Object.hasOwn(edit.given, name) && edit.given[name] !== undefined) {
      const value = readValue(definition, edit.given[name]);
      if (value === (after[name] ?? null)) continue;
      if (!definition.editable && edit.principal.kind === 'ACCOUNT') {
        throw new AppError('ATTRIBUTE_READ_ONLY', { details: { name }, path });
      }
      if (value === null) delete after[name];
      else after[name] = value;
    }
    if (definition.required && (after[name] ?? null) === null) {
      throw new AppError('ATTRIBUTE_REQUIRED', { details: { name }, path });
    }
  }
  return after;
};

const claimsOf = (
  definitions: readonly AttributeDefinition[],
  ownerId: string,
  attributes: Attributes,
): UniqueValue[] =>
  definitions.flatMap((definition) => {
    const value = attributes[definition.name] ?? null;
    if (!definition.unique || value === null) return [];
    return [{ definitionId: definition.id, ownerId, value: attributeValueKey(value) }];
  });

/**
 * Makes an object the holder of its unique values.
 * @throws AppError ATTRIBUTE_VALUE_TAKEN
 */
export const claimAttributes = async (
  tx: Tx,
  definitions: readonly AttributeDefinition[],
  owner: { readonly id: string; readonly attributes: Attributes },
): Promise<void> => {
  const unique = definitions.filter((definition) => definition.unique);
  if (unique.length === 0) return;
  await releaseUniqueValues(tx, { ownerIds: [owner.id], definitionIds: unique.map(({ id }) => id) });
  const [taken] = await claimUniqueValues(tx, claimsOf(unique, owner.id, owner.attributes));
  if (taken === undefined) return;
  const name = unique.find(({ id }) => id === taken.definitionId)?.name ?? '';
  throw new AppError('ATTRIBUTE_VALUE_TAKEN', {
    details: { name, value: String(owner.attributes[name]) },
    path: ['input', 'attributes', name],
  });
};
