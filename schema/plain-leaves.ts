import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * Reads of the roster: their objects are rows of one statement, whose columns have the types that the schema
 * promises. The differential test compares them value by value with what graphql-js makes of them.
 */
const ROSTER_READS: ReadonlySet<string> = new Set([
  'accounts',
  'account',
  'me',
  'orgUnits',
  'orgUnit',
  'orgUnitTree',
]);

/**
 * True when all values of an answer come as they are from the roster: each root field is one of its reads, and no
 * field below has a resolver of its own.
 */
export const hasPlainLeaves = (schema: GraphQLSchema, document: DocumentNode): boolean => {
  const types = new TypeInfo(schema);
  const query = schema.getQueryType();
  let plain = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: ({ name }) => {
        if (name.value === '__typename') return;
        plain &&=
          types.getParentType() === query
            ? ROSTER_READS.has(name.value)
            : types.getFieldDef()?.resolve === undefined;
      },
      OperationDefinition: ({ operation }) => {
        plain &&= operation === 'query';
      },
    }),
  );
  return plain;
};
