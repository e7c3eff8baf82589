import { registerEnumType } from 'type-graphql';

/**
 * Registers an enum whose names are its values, as the domain lists them; each value with its description, so that
 * none can be forgotten.
 */
export const registerNames = <Name extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Name, string>>,
): { readonly [Key in Name]: Key } => {
  const names = Object.fromEntries(Object.keys(values).map((value) => [value, value])) as {
    readonly [Key in Name]: Key;
  };
  registerEnumType(names, {
    name,
    description,
    valuesConfig: Object.fromEntries(
      Object.entries<string>(values).map(([value, text]) => [value, { description: text }]),
    ) as Record<Name, { description: string }>,
  });
  return names;
};
