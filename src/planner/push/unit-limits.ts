import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import { isMoving, isNew, type Place, type UnitNode, type UnitTree } from './unit-nodes.ts';
import { placeAbove, type UnitSlots } from './unit-slots.ts';

/** Places that are their own ancestors, by the tree as it ends up. */
const cyclicPlaces = (context: PushContext, tree: UnitTree): ReadonlySet<Place> => {
  const cyclic = new Set<Place>();
  const settled = new Set<Place>();
  for (const { place, exists } of tree.nodes) {
    if (!exists) continue;
    const path = new Map<Place, number>();
    let at: Place | undefined = place;
    while (at !== undefined && !settled.has(at) && !path.has(at)) {
      path.set(at, path.size);
      at = placeAbove(context, tree, at);
    }
    const entered = at === undefined ? undefined : path.get(at);
    for (const [passed, step] of path) {
      settled.add(passed);
      if (entered !== undefined && step >= entered) cyclic.add(passed);
    }
  }
  return cyclic;
};

/** Refuses moves that, because something else stays, would put a unit below itself. */
export const breakCycles = (context: PushContext, tree: UnitTree, slots: UnitSlots): boolean => {
  if (!tree.nodes.some(isMoving)) return false;
  let broken = false;
  for (const place of cyclicPlaces(context, tree)) {
    const node = tree.byPlace.get(place);
    if (node === undefined || !isMoving(node)) continue;
    slots.refuse(node, ['MOVE'], issue('PARENT_BLOCKED', 'parent', node.parent?.unit.name ?? null));
    broken = true;
  }
  return broken;
};

/** Levels below the root, of every place that is asked for. */
const depths = (context: PushContext, tree: UnitTree): ((place: Place) => number) => {
  const known = new Map<Place, number>([['top', 0]]);
  const { rootExternalId } = context.input.capabilities;
  if (rootExternalId !== null) known.set(`x${rootExternalId}`, 0);
  // A copy that says a circle of units must not keep the walk from ending.
  const longest = context.remoteUnits.size + tree.nodes.length;
  return (place) => {
    const path: Place[] = [];
    let at: Place | undefined = place;
    while (at !== undefined && !known.has(at) && path.length <= longest) {
      path.push(at);
      at = placeAbove(context, tree, at);
    }
    let depth = at === undefined ? -1 : (known.get(at) ?? -1);
    for (const passed of path.toReversed()) known.set(passed, ++depth);
    return known.get(place) ?? 0;
  };
};

const changerOf = (tree: UnitTree, node: UnitNode): UnitNode | null => {
  let at: UnitNode | undefined = node;
  while (at !== undefined && !isNew(at) && !isMoving(at)) at = tree.byPlace.get(at.hangsAt);
  return at ?? null;
};

const limitDepth = (context: PushContext, tree: UnitTree, slots: UnitSlots): boolean => {
  const { maxDepth } = context.input.capabilities;
  if (maxDepth === null) return false;
  const depthOf = depths(context, tree);
  const blamed = new Set<UnitNode>();
  for (const node of tree.nodes) {
    if (!node.exists || depthOf(node.place) <= maxDepth) continue;
    const changer = changerOf(tree, node);
    if (changer !== null) blamed.add(changer);
  }
  for (const node of blamed) {
    slots.refuse(
      node,
      [isNew(node) ? 'CREATE' : 'MOVE'],
      issue('DEPTH_EXCEEDED', 'parent', String(maxDepth)),
    );
  }
  return blamed.size > 0;
};

const byOrder = (a: UnitNode, b: UnitNode): number => compareCodePoints(a.unit.id, b.unit.id);

const limitChildren = (context: PushContext, tree: UnitTree, slots: UnitSlots): boolean => {
  const { maxChildren } = context.input.capabilities;
  if (maxChildren === null) return false;
  const counts = new Map<Place, number>();
  const count = (place: Place): void => {
    counts.set(place, (counts.get(place) ?? 0) + 1);
  };
  for (const { exists, hangsAt } of tree.nodes) if (exists) count(hangsAt);
  for (const { externalId, parentExternalId } of context.remoteUnits.values()) {
    const removal = tree.removalOf.get(externalId);
    const stays = removal === undefined ? !tree.byPlace.has(`x${externalId}`) : removal.issue !== null;
    if (stays && parentExternalId !== null) count(`x${parentExternalId}`);
  }
  let refused = false;
  for (const node of tree.nodes.toSorted(byOrder).reverse()) {
    const children = counts.get(node.hangsAt) ?? 0;
    if (children <= maxChildren || !(isNew(node) || isMoving(node))) continue;
    counts.set(node.hangsAt, children - 1);
    slots.refuse(
      node,
      [isNew(node) ? 'CREATE' : 'MOVE'],
      issue('CHILDREN_EXCEEDED', 'parent', String(maxChildren)),
    );
    refused = true;
  }
  return refused;
};

/** Refuses what would hang deeper, or beside more brothers, than the platform takes. */
export const limitTree = (context: PushContext, tree: UnitTree, slots: UnitSlots): boolean => {
  const tooDeep = limitDepth(context, tree, slots);
  return limitChildren(context, tree, slots) || tooDeep;
};
