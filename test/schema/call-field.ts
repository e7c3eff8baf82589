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

/** Which of the arguments and fields that may be left out are given: none, or those that take ids. */
export type Fill = 'needed' | 'ids';

const takesId = (type: GraphQLInputType): boolean => {
  const named = getNamedType(type);
  return isInputObjectType(named)
    ? Object.values(named.getFields()).some((field) => takesId(field.type))
    : named.name === 'ID';
};

const isGiven = (type: GraphQLInputType, fill: Fill): boolean =>
  isNonNullType(type) || (fill === 'ids' && takesId(type));

/** A literal that fits a type; ids name `id`. */
const literal = (type: GraphQLInputType, id: string, fill: Fill): string => {
  if (isNonNullType(type)) return literal(type.ofType, id, fill);
  if (isListType(type)) return `[${literal(type.ofType, id, fill)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isGiven(field.type, fill));
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, id, fill)}`).join(', ')} }`;
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

const given = (args: readonly GraphQLArgument[], fill: Fill): readonly GraphQLArgument[] =>
  args.filter(
    ({ type, defaultValue }) => (defaultValue === undefined || fill === 'ids') && isGiven(type, fill),
  );

/** True when a field can be told an id, directly or inside its input. */
export const canNameObjects = (field: GraphQLField<unknown, unknown>): boolean =>
  field.args.some(({ type }) => takesId(type));

/** A document that calls one field of Query or Mutation with arguments that fit; ids name `id`. */
export const callOf = (
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  options: { readonly id?: string; readonly fill?: Fill } = {},
): string => {
  const { id = NOBODY, fill = 'needed' } = options;
  const args = given(field.args, fill).map((one) => `${one.name}: ${literal(one.type, id, fill)}`);
  return `${kind} { ${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${selection(field.type)} }`;
};
