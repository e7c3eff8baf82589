import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Objects that a list is taken to hold when it has no `first`. */
const LIST_SIZE = 10;

/** Lists whose usual size is known. 0: paid for by the constant of the documented operation. */
const LIST_SIZES: Readonly<Record<string, number>> = {
  'Account.memberships': 5,
  'StagedAccount.candidateAccounts': 1,
  'StagedAccount.changes': 5,
  'StagedAccount.mended': 1,
  'StagedAccount.issues': 2,
  'StagedOrgUnit.changes': 5,
  'StagedOrgUnit.issues': 2,
  'StagedOrgUnit.mended': 1,
  'OrgUnitTree.nodes': 0,
};

/** What documented operations cost beyond their objects. */
const CONSTANTS: Readonly<Record<string, number>> = { 'Query.orgUnitTree': 500 };

type Variables = Readonly<Record<string, unknown>>;
/** Number of objects that an answer may hold, by the variables of a request. */
export type CostOf = (variables: Variables) => number;

const constant =
  (value: number): CostOf =>
  () =>
    value;

const firstOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): CostOf | undefined => {
  const declared = field.args.find(({ name }) => name === 'first');
  if (declared === undefined) return undefined;
  const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  const fallback = typeof declared.defaultValue === 'number' ? declared.defaultValue : LIST_SIZE;
  if (given?.kind === 'IntValue') return constant(Number(given.value));
  if (given?.kind !== 'Variable') return constant(fallback);
  const name = given.name.value;
  return (variables) => {
    const value = variables[name];
    return typeof value === 'number' ? value : fallback;
  };
};

const holdsList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

class Pricer {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    for (const node of document.definitions) {
      if (node.kind === 'FragmentDefinition') this.#fragments.set(node.name.value, node);
    }
  }

  /** `page`: size of the page whose `edges` and `nodes` stand in this selection. */
  price(set: SelectionSetNode, type: GraphQLObjectType, page: CostOf | undefined): CostOf {
    const parts: CostOf[] = [];
    for (const node of set.selections) {
      if (node.kind === 'Field') parts.push(this.#field(node, type, page));
      else if (node.kind === 'InlineFragment') parts.push(this.price(node.selectionSet, type, page));
      else {
        const fragment = this.#fragments.get(node.name.value);
        if (fragment !== undefined) parts.push(this.price(fragment.selectionSet, type, page));
      }
    }
    return (variables) => parts.reduce((sum, part) => sum + part(variables), 0);
  }

  #field(node: FieldNode, parent: GraphQLObjectType, page: CostOf | undefined): CostOf {
    const field = parent.getFields()[node.name.value];
    if (field === undefined || node.selectionSet === undefined) return constant(0);
    const type = getNamedType(field.type);
    if (!isObjectType(type)) return constant(0);
    const first = firstOf(node, field);
    const isList = holdsList(field.type);
    // The size of a page is that of its `edges` and of its `nodes`, and of no other list inside.
    const inner = this.price(node.selectionSet, type, isList ? undefined : first);
    const name = `${parent.name}.${field.name}`;
    const extra = CONSTANTS[name] ?? 0;
    if (!isList) return (variables) => 1 + extra + inner(variables);
    const isPage = field.name === 'edges' || field.name === 'nodes';
    const size = first ?? (isPage ? page : undefined) ?? constant(LIST_SIZES[name] ?? LIST_SIZE);
    return (variables) => extra + size(variables) * (1 + inner(variables));
  }

  ofOperation(operation: OperationDefinitionNode): CostOf {
    const type = this.#schema.getRootType(operation.operation);
    return type === undefined || type === null
      ? constant(0)
      : this.price(operation.selectionSet, type, undefined);
  }
}

/**
 * Price of an operation: one for each object that its answer may hold, so that lists inside lists multiply.
 * Fixed when no page size is a variable.
 */
export const priceOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CostOf => new Pricer(schema, document).ofOperation(operation);
