import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { AppError } from '../../src/domain/index.ts';

/** What a document may contain; the defaults of GraphQL Armor, or stricter. */
export interface DocumentLimits {
  /** UTF-16 units of the source. */
  readonly characters: number;
  readonly tokens: number;
  /** Fields above one another. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** The same answer key in one selection, fragments included: comparing them with each other is quadratic. */
  readonly repeats: number;
  /** Fields of Query or Mutation in one operation. */
  readonly rootFields: number;
  readonly operations: number;
  /** 1 for a leaf, 2 for an object, times 1.5 for each level (GraphQL Armor's formula). */
  readonly cost: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = {
  characters: 15_000,
  tokens: 1_000,
  depth: 6,
  aliases: 15,
  directives: 50,
  repeats: 15,
  rootFields: 20,
  operations: 10,
  cost: 5_000,
};

const LEAF_COST = 1;
const OBJECT_COST = 2;
const DEPTH_FACTOR = 1.5;

/** @throws AppError QUERY_TOO_COMPLEX when a value is over its limit */
export const requireWithin = (limit: string, value: number, max: number): void => {
  if (value > max) {
    throw new AppError('QUERY_TOO_COMPLEX', { details: { limit, value: Math.min(value, 1e9), max } });
  }
};

interface Measure {
  readonly depth: number;
  readonly cost: number;
  /** How often each answer key occurs. */
  readonly keys: ReadonlyMap<string, number>;
}

const NOTHING: Measure = { depth: 0, cost: 0, keys: new Map() };

/** Measures a document's selections; a fragment is measured once, however often it is spread. */
class Meter {
  readonly #limits: DocumentLimits;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, Measure | 'open'>();

  constructor(document: DocumentNode, limits: DocumentLimits) {
    this.#limits = limits;
    for (const node of document.definitions) {
      if (node.kind === 'FragmentDefinition') this.#fragments.set(node.name.value, node);
    }
  }

  measure(set: SelectionSetNode): Measure {
    let depth = 0;
    let cost = 0;
    const keys = new Map<string, number>();
    for (const node of set.selections) {
      const inner = this.#measureNode(node);
      depth = Math.max(depth, inner.depth);
      cost += inner.cost;
      for (const [key, count] of inner.keys) keys.set(key, (keys.get(key) ?? 0) + count);
    }
    return { depth, cost, keys };
  }

  /** Fragments that no operation spreads are measured as well. */
  measureFragments(): void {
    for (const name of this.#fragments.keys()) this.#measureFragment(name);
  }

  #measureNode(node: SelectionNode): Measure {
    if (node.kind === 'InlineFragment') return this.measure(node.selectionSet);
    if (node.kind === 'FragmentSpread') return this.#measureFragment(node.name.value);
    const keys = new Map([[node.alias?.value ?? node.name.value, 1]]);
    // Introspection has its own depth rule in graphql-js and is switched off for strangers.
    if (node.name.value === '__schema' || node.name.value === '__type') return { depth: 1, cost: 0, keys };
    if (node.selectionSet === undefined) return { depth: 1, cost: LEAF_COST, keys };
    const inner = this.measure(node.selectionSet);
    this.#requireFewRepeats(inner);
    return { depth: inner.depth + 1, cost: OBJECT_COST + DEPTH_FACTOR * inner.cost, keys };
  }

  #requireFewRepeats({ keys }: Measure): void {
    for (const count of keys.values()) requireWithin('repeats', count, this.#limits.repeats);
  }

  #measureFragment(name: string): Measure {
    const known = this.#measured.get(name);
    if (known === 'open') {
      throw new AppError('QUERY_TOO_COMPLEX', { details: { limit: 'fragment cycle', value: 1, max: 0 } });
    }
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return NOTHING;
    this.#measured.set(name, 'open');
    const measure = this.measure(fragment.selectionSet);
    this.#requireFewRepeats(measure);
    this.#measured.set(name, measure);
    return measure;
  }
}

interface Counts {
  aliases: number;
  directives: number;
}

const countIn = (set: SelectionSetNode, counts: Counts): void => {
  for (const node of set.selections) {
    counts.directives += node.directives?.length ?? 0;
    if (node.kind === 'Field' && node.alias !== undefined) counts.aliases += 1;
    if (node.kind !== 'FragmentSpread' && node.selectionSet !== undefined) countIn(node.selectionSet, counts);
  }
};

const requireOperation = (operation: OperationDefinitionNode, meter: Meter, limits: DocumentLimits): void => {
  const { depth, cost, keys } = meter.measure(operation.selectionSet);
  requireWithin('depth', depth, limits.depth);
  requireWithin('cost', Math.ceil(OBJECT_COST + DEPTH_FACTOR * cost), limits.cost);
  let fields = 0;
  for (const count of keys.values()) {
    requireWithin('repeats', count, limits.repeats);
    fields += count;
  }
  requireWithin('rootFields', fields, limits.rootFields);
};

/**
 * Refuses a document that is over a limit before anything is validated or run.
 * @throws AppError QUERY_TOO_COMPLEX
 */
export const requireModest = (document: DocumentNode, limits: DocumentLimits): void => {
  const counts: Counts = { aliases: 0, directives: 0 };
  for (const node of document.definitions) {
    if (node.kind !== 'OperationDefinition' && node.kind !== 'FragmentDefinition') continue;
    counts.directives += node.directives?.length ?? 0;
    countIn(node.selectionSet, counts);
  }
  requireWithin('aliases', counts.aliases, limits.aliases);
  requireWithin('directives', counts.directives, limits.directives);
  const operations = document.definitions.filter((node) => node.kind === 'OperationDefinition');
  requireWithin('operations', operations.length, limits.operations);
  const meter = new Meter(document, limits);
  meter.measureFragments();
  for (const operation of operations) requireOperation(operation, meter, limits);
};

const TOO_MANY_TOKENS = 'Document contains more that';

/**
 * Parses a source within the limits; undefined when it is no GraphQL, which the server says in its own words.
 * @throws AppError QUERY_TOO_COMPLEX
 */
export const parseModest = (source: string, limits: DocumentLimits): DocumentNode | undefined => {
  requireWithin('characters', source.length, limits.characters);
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof Error && error.message.includes(TOO_MANY_TOKENS)) {
      requireWithin('tokens', limits.tokens + 1, limits.tokens);
    }
    return undefined;
  }
  requireModest(document, limits);
  return document;
};
