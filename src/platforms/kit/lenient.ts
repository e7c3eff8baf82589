import { z } from 'zod';

// What one object may lack is taken as absent when it comes as null: one odd value must not make a page unreadable.

/** Integers may come as text when they exceed 2^53. */
export const integer = z.union([z.int(), z.string().regex(/^-?\d+$/)]).transform(String);

export const orAbsent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);
export const text = orAbsent(z.string());
export const flag = orAbsent(z.boolean());
