import { compareCodePoints } from './fold.ts';

/** A node of a forest: its parent may be unknown, missing or, in foreign data, part of a cycle. */
export interface Node {
  readonly id: string;
  readonly parentId: string | null;
}

export interface Order<N extends Node> {
  /** Parents before children; brothers by id in code-point order; what hangs on a cycle comes last. */
  readonly nodes: readonly N[];
  /** Ids of the nodes that are their own ancestors. */
  readonly cyclic: ReadonlySet<string>;
}

const byId = (a: Node, b: Node): number => compareCodePoints(a.id, b.id);

const childrenByParent = <N extends Node>(nodes: readonly N[]): Map<string, N[]> => {
  const children = new Map<string, N[]>();
  for (const node of nodes) {
    if (node.parentId === null) continue;
    const brothers = children.get(node.parentId);
    if (brothers === undefined) children.set(node.parentId, [node]);
    else brothers.push(node);
  }
  return children;
};

/** Appends nodes and all that hangs on them, level by level. */
const walk = <N extends Node>(
  from: readonly N[],
  children: ReadonlyMap<string, N[]>,
  done: Map<string, N>,
) => {
  let level = from;
  while (level.length > 0) {
    for (const node of level) done.set(node.id, node);
    level = level.flatMap((node) => children.get(node.id) ?? []).filter(({ id }) => !done.has(id));
  }
};

const cyclicOf = <N extends Node>(rest: readonly N[], byKey: ReadonlyMap<string, N>): Set<string> => {
  const cyclic = new Set<string>();
  const settled = new Set<string>();
  for (const node of rest) {
    const path = new Set<string>();
    let at: N | undefined = node;
    while (at !== undefined && !settled.has(at.id) && !path.has(at.id)) {
      path.add(at.id);
      at = at.parentId === null ? undefined : byKey.get(at.parentId);
    }
    if (at !== undefined && path.has(at.id)) {
      const ids = [...path];
      for (const id of ids.slice(ids.indexOf(at.id))) cyclic.add(id);
    }
    for (const id of path) settled.add(id);
  }
  return cyclic;
};

/**
 * Topological order of a forest, parents before children. Moves applied in this order of the final tree never
 * make a cycle on the way. Independent of the input's order; cycles are reported, never thrown. Ids are unique.
 */
export const orderParentsFirst = <N extends Node>(nodes: readonly N[]): Order<N> => {
  const sorted = nodes.toSorted(byId);
  const byKey = new Map(sorted.map((node) => [node.id, node]));
  const children = childrenByParent(sorted);
  const done = new Map<string, N>();
  const roots = sorted.filter(({ parentId }) => parentId === null || !byKey.has(parentId));
  walk(roots, children, done);
  const rest = sorted.filter(({ id }) => !done.has(id));
  const cyclic = cyclicOf(rest, byKey);
  walk(
    rest.filter(({ id }) => cyclic.has(id)),
    children,
    done,
  );
  return { nodes: [...done.values()], cyclic };
};
