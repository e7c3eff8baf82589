import type { FieldNode, FragmentDefinitionNode, GraphQLResolveInfo, SelectionSetNode } from 'graphql';

/** Names of the fields asked for, each with what is asked for below it. */
export interface Selection {
  readonly [field: string]: Selection;
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;
type Mutable = { [field: string]: Mutable };

const collect = (set: SelectionSetNode | undefined, fragments: Fragments, into: Mutable): void => {
  for (const node of set?.selections ?? []) {
    if (node.kind === 'Field') {
      into[node.name.value] ??= {};
      collect(node.selectionSet, fragments, into[node.name.value] ?? {});
    } else if (node.kind === 'InlineFragment') {
      collect(node.selectionSet, fragments, into);
    } else {
      collect(fragments[node.name.value]?.selectionSet, fragments, into);
    }
  }
};

/** A document is parsed once and answered often; so is the question what it selects. */
const memo = new WeakMap<FieldNode, Selection>();

/**
 * What a field's answer is asked for, aliases and fragments resolved. `@skip` and `@include` are taken as if they
 * were not there: reading a little too much is right, too little is not.
 */
export const selectionOf = (info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Selection => {
  const [first] = info.fieldNodes;
  if (first === undefined) return {};
  const known = memo.get(first);
  if (known !== undefined) return known;
  const selection: Mutable = {};
  for (const node of info.fieldNodes) collect(node.selectionSet, info.fragments, selection);
  memo.set(first, selection);
  return selection;
};

/** What is asked for at the end of a chain of fields, e.g. `['edges', 'node']`; undefined when it is not asked for. */
export const below = (selection: Selection, ...chain: readonly string[]): Selection | undefined =>
  chain.reduce<Selection | undefined>((at, field) => at?.[field], selection);

/** All fields of several selections of the same object. */
export const merged = (...selections: readonly (Selection | undefined)[]): Selection => {
  const all: Mutable = {};
  for (const selection of selections) {
    for (const [field, inner] of Object.entries(selection ?? {})) {
      all[field] = merged(all[field], inner) as Mutable;
    }
  }
  return all;
};
