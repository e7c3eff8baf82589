import { writeFile } from 'node:fs/promises';
import { schemaText } from '../schema/schema-text.ts';

/** Writes schema/schema.graphql, the committed copy of what the resolvers say; a test fails when it is stale. */
await writeFile('schema/schema.graphql', schemaText());
