import {
  AppError,
  type AttributeDefinition,
  type AttributeTarget,
  type AttributeType,
} from '../../domain/index.ts';
import { cleanText, fits } from '../../planner/normalise.ts';
import type { AttributeDefinitionFields } from '../../store/queries/roster-attributes.ts';
import { readName, readTitle } from './account-fields.ts';

const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;
const CHOICES_MAX = 200;
const CHOICE_LENGTH = 200;

/** A definition as somebody typed it. Absent = as it was, or the default. */
export interface AttributeDefinitionInput {
  readonly label?: string | undefined;
  readonly type?: AttributeType | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly required?: boolean | undefined;
  readonly editable?: boolean | undefined;
  readonly unique?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly sensitive?: boolean | undefined;
  readonly remark?: string | null | undefined;
}

const refuse = (reason: string, field: string): never => {
  throw new AppError('ATTRIBUTE_DEFINITION_ILLEGAL', { details: { reason }, path: ['input', field] });
};

/** @throws AppError ATTRIBUTE_DEFINITION_ILLEGAL */
export const readAttributeName = (text: string): string => {
  const name = cleanText(text);
  if (!NAME.test(name)) refuse('a name is a letter and up to 63 letters, digits or _', 'name');
  return name;
};

const readChoices = (type: AttributeType, choices: readonly string[]): readonly string[] => {
  const cleaned = [...new Set(choices.map(cleanText).filter((choice) => choice !== ''))];
  if (type !== 'CHOICE') {
    if (cleaned.length > 0) refuse('only a CHOICE has choices', 'choices');
    return [];
  }
  if (cleaned.length === 0) refuse('a CHOICE has at least one choice', 'choices');
  if (cleaned.length > CHOICES_MAX) refuse(`there are more than ${CHOICES_MAX} choices`, 'choices');
  if (!cleaned.every((choice) => fits(choice, CHOICE_LENGTH))) {
    refuse(`a choice has at most ${CHOICE_LENGTH} characters`, 'choices');
  }
  return cleaned;
};

const DEFAULTS = {
  type: 'TEXT',
  choices: [],
  required: false,
  editable: true,
  unique: false,
  enabled: true,
  sensitive: false,
  remark: null,
} as const;

/**
 * The definition after an edit. Required forces editable (row ID-28); a boolean or a choice cannot be unique.
 * @throws AppError ATTRIBUTE_DEFINITION_ILLEGAL, INPUT_INVALID
 */
export const readAttributeDefinition = (
  key: { readonly target: AttributeTarget; readonly name: string },
  input: AttributeDefinitionInput,
  current?: AttributeDefinition,
): AttributeDefinitionFields => {
  const before = current ?? { ...DEFAULTS, label: key.name };
  const type = input.type ?? before.type;
  const required = input.required ?? before.required;
  const unique = input.unique ?? before.unique;
  if (unique && (type === 'BOOLEAN' || type === 'CHOICE')) {
    refuse(`a ${type} has too few values to be unique`, 'unique');
  }
  return {
    ...key,
    type,
    required,
    unique,
    label: input.label === undefined ? before.label : readName('label', input.label),
    choices: readChoices(type, input.choices ?? (type === before.type ? before.choices : [])),
    editable: required || (input.editable ?? before.editable),
    enabled: input.enabled ?? before.enabled,
    sensitive: input.sensitive ?? before.sensitive,
    remark: input.remark === undefined ? before.remark : readTitle('remark', input.remark),
  };
};
