/** One step of the walk: a node and which of its edges comes next. */
interface Frame<N> {
  readonly node: N;
  readonly edges: readonly N[];
  next: number;
}

/**
 * Strongly connected components (Tarjan), as a number for each node that is reached: two nodes with the same number
 * depend on each other, round about. Linear, and without recursion: a chain may be as long as a company.
 */
export const componentsOf = <N>(
  nodes: Iterable<N>,
  edgesOf: (node: N) => readonly N[],
): ReadonlyMap<N, number> => {
  const index = new Map<N, number>();
  const low = new Map<N, number>();
  const component = new Map<N, number>();
  const stack: N[] = [];
  let components = 0;
  const open = (node: N): Frame<N> => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    return { node, edges: edgesOf(node), next: 0 };
  };
  const lower = (node: N, to: number): void => {
    if (to < (low.get(node) ?? 0)) low.set(node, to);
  };
  const close = (node: N): void => {
    if (low.get(node) !== index.get(node)) return;
    for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
      component.set(member, components);
      if (member === node) break;
    }
    components++;
  };
  const walk = (start: N): void => {
    const frames = [open(start)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const to = frame.edges[frame.next++];
      if (to === undefined) {
        close(frame.node);
        frames.pop();
        const above = frames.at(-1);
        if (above !== undefined) lower(above.node, low.get(frame.node) ?? 0);
      } else if (!index.has(to)) frames.push(open(to));
      else if (!component.has(to)) lower(frame.node, index.get(to) ?? 0);
    }
  };
  for (const node of nodes) if (!index.has(node)) walk(node);
  return component;
};
