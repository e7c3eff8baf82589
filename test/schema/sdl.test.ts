import { readFile } from 'node:fs/promises';
import {
  getIntrospectionQuery,
  graphqlSync,
  isEnumType,
  isInputObjectType,
  isObjectType,
  validateSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildMusterSchema } from '../../schema/build-schema.ts';
import { schemaText } from '../../schema/schema-text.ts';

const schema = buildMusterSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

describe('the schema', () => {
  test('is valid and can be asked what it looks like, which a start does not look at', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(graphqlSync({ schema, source: getIntrospectionQuery() }).errors).toBeUndefined();
  });
});

describe('schema.graphql', () => {
  test('is what the resolvers say (npm run schema writes it anew)', async () => {
    expect(await readFile('schema/schema.graphql', 'utf8')).toBe(schemaText());
  });

  test('describes each type, field, argument and value', () => {
    const silent: string[] = [];
    for (const type of types) {
      const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Query', 'Mutation'].includes(type.name);
      if (!builtIn && !type.description) silent.push(type.name);
      if (isEnumType(type)) {
        for (const value of type.getValues())
          if (!value.description) silent.push(`${type.name}.${value.name}`);
      }
      if (!isObjectType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) silent.push(`${type.name}.${field.name}`);
        for (const argument of 'args' in field ? field.args : []) {
          if (!argument.description) silent.push(`${type.name}.${field.name}(${argument.name})`);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  test('every mutation takes one input and returns a payload', () => {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      expect(
        field.args.map(({ name }) => name),
        field.name,
      ).toEqual(['input']);
      expect(String(field.type), field.name).toMatch(/Payload!$/);
    }
  });
});
