import { sha256Hex } from '../canonical-hash.ts';
import { componentsOf } from './components.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import { slotOf } from './match-units.ts';
import { faultOf } from './text-rule.ts';
import {
  currentPlace,
  isMoving,
  isNew,
  type Place,
  type UnitNode,
  type UnitRemoval,
  type UnitTree,
} from './unit-nodes.ts';
import { changesOf, placeAbove, type UnitSlots } from './unit-slots.ts';

/** Who holds the name that a unit is about to take, and gives it up in this plan. */
export type NameHolders = ReadonlyMap<UnitNode, UnitNode | UnitRemoval>;

export const isRemoval = (holder: UnitNode | UnitRemoval): holder is UnitRemoval => 'reason' in holder;

/** Nearest unit above that is new or moves: what hangs below it waits for it. */
const changersAbove = (context: PushContext, tree: UnitTree): ((node: UnitNode) => UnitNode | null) => {
  const known = new Map<Place, UnitNode | null>();
  return (node) => {
    const path: Place[] = [];
    let at: Place | undefined = node.hangsAt;
    let found: UnitNode | null = null;
    while (at !== undefined && found === null) {
      const earlier = known.get(at);
      const above = tree.byPlace.get(at);
      if (earlier !== undefined) found = earlier;
      else if (above !== undefined && (isNew(above) || isMoving(above))) found = above;
      if (earlier === null) break;
      path.push(at);
      at = placeAbove(context, tree, at);
    }
    for (const passed of path) known.set(passed, found);
    return found;
  };
};

const holdersOf = (tree: UnitTree, slots: UnitSlots): Map<UnitNode, UnitNode | UnitRemoval> => {
  const giving = new Map<string, UnitNode | UnitRemoval>();
  for (const node of tree.nodes) {
    if (node.remote !== null && node.exists && slots.isComing(node)) {
      giving.set(slots.currentSlot(node.remote), node);
    }
  }
  for (const removal of tree.removals) {
    if (removal.issue === null) giving.set(slots.currentSlot(removal.remote), removal);
  }
  const holders = new Map<UnitNode, UnitNode | UnitRemoval>();
  if (giving.size === 0) return holders;
  for (const node of tree.nodes) {
    if (!slots.isComing(node)) continue;
    const holder = giving.get(slots.slotOf(node));
    if (holder !== undefined && holder !== node) holders.set(node, holder);
  }
  return holders;
};

const CANDIDATES = [...Array(16).keys()];

/** Names for a moment, which nobody below the same parent has: the same at every planning. */
const temporaryNames = (
  context: PushContext,
  slots: UnitSlots,
): ((holder: UnitNode | UnitRemoval) => string) => {
  const rule = context.input.capabilities.orgUnitName;
  let taken: Set<string> | null = null;
  return ({ unit, remote }) => {
    taken ??= new Set([...context.remoteUnits.values()].map((one) => slots.currentSlot(one)));
    const place = remote === null ? 'top' : currentPlace(remote);
    const names = CANDIDATES.flatMap((n) => {
      const mark = sha256Hex(`${unit.id} ${n}`);
      return [`tmp${mark.slice(0, 9)}`, `临时${mark.slice(0, 6)}`];
    });
    for (const name of names) {
      const slot = slotOf(context, place, name);
      if (faultOf(rule, name) !== null || taken.has(slot)) continue;
      taken.add(slot);
      return name;
    }
    return `tmp${sha256Hex(unit.id)}`.slice(0, rule.maxLength);
  };
};

/**
 * Marks who has to give its name up first, by being called something else for a moment: units that go (which is done
 * last), and those that wait for each other round about (a swap). All others just go one after the other. Where that
 * may not be done, whoever wanted the name is refused it; `null` then, and all is to be settled again.
 */
export const arrangeNames = (context: PushContext, tree: UnitTree, slots: UnitSlots): NameHolders | null => {
  const holders = holdersOf(tree, slots);
  if (holders.size === 0) return holders;
  const above = changersAbove(context, tree);
  const component = componentsOf(holders.keys(), (node) => {
    const holder = holders.get(node);
    const parent = above(node);
    return [
      ...(holder === undefined || isRemoval(holder) ? [] : [holder]),
      ...(parent === null ? [] : [parent]),
    ];
  });
  const mayRename = context.barred('UPDATE_ORG_UNIT', 'updateOrgUnits') === null;
  for (const node of tree.nodes) node.vacatesTo = null;
  for (const removal of tree.removals) removal.vacatesTo = null;
  const nameFor = temporaryNames(context, slots);
  let refused = false;
  for (const [taker, holder] of holders) {
    if (!isRemoval(holder) && component.get(taker) !== component.get(holder)) continue;
    if (mayRename) {
      holder.vacatesTo ??= nameFor(holder);
      continue;
    }
    slots.refuse(taker, changesOf(taker), issue('SIBLING_NAME_TAKEN', 'name', taker.name));
    refused = true;
  }
  return refused ? null : holders;
};
