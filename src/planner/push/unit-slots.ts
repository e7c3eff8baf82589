import type { PushIssue } from '../../domain/sync.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { RemoteUnitState } from './facts.ts';
import { slotOf } from './match-units.ts';
import {
  currentPlace,
  isMoving,
  isNew,
  isRenaming,
  type Place,
  type UnitNode,
  type UnitRemoval,
  type UnitTree,
} from './unit-nodes.ts';

type Refusable = UnitNode['refused'][number];
type Occupant = UnitNode | RemoteUnitState;

const isNode = (occupant: Occupant): occupant is UnitNode => 'hangsAt' in occupant;

/**
 * Who ends up where under which name. No two may end up the same: whoever comes yields to whoever stays, and of several
 * who come none is preferred. A change that is refused leaves its unit where it was, which may be where another wanted
 * to be: what follows is followed at once, each refusal once.
 */
export class UnitSlots {
  readonly #context: PushContext;
  readonly #occupants = new Map<string, Occupant[]>();
  readonly #crowded: string[] = [];

  constructor(context: PushContext, tree: UnitTree) {
    this.#context = context;
    for (const node of tree.nodes) if (node.exists) this.#enter(this.slotOf(node), node);
    for (const remote of context.remoteUnits.values()) {
      const isOurs = tree.byPlace.has(`x${remote.externalId}`) || tree.removalOf.has(remote.externalId);
      if (!isOurs) this.#enter(this.currentSlot(remote), remote);
    }
  }

  /** Where a node ends up. */
  slotOf(node: UnitNode): string {
    return slotOf(this.#context, node.hangsAt, node.name);
  }

  /** What a unit of the platform is called now, and below whom. */
  currentSlot(remote: RemoteUnitState): string {
    return slotOf(this.#context, currentPlace(remote), remote.name);
  }

  /** It ends up in a slot that it does not hold now. */
  isComing(node: UnitNode): boolean {
    if (isNew(node)) return true;
    if (node.remote === null || !node.exists || !(isMoving(node) || isRenaming(node))) return false;
    return this.slotOf(node) !== this.currentSlot(node.remote);
  }

  /** Refuses a change of a node, and what cannot go without it. */
  refuse(node: UnitNode, what: readonly Refusable[], why: PushIssue): void {
    const mine = what.filter((one) => !node.refused.includes(one));
    if (mine.length === 0) return;
    node.refused = [...node.refused, ...mine];
    node.issues = [...node.issues, why];
    if (node.exists) this.#leave(this.slotOf(node), node);
    if (node.remote === null) node.exists = false;
    else {
      if (mine.includes('MOVE')) node.hangsAt = currentPlace(node.remote);
      if (mine.includes('RENAME')) node.name = node.remote.name;
    }
    if (node.exists) this.#enter(this.slotOf(node), node);
    else this.#refuseBelow(node);
  }

  /** A unit that was to go stays, and so does its name. */
  keep(removal: UnitRemoval, why: PushIssue): void {
    if (removal.issue !== null) return;
    removal.issue = why;
    this.#enter(this.currentSlot(removal.remote), removal.remote);
  }

  /** Refuses whatever would make two brothers of one name. */
  settle(): void {
    for (let slot = this.#crowded.pop(); slot !== undefined; slot = this.#crowded.pop()) {
      const occupants = this.#occupants.get(slot) ?? [];
      if (occupants.length < 2) continue;
      for (const occupant of [...occupants]) {
        if (!isNode(occupant) || !this.isComing(occupant)) continue;
        this.refuse(occupant, changesOf(occupant), issue('SIBLING_NAME_TAKEN', 'name', occupant.name));
      }
    }
  }

  #refuseBelow(node: UnitNode): void {
    for (const child of node.children) {
      if (child.exists && child.hangsAt === node.place) {
        this.refuse(
          child,
          [isNew(child) ? 'CREATE' : 'MOVE'],
          issue('PARENT_BLOCKED', 'parent', node.unit.name),
        );
      }
    }
  }

  #enter(slot: string, occupant: Occupant): void {
    const occupants = this.#occupants.get(slot);
    if (occupants === undefined) this.#occupants.set(slot, [occupant]);
    else {
      occupants.push(occupant);
      this.#crowded.push(slot);
    }
  }

  #leave(slot: string, occupant: Occupant): void {
    const occupants = this.#occupants.get(slot) ?? [];
    const at = occupants.indexOf(occupant);
    if (at >= 0) occupants.splice(at, 1);
  }
}

/** What a node is about to do, by the names of what can be refused. */
export const changesOf = (node: UnitNode): Refusable[] => {
  if (isNew(node)) return ['CREATE'];
  return [...(isMoving(node) ? ['MOVE' as const] : []), ...(isRenaming(node) ? ['RENAME' as const] : [])];
};

/** Place that is above another in the tree as it ends up; `undefined` above the top. */
export const placeAbove = (context: PushContext, tree: UnitTree, place: Place): Place | undefined => {
  if (place === 'top') return undefined;
  const node = tree.byPlace.get(place);
  if (node !== undefined) return node.hangsAt;
  const remote = context.remoteUnits.get(place.slice(1));
  return remote === undefined ? undefined : currentPlace(remote);
};
