import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildMusterSchema } from './build-schema.ts';

/** The schema in SDL, in alphabetical order, as it is committed. */
export const schemaText = (): string => `${printSchema(lexicographicSortSchema(buildMusterSchema()))}\n`;
