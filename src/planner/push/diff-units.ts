import type { PushContext } from './context.ts';
import { added, type Draft, draft, PHASES, skip, tell } from './draft.ts';
import type { PushRoot } from './root.ts';
import { holdContested } from './unit-masters.ts';
import { isRemoval, type NameHolders } from './unit-names.ts';
import { isMoving, isNew, type Place, type UnitNode, type UnitRemoval, type UnitTree } from './unit-nodes.ts';
import {
  createRow,
  linkRow,
  moveRow,
  parentRef,
  refusedRow,
  type UnitRows,
  updateRow,
  vacateRow,
} from './unit-rows.ts';
import { placeAbove } from './unit-slots.ts';

/** What is done to units, but for who leads them. */
export interface UnitPlan {
  readonly rows: Draft[];
  readonly byNode: ReadonlyMap<UnitNode, UnitRows>;
  /** The row of each linked unit that goes, or that would if it could. */
  readonly removals: ReadonlyMap<UnitRemoval, Draft>;
}

interface Writing extends UnitPlan {
  readonly context: PushContext;
  readonly root: PushRoot;
  readonly tree: UnitTree;
  readonly byNode: Map<UnitNode, UnitRows>;
}

const tellIssues = (writing: Writing, node: UnitNode, rows: UnitRows): Draft | null => {
  if (node.issues.length === 0) return null;
  const told = rows.move ?? rows.update ?? rows.presence;
  if (told !== null) {
    for (const one of node.issues) tell(told, one);
    return null;
  }
  const refused = refusedRow(writing.context, node, writing.root.anchor);
  for (const one of node.issues) {
    if (one.code === 'QUARANTINED') refused.state = 'QUARANTINED';
    skip(refused, one);
  }
  return refused;
};

const writeNode = (writing: Writing, node: UnitNode): void => {
  const { context, root } = writing;
  const links = node.origin === 'MATCHED' && !node.refused.includes('LINK');
  const presence = isNew(node) ? createRow(context, node, root.anchor) : links ? linkRow(node) : null;
  const move = isMoving(node) ? moveRow(context, node, parentRef(node, root.anchor)) : null;
  const update = node.remote === null || !node.exists ? null : updateRow(context, node);
  const rows: UnitRows = { presence, move, update };
  holdContested(context, node, rows);
  const refused = tellIssues(writing, node, rows);
  for (const row of [presence, move, update, refused]) if (row !== null) writing.rows.push(row);
  if (presence !== null || move !== null || update !== null) writing.byNode.set(node, rows);
};

const removalRow = ({ unit, remote, reason, issue }: UnitRemoval): Draft => {
  const row = draft({
    kind: 'DELETE_ORG_UNIT',
    phase: PHASES.UNITS_GO,
    objectId: unit.id,
    externalId: remote.externalId,
    name: unit.name,
    reason,
    rule: reason === 'OUT_OF_SCOPE' ? 'outOfScope' : 'operations.deleteOrgUnits',
    base: { version: unit.version, remoteHash: remote.hash },
    changes: [{ field: 'name', before: remote.name, after: null }],
  });
  if (issue?.code === 'QUARANTINED') row.state = 'QUARANTINED';
  if (issue !== null) skip(row, issue);
  return row;
};

/** Nearest unit above that moves, in the tree as it ends up. */
const movesAbove = ({ context, tree, byNode }: Writing): ((from: Place) => Draft | null) => {
  const known = new Map<Place, Draft | null>();
  return (from) => {
    const path: Place[] = [];
    let at: Place | undefined = from;
    let found: Draft | null | undefined;
    while (at !== undefined && found === undefined) {
      const node = tree.byPlace.get(at);
      found = known.get(at) ?? (node === undefined ? undefined : (byNode.get(node)?.move ?? undefined));
      if (known.has(at)) found ??= null;
      path.push(at);
      at = placeAbove(context, tree, at);
    }
    for (const place of path) known.set(place, found ?? null);
    return found ?? null;
  };
};

/** Parents before children: what is created or moved waits for what it will hang in. */
const orderTree = (writing: Writing): void => {
  const moveAbove = movesAbove(writing);
  for (const [node, { presence, move, update }] of writing.byNode) {
    const parent = node.parent === null ? null : (writing.byNode.get(node.parent)?.presence ?? null);
    const above = presence === null && move === null ? null : moveAbove(node.hangsAt);
    if (presence !== null) {
      presence.needs = added(presence.needs, parent);
      presence.follows = added(presence.follows, above);
    }
    // A move before that of a unit above could put it below itself.
    if (move !== null) move.needs = added(added(added(move.needs, presence), parent), above);
    if (update !== null) {
      update.needs = added(update.needs, presence);
      update.follows = added(update.follows, move);
    }
  }
};

/** The row that makes a node leave the name it has. */
const leavingRow = ({ byNode, removals }: Writing, holder: UnitNode | UnitRemoval): Draft | null => {
  if (isRemoval(holder)) return removals.get(holder) ?? null;
  const rows = byNode.get(holder);
  return rows?.move ?? rows?.update ?? null;
};

const orderNames = (writing: Writing, holders: NameHolders): void => {
  const vacated = new Map<UnitNode | UnitRemoval, Draft>();
  for (const [taker, holder] of holders) {
    const rows = writing.byNode.get(taker);
    const taking = rows?.move ?? (isNew(taker) ? rows?.presence : rows?.update);
    const leaving = leavingRow(writing, holder);
    if (!taking || leaving === null) continue;
    let giver = vacated.get(holder) ?? leaving;
    if (holder.vacatesTo !== null && giver === leaving) {
      giver = vacateRow(holder, leaving);
      vacated.set(holder, giver);
      writing.rows.push(giver);
    }
    taking.room = added(taking.room, giver);
  }
};

/** The root, when it is the platform's own by name and is not linked yet (row W-DD-47). */
const rootRow = ({ context, root }: Writing): Draft | null => {
  if (!root.linksToAnchor || root.anchor === null || !context.actsOnUnit(root.unit.id)) return null;
  const row = draft({
    kind: 'LINK_ORG_UNIT',
    phase: PHASES.UNITS,
    objectId: root.unit.id,
    externalId: root.anchor,
    name: root.unit.name,
    reason: 'SAME_NAME_AND_LEVEL',
    rule: 'operations.link',
    base: { version: root.unit.version, remoteHash: context.remoteUnits.get(root.anchor)?.hash ?? null },
  });
  const barred = context.barred(null, 'link');
  if (barred !== null) skip(row, barred);
  return row;
};

/** The rows that bring the platform's tree to the roster's, each after what it waits for. */
export const diffUnits = (
  context: PushContext,
  settled: { readonly root: PushRoot; readonly tree: UnitTree; readonly holders: NameHolders },
): UnitPlan => {
  const { root, tree, holders } = settled;
  const rows: Draft[] = [];
  const removals = new Map(tree.removals.map((removal) => [removal, removalRow(removal)]));
  const writing: Writing = { context, root, tree, rows, byNode: new Map(), removals };
  const first = rootRow(writing);
  if (first !== null) rows.push(first);
  for (const node of tree.nodes) if (node.acted) writeNode(writing, node);
  rows.push(...removals.values());
  orderTree(writing);
  orderNames(writing, holders);
  return writing;
};
