import { z } from 'zod';

// What one object may lack is taken as absent when it comes as null: one odd value must not make a page unreadable.

/** Integers may come as text when they exceed 2^53. */
export const integer = z.union([z.int(), z.string().regex(/^-?\d+$/)]).transform(String);

export const orAbsent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);
export const text = orAbsent(z.string());
export const flag = orAbsent(z.boolean());

const all = <Name extends string, Schema>(names: string, schema: Schema) =>
  Object.fromEntries(names.split(' ').map((name) => [name, schema])) as Record<Name, Schema>;

type Words<Names extends string> = Names extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Names;

/** Several texts that may be absent; their names with blanks between them. */
export const texts = <const Names extends string>(names: Names) =>
  all<Words<Names>, typeof text>(names, text);
export const flags = <const Names extends string>(names: Names) =>
  all<Words<Names>, typeof flag>(names, flag);

/** An answer of which one key alone is of use. */
export const under = <Schema extends z.ZodType>(key: string, schema: Schema) =>
  z.object({ [key]: schema }).transform((answer) => answer[key] as z.output<Schema>);
