import type { OrgUnitId } from '../domain/ids.ts';
import type { PlannedOrgUnit, RosterOrgUnit } from './facts.ts';
import { fold } from './fold.ts';
import { orderParentsFirst } from './order.ts';

/** The tree that a plan leads to. */
export interface TreeAfter {
  readonly parents: ReadonlyMap<OrgUnitId, OrgUnitId | null>;
  readonly names: ReadonlyMap<OrgUnitId, string>;
  /** Units that would be their own ancestors. */
  readonly cyclic: ReadonlySet<string>;
  /** Parents before children. */
  readonly order: readonly string[];
}

/** The roster's active units with a plan's rows applied, whatever their decision. */
export const treeAfter = (
  rows: readonly Pick<PlannedOrgUnit, 'orgUnitId' | 'changes'>[],
  roster: readonly RosterOrgUnit[],
): TreeAfter => {
  const parents = new Map<OrgUnitId, OrgUnitId | null>();
  const names = new Map<OrgUnitId, string>();
  for (const unit of roster) {
    if (unit.status === 'DELETED') continue;
    parents.set(unit.id, unit.parentId);
    names.set(unit.id, unit.name);
  }
  for (const { orgUnitId, changes } of rows) {
    if (orgUnitId === null) continue;
    for (const { field, after } of changes) {
      if (field === 'parentId') parents.set(orgUnitId, after as OrgUnitId);
      if (field === 'name') names.set(orgUnitId, after as string);
    }
  }
  const nodes = [...parents].map(([id, parentId]) => ({ id, parentId }));
  const { nodes: ordered, cyclic } = orderParentsFirst(nodes);
  return { parents, names, cyclic, order: ordered.map(({ id }) => id) };
};

const siblingKey = (tree: TreeAfter, id: OrgUnitId): string | null => {
  const parent = tree.parents.get(id);
  const name = tree.names.get(id);
  return parent === undefined || parent === null || name === undefined ? null : `${parent}\n${fold(name)}`;
};

/** Units that take a name which another unit below the same parent ends up with; whoever keeps it is not blamed. */
export const siblingClashes = (
  tree: TreeAfter,
  rows: readonly Pick<PlannedOrgUnit, 'orgUnitId' | 'changes'>[],
): ReadonlySet<OrgUnitId> => {
  const counts = new Map<string, number>();
  for (const id of tree.parents.keys()) {
    const key = siblingKey(tree, id);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const clashing = new Set<OrgUnitId>();
  for (const { orgUnitId, changes } of rows) {
    if (orgUnitId === null) continue;
    const placed = changes.some(({ field }) => field === 'name' || field === 'parentId');
    const key = siblingKey(tree, orgUnitId);
    if (placed && key !== null && (counts.get(key) ?? 0) > 1) clashing.add(orgUnitId);
  }
  return clashing;
};
