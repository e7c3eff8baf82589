import type { AttributeDefinition, Attributes, AttributeValue } from '../domain/roster.ts';
import type { FieldChange, Issue } from '../domain/staging.ts';
import { cleanText, fits } from './normalise.ts';

/** Field name of a custom attribute in changes and issues. */
export const attributeField = (name: string): string => `attributes.${name}`;

/** Highest length of a text attribute, in characters (code points). */
export const ATTRIBUTE_TEXT_MAX_LENGTH = 2000;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

const isDate = (text: string): boolean => {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
};

/**
 * A foreign value as the definition's type asks for it: `null` for empty, `undefined` when it is not legal.
 * Texts are cleaned; dates are ISO 8601 `YYYY-MM-DD`; a choice is one of the listed values.
 */
export const readAttribute = (
  definition: Pick<AttributeDefinition, 'type' | 'choices'>,
  value: unknown,
): AttributeValue | undefined => {
  if (value === null) return null;
  if (definition.type === 'BOOLEAN') return typeof value === 'boolean' ? value : undefined;
  if (definition.type === 'NUMBER') {
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = cleanText(value);
  if (text === '') return null;
  if (definition.type === 'DATE') return isDate(text) ? text : undefined;
  if (definition.type === 'CHOICE') return definition.choices.includes(text) ? text : undefined;
  return fits(text, ATTRIBUTE_TEXT_MAX_LENGTH) ? text : undefined;
};

/**
 * Changes of custom attributes. A remote attribute fills the enabled definition of the same name; what has no
 * definition stays in the copy. Absent never overwrites. An illegal value changes nothing.
 */
export const attributeChanges = (
  definitions: readonly AttributeDefinition[],
  remote: Readonly<Record<string, unknown>>,
  current: Attributes,
): FieldChange[] => {
  const changes: FieldChange[] = [];
  for (const definition of definitions) {
    const { name } = definition;
    if (!Object.hasOwn(remote, name) || remote[name] === undefined) continue;
    const after = readAttribute(definition, remote[name]);
    const before = Object.hasOwn(current, name) ? (current[name] ?? null) : null;
    if (after === undefined || after === before) continue;
    changes.push({ field: attributeField(name), before, after });
  }
  return changes;
};

const display = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

/**
 * Illegal values of defined attributes and required attributes that end up empty. With `all` false only what
 * the remote side supplies is judged, so that a row is not held for what it does not touch.
 */
export const attributeIssues = (
  definitions: readonly AttributeDefinition[],
  remote: Readonly<Record<string, unknown>>,
  options: { readonly current: Attributes; readonly all: boolean },
): Issue[] => {
  const issues: Issue[] = [];
  for (const definition of definitions) {
    const { name, required } = definition;
    const supplied = Object.hasOwn(remote, name) && remote[name] !== undefined;
    if (!supplied && !options.all) continue;
    const held = Object.hasOwn(options.current, name) ? (options.current[name] ?? null) : null;
    const value = supplied ? readAttribute(definition, remote[name]) : held;
    const field = attributeField(name);
    if (value === undefined) {
      issues.push({ code: 'ATTRIBUTE_ILLEGAL', field, value: display(remote[name]), blocking: true });
    } else if (required && value === null) {
      issues.push({ code: 'ATTRIBUTE_REQUIRED', field, value: null, blocking: true });
    }
  }
  return issues;
};
