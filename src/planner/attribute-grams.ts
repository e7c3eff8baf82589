import type { AttributeValue } from '../domain/roster.ts';
import { fold } from './fold.ts';

/** Characters (code points) of a value that the search index compares; the rest is compared by the row itself. */
const INDEXED_LENGTH = 200;

/** How a value of a custom attribute is compared and kept unique: folded text, numbers and booleans as written. */
export const attributeValueKey = (value: Exclude<AttributeValue, null>): string => fold(String(value));

/**
 * Elements that a search row holds for custom attributes, `@name=folded value`, so that any of them is found
 * through the same index as names. Longer than a piece of text, they never meet one.
 */
export const attributeGrams = (attributes: Readonly<Record<string, AttributeValue>>): readonly string[] =>
  Object.entries(attributes).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const key = attributeValueKey(value);
    return [`@${name}=${key.length <= INDEXED_LENGTH ? key : [...key].slice(0, INDEXED_LENGTH).join('')}`];
  });
