import type { OrgUnitId } from '../../domain/ids.ts';
import { compareCodePoints, fold } from '../fold.ts';
import { cleanText } from '../normalise.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { PushUnit, RemoteUnitState } from './facts.ts';
import type { PushRoot } from './root.ts';
import type { PushScope } from './scope.ts';
import {
  currentPlace,
  type Place,
  placeOfExternal,
  type UnitNode,
  type UnitRemoval,
  type UnitTree,
} from './unit-nodes.ts';

/** A name below a parent, as the platform tells names apart. */
export const slotOf = (context: PushContext, place: Place, name: string): string => {
  const clean = cleanText(name);
  return `${place}\n${context.input.capabilities.foldOrgUnitNames ? fold(clean) : clean}`;
};

type Match = Pick<
  UnitNode,
  'origin' | 'externalId' | 'remote' | 'wasThere' | 'exists' | 'issues' | 'refused'
>;

const NEW: Match = {
  origin: 'NEW',
  externalId: null,
  remote: null,
  wasThere: false,
  exists: true,
  issues: [],
  refused: [],
};

interface Making {
  readonly context: PushContext;
  readonly root: PushRoot;
  readonly scope: PushScope;
  /** Units of the platform that are nobody's, by parent and name. */
  readonly free: ReadonlyMap<string, readonly RemoteUnitState[]>;
  readonly byId: Map<OrgUnitId, UnitNode>;
  /** Platform units that a roster unit of the same name has claimed. */
  readonly claimed: Set<RemoteUnitState>;
}

const freeUnits = (context: PushContext, root: PushRoot): Map<string, RemoteUnitState[]> => {
  const free = new Map<string, RemoteUnitState[]>();
  for (const remote of context.remoteUnits.values()) {
    if (context.unitOf.has(remote.externalId) || remote.externalId === root.anchor) continue;
    const slot = slotOf(context, currentPlace(remote), remote.name);
    const namesakes = free.get(slot);
    if (namesakes === undefined) free.set(slot, [remote]);
    else namesakes.push(remote);
  }
  return free;
};

const linkedMatch = (context: PushContext, externalId: string): Match => {
  const remote = context.remoteUnits.get(externalId);
  if (remote === undefined) return { ...NEW, externalId, wasThere: true };
  return { ...NEW, origin: 'LINKED', externalId, remote };
};

/** Same level and same name, from the root down (row W-DD-47); of several none is guessed. */
const matchByName = (making: Making, unit: PushUnit, parent: Place): Match => {
  const { context, free } = making;
  const [remote, another] = free.get(slotOf(context, parent, unit.name)) ?? [];
  // Claimed by a namesake from elsewhere, when a gap in the scope lets both hang here: the slot is taken.
  if (remote === undefined || making.claimed.has(remote)) return NEW;
  const refuse = (why: Match['issues']): Match => ({ ...NEW, exists: false, issues: why, refused: ['LINK'] });
  if (another !== undefined) return refuse([issue('MATCH_DISPUTED', 'name', unit.name)]);
  const barred = context.barred(null, 'link');
  if (barred !== null) return { ...refuse([barred]), externalId: remote.externalId };
  making.claimed.add(remote);
  return { ...NEW, origin: 'MATCHED', externalId: remote.externalId, remote };
};

const matchOf = (making: Making, unit: PushUnit, parent: Place): Match => {
  const linked = making.context.input.links.units.get(unit.id);
  return linked === undefined ? matchByName(making, unit, parent) : linkedMatch(making.context, linked);
};

const nodeOf = (making: Making, unit: PushUnit, parent: UnitNode | null): UnitNode => {
  const { context, root, scope } = making;
  const hangsAt = parent === null ? placeOfExternal(root.anchor) : parent.place;
  const match = matchOf(making, unit, hangsAt);
  const acted = context.actsOnUnit(unit.id) && scope.range.has(unit.id);
  const idle = !acted && match.remote !== null;
  return {
    unit,
    acted,
    ...match,
    place: match.remote === null ? `n${unit.id}` : `x${match.remote.externalId}`,
    parent,
    children: [],
    hangsAt: idle && match.remote !== null ? currentPlace(match.remote) : hangsAt,
    name:
      match.remote !== null && (idle || cleanText(match.remote.name) === unit.name)
        ? match.remote.name
        : unit.name,
    vacatesTo: null,
  };
};

/** A unit of the tree is pushed when it is in range, or there already and left alone. */
const isThere = ({ context, scope }: Making, unit: PushUnit): boolean => {
  const linked = context.input.links.units.get(unit.id);
  const present = linked !== undefined && context.remoteUnits.has(linked);
  if (!scope.range.has(unit.id)) return present && context.input.rules.outOfScope === 'KEEP';
  return present || context.actsOnUnit(unit.id);
};

const removalsOf = (making: Making): UnitRemoval[] => {
  const { context, root, byId } = making;
  const { input, units, remoteUnits } = context;
  const removals: UnitRemoval[] = [];
  for (const [id, externalId] of input.links.units) {
    const unit = units.get(id);
    const remote = remoteUnits.get(externalId);
    if (unit === undefined || remote === undefined || byId.has(id) || !context.actsOnUnit(id)) continue;
    if (id === root.unit.id) continue;
    if (!unit.deleted && (input.rules.outOfScope === 'KEEP' || making.scope.range.has(id))) continue;
    const reason = unit.deleted ? 'DELETED_IN_ROSTER' : 'OUT_OF_SCOPE';
    removals.push({ unit, remote, place: `x${externalId}`, reason, issue: null, vacatesTo: null });
  }
  return removals.sort((a, b) => compareCodePoints(a.unit.id, b.unit.id));
};

/**
 * The roster's tree beside the platform's: which unit is which, where each is to hang, and which ones are to go. What
 * is out of range and stays counts as there; what is neither is passed over, its children hang one level higher.
 */
export const matchUnits = (context: PushContext, root: PushRoot, scope: PushScope): UnitTree => {
  const byId = new Map<OrgUnitId, UnitNode>();
  const making: Making = { context, root, scope, free: freeUnits(context, root), byId, claimed: new Set() };
  const above = new Map<OrgUnitId, UnitNode | null>();
  const nodes: UnitNode[] = [];
  for (const unit of scope.tree) {
    const parent = unit.parentId === null ? null : (above.get(unit.parentId) ?? null);
    above.set(unit.id, parent);
    if ((unit === root.unit && !root.pushed) || !isThere(making, unit)) continue;
    const node = nodeOf(making, unit, parent);
    parent?.children.push(node);
    nodes.push(node);
    byId.set(unit.id, node);
    above.set(unit.id, node);
  }
  const removals = removalsOf(making);
  return {
    nodes,
    byId,
    byPlace: new Map(nodes.map((node) => [node.place, node])),
    removals,
    removalOf: new Map(removals.map((removal) => [removal.remote.externalId, removal])),
    anchor: placeOfExternal(root.anchor),
  };
};
