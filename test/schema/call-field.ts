import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** An id in the right form that names nothing. */
export const NOBODY = '01900000-0000-7000-8000-000000000000';

/** A literal that fits a type; ids name `id`. */
const literal = (type: GraphQLInputType, id: string): string => {
  if (isNonNullType(type)) return literal(type.ofType, id);
  if (isListType(type)) return `[${literal(type.ofType, id)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, id)}`).join(', ')} }`;
  }
  const scalars: Record<string, string> = {
    ID: `"${id}"`,
    Int: '1',
    Float: '1',
    Boolean: 'true',
    DateTime: '"2026-01-01T00:00:00Z"',
    AttributeMap: '{}',
    JSON: '{}',
  };
  return scalars[type.name] ?? '"x"';
};

/** A selection of an answer that is legal and short. */
const selection = (type: GraphQLOutputType): string => {
  const named = getNamedType(type);
  return isObjectType(named) ? ' { __typename }' : '';
};

const needed = (args: readonly GraphQLArgument[]): readonly GraphQLArgument[] =>
  args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);

/** A document that calls one field of Query or Mutation with arguments that fit; ids name `id`. */
export const callOf = (
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  id: string = NOBODY,
): string => {
  const args = needed(field.args).map((argument) => `${argument.name}: ${literal(argument.type, id)}`);
  return `${kind} { ${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${selection(field.type)} }`;
};
