import type { PushIssue } from '../../domain/sync.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { PeopleMatch } from './match-people.ts';
import type { Verdict } from './push-masters.ts';
import { faultOf } from './text-rule.ts';
import { breakCycles, limitTree } from './unit-limits.ts';
import { nameVerdict, orderVerdict, parentVerdict } from './unit-masters.ts';
import { foreignMembers } from './unit-members.ts';
import { arrangeNames, type NameHolders } from './unit-names.ts';
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
import { orderToWrite } from './unit-rows.ts';
import { changesOf, UnitSlots } from './unit-slots.ts';

/** What the platform says of a name, `null` when it takes it. */
const nameIssue = (context: PushContext, name: string): PushIssue | null => {
  const fault = faultOf(context.input.capabilities.orgUnitName, name);
  return fault === null ? null : issue(fault === 'TOO_LONG' ? 'NAME_TOO_LONG' : 'NAME_ILLEGAL', 'name', name);
};

const isFixed = ({ input }: PushContext, externalId: string | null): boolean =>
  externalId !== null && externalId === input.capabilities.rootExternalId;

/** Why a change is the platform's to make, or waits for a pull; `null` = it is not. */
const masterIssue = ({ winner, why }: Verdict): PushIssue | null =>
  winner === 'PLATFORM' && why !== null ? why(null) : null;

const orderIssue = (context: PushContext, node: UnitNode): PushIssue | null => {
  const order = node.remote === null ? null : orderToWrite(context, node);
  return order === null ? null : masterIssue(orderVerdict(context, node, order));
};

const moveIssue = (context: PushContext, node: UnitNode): PushIssue | null => {
  if (!isMoving(node)) return null;
  if (isFixed(context, node.externalId)) return issue('ROOT_FIXED', 'parent');
  if (context.protectedUnits.has(node.unit.id)) return issue('PROTECTED', 'parent');
  if (node.parent !== null && !node.parent.exists)
    return issue('PARENT_BLOCKED', 'parent', node.parent.unit.name);
  return context.barred('MOVE_ORG_UNIT', 'moveOrgUnits') ?? masterIssue(parentVerdict(context, node));
};

const renameIssue = (context: PushContext, node: UnitNode): PushIssue | null => {
  if (!isRenaming(node)) return null;
  if (isFixed(context, node.externalId)) return issue('ROOT_FIXED', 'name');
  if (context.protectedUnits.has(node.unit.id)) return issue('PROTECTED', 'name');
  // A move may carry the name; alone it is an update.
  const alone = isMoving(node) ? null : ('UPDATE_ORG_UNIT' as const);
  return (
    context.barred(alone, 'updateOrgUnits') ??
    nameIssue(context, node.name) ??
    masterIssue(nameVerdict(context, node))
  );
};

const createIssue = (context: PushContext, node: UnitNode): PushIssue | null => {
  if (!isNew(node)) return null;
  if (node.parent !== null && !node.parent.exists)
    return issue('PARENT_BLOCKED', 'parent', node.parent.unit.name);
  return context.barred('CREATE_ORG_UNIT', 'createOrgUnits') ?? nameIssue(context, node.name);
};

/** Refuses what rules, platform and names forbid, from the top down. */
const refuseForbidden = (context: PushContext, tree: UnitTree, slots: UnitSlots): void => {
  for (const node of tree.nodes) {
    if (!node.acted || !node.exists) continue;
    if (context.input.quarantined.has(node.unit.id)) {
      const changes = node.origin === 'MATCHED' ? (['LINK', ...changesOf(node)] as const) : changesOf(node);
      slots.refuse(node, changes, issue('QUARANTINED'));
      continue;
    }
    const create = createIssue(context, node);
    if (create !== null) slots.refuse(node, ['CREATE'], create);
    const move = moveIssue(context, node);
    if (move !== null) slots.refuse(node, ['MOVE'], move);
    const rename = renameIssue(context, node);
    if (rename !== null) slots.refuse(node, ['RENAME'], rename);
    const order = orderIssue(context, node);
    if (order !== null) slots.refuse(node, ['ORDER'], order);
  }
};

const removalIssue = (context: PushContext, tree: UnitTree, removal: UnitRemoval): PushIssue | null => {
  const { unit, remote } = removal;
  if (context.input.quarantined.has(unit.id)) return issue('QUARANTINED');
  if (isFixed(context, remote.externalId) || tree.anchor === removal.place) return issue('ROOT_FIXED');
  if (context.protectedUnits.has(unit.id)) return issue('PROTECTED');
  return context.barred('DELETE_ORG_UNIT', 'deleteOrgUnits');
};

/** Units that hang in one that is to go, and stay: it stays as well. */
const keepWithChildren = (context: PushContext, tree: UnitTree, slots: UnitSlots): boolean => {
  const children = new Map<Place, string>();
  for (const node of tree.nodes) if (node.exists) children.set(node.hangsAt, node.name);
  for (const remote of context.remoteUnits.values()) {
    const isNode = tree.byPlace.has(`x${remote.externalId}`);
    const isGoing = tree.removalOf.get(remote.externalId)?.issue === null;
    if (!isNode && !isGoing) children.set(currentPlace(remote), remote.name);
  }
  let kept = false;
  for (const removal of tree.removals) {
    let child = children.get(removal.place);
    // What stays in it keeps it, and with it whatever it hangs in.
    for (let at: UnitRemoval | undefined = removal; at?.issue === null && child !== undefined; kept = true) {
      slots.keep(at, issue('ORG_UNIT_NOT_EMPTY', 'orgUnit', child));
      child = at.remote.name;
      at = tree.removalOf.get(at.remote.parentExternalId ?? '');
    }
  }
  return kept;
};

/**
 * Settles what becomes of every unit: a change that cannot be made is refused with its reason, and what it would have
 * made possible is refused with it, until nothing contradicts anything. Ends, because each round refuses something.
 */
export const settleUnits = (context: PushContext, tree: UnitTree, people: PeopleMatch): NameHolders => {
  const slots = new UnitSlots(context, tree);
  const strangers = foreignMembers(context, tree, people);
  for (const removal of tree.removals) {
    const stranger = strangers.get(removal.remote.externalId);
    const why = removalIssue(context, tree, removal);
    if (why !== null) slots.keep(removal, why);
    else if (stranger !== undefined) slots.keep(removal, issue('ORG_UNIT_NOT_EMPTY', 'account', stranger));
  }
  refuseForbidden(context, tree, slots);
  for (;;) {
    slots.settle();
    if (breakCycles(context, tree, slots) || limitTree(context, tree, slots)) continue;
    if (keepWithChildren(context, tree, slots)) continue;
    const holders = arrangeNames(context, tree, slots);
    if (holders !== null) return holders;
  }
};
