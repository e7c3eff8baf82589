import type { FieldPairs } from './field-pairs.ts';
import { seenText } from './text.ts';

/** An entry of a platform's list of fields that are known by their names; what is not a text has other keys. */
export interface NamedValue {
  readonly name: string;
  readonly value?: string | undefined;
  readonly text?: { readonly value?: string | undefined } | undefined;
}

export const textOfNamed = ({ text, value }: NamedValue): string | undefined => text?.value ?? value;

/** Values of these fields: what the list does not have is empty, and unknown where no list is shown. */
export const namedValues = (
  pairs: FieldPairs,
  list: readonly NamedValue[] | undefined,
): Record<string, string | null> => {
  if (list === undefined) return {};
  const values = new Map(list.map((one) => [one.name, textOfNamed(one)]));
  return Object.fromEntries(
    pairs.map(([attribute, name]) => [attribute, seenText(values.get(name)) ?? null]),
  );
};

/** The list with these texts in place of what it had under their names. */
export const withNamed = (
  list: readonly NamedValue[] = [],
  texts: ReadonlyMap<string, string> = new Map(),
): readonly unknown[] => [
  ...list.filter(({ name }) => !texts.has(name)),
  ...[...texts].map(([name, value]) => ({ type: 0, name, text: { value } })),
];
