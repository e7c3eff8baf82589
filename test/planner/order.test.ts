import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderParentsFirst } from '../../src/planner/order.ts';
import { tries } from '../support/properties.ts';

describe('the order of units', () => {
  it('puts parents first and reports exactly the members of cycles', () => {
    const nodes = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f'),
        parentId: fc.constantFrom<string | null>(null, 'a', 'b', 'c', 'd', 'e', 'f', 'x'),
      }),
      { selector: (one) => one.id },
    );
    fc.assert(
      fc.property(nodes, (given) => {
        const { nodes: ordered, cyclic } = orderParentsFirst(given);
        const byId = new Map(given.map((node) => [node.id, node]));
        expect(ordered.map((node) => node.id).sort()).toEqual([...byId.keys()].sort());
        for (const node of given) {
          let at = node.parentId;
          for (let i = 0; i < given.length && at !== null && at !== node.id; i++) {
            at = byId.get(at)?.parentId ?? null;
          }
          expect(cyclic.has(node.id)).toBe(at === node.id && byId.has(node.id));
          const place = ordered.indexOf(node);
          const parent = ordered.findIndex((other) => other.id === node.parentId);
          if (parent >= 0 && !cyclic.has(node.id)) expect(parent).toBeLessThan(place);
        }
      }),
      tries(1_000),
    );
  });
});
