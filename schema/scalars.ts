import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})$/;

const readInstant = (value: unknown): string => {
  if (typeof value !== 'string' || !INSTANT.test(value) || Number.isNaN(Date.parse(value))) {
    throw new GraphQLError('an instant is written in ISO 8601 with an offset, e.g. 2026-11-21T08:00:00Z');
  }
  return value;
};

/** ISO 8601 text. Texts pass as they are: PostgreSQL writes microseconds, which a Date cannot hold. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description:
    'An instant in ISO 8601 with an offset, e.g. `2026-11-21T08:00:00.123456Z`; answers are in UTC with up to six digits after the second.',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === 'string') return value;
    throw new GraphQLError('not an instant');
  },
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : null),
});

const DEPTH_MAX = 5;

/** The JSON value of a literal; variables do not reach this, they arrive as values. */
const literal = (node: ValueNode, variables: Readonly<Record<string, unknown>>, depth: number): unknown => {
  if (depth > DEPTH_MAX) throw new GraphQLError('the value is nested too deeply');
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.VARIABLE:
      return variables[node.name.value];
    case Kind.LIST:
      return node.values.map((value) => literal(value, variables, depth + 1));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literal(field.value, variables, depth + 1)]),
      );
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;

const readMap = (value: unknown): Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) throw new GraphQLError('attributes are an object of names and values');
  for (const [name, one] of Object.entries(value)) {
    if (!NAME.test(name)) throw new GraphQLError('an attribute is named by letters, digits and _');
    if (typeof one === 'object' && one !== null) {
      throw new GraphQLError('an attribute is a text, a number, true, false or null');
    }
  }
  return value;
};

/** Values of custom attributes by name. */
export const AttributeMap = new GraphQLScalarType<Readonly<Record<string, unknown>>, unknown>({
  name: 'AttributeMap',
  description:
    'Values of custom attributes by the name of their definition: text, number, boolean, date as `YYYY-MM-DD`, or null for "set to empty". In an input, absent names stay as they are.',
  serialize: (value) => value,
  parseValue: readMap,
  parseLiteral: (node, variables) => readMap(literal(node, variables ?? {}, 0)),
});

/** Any JSON value; used where the shape belongs to a platform or to another table. */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}, 0),
});
