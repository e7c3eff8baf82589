import type { AccountId, ConnectionId, OrgUnitId, PushRules } from '../../domain/index.ts';
import {
  type ChangedObjects,
  readUnitsLedBy,
  readUnitsOf,
  readUnitsWithOtherLeaders,
  unlinkedOf,
} from '../../store/queries/push-changes.ts';
import { membersOfUnits, reportsOf } from '../../store/queries/push-context.ts';
import { type PushUnitRow, readPushUnits } from '../../store/queries/push-input.ts';
import type { Tx } from '../../store/transaction.ts';
import type { PushScopeSets } from './load-input.ts';

interface Tree {
  readonly byId: ReadonlyMap<OrgUnitId, PushUnitRow>;
  readonly children: ReadonlyMap<OrgUnitId, readonly OrgUnitId[]>;
}

const treeOf = (rows: readonly PushUnitRow[]): Tree => {
  const children = new Map<OrgUnitId, OrgUnitId[]>();
  for (const { id, parentId } of rows) {
    if (parentId === null) continue;
    const known = children.get(parentId);
    if (known === undefined) children.set(parentId, [id]);
    else known.push(id);
  }
  return { byId: new Map(rows.map((row) => [row.id, row])), children };
};

const below = ({ children }: Tree, roots: Iterable<OrgUnitId>): Set<OrgUnitId> => {
  const found = new Set(roots);
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child);
  return found;
};

/** Of the units and all above them those that the platform does not have yet: what is new cannot hang in the air. */
const missingAbove = ({ byId }: Tree, units: Iterable<OrgUnitId>): OrgUnitId[] => {
  const found = new Set<OrgUnitId>();
  const seen = new Set<OrgUnitId>();
  for (const start of units) {
    for (let id: OrgUnitId | null = start; id !== null && !seen.has(id); ) {
      seen.add(id);
      const unit: PushUnitRow | undefined = byId.get(id);
      if (unit !== undefined && unit.externalId === null && !unit.deleted) found.add(id);
      id = unit?.parentId ?? null;
    }
  }
  return [...found];
};

/**
 * Units whose people and sub-units are concerned when they change: those that the platform does not have yet, because
 * nobody could be put into them; and all of them where only a part of the tree is pushed, because a move of a unit
 * moves everything below it in or out.
 */
const withEverythingBelow = (tree: Tree, changed: readonly OrgUnitId[], rules: PushRules): OrgUnitId[] => {
  const partial = rules.scope.orgUnitIds.length > 0 || rules.rootOrgUnitId !== null;
  return changed.filter((id) => partial || tree.byId.get(id)?.externalId === null);
};

/**
 * What a plan of changes acts on: the changed objects; the units above them that are missing; people and units below a
 * changed unit where that concerns them; units whose leaders may be others now; and everybody whose manager comes into
 * being, because a reference is repaired when its other end appears (field-notes rule 23).
 */
export const scopeOfChanges = async (
  tx: Tx,
  of: { readonly connectionId: ConnectionId; readonly rules: PushRules; readonly settled: string },
  changed: ChangedObjects,
): Promise<PushScopeSets> => {
  const tree = treeOf(await readPushUnits(tx, of.connectionId));
  const tops = withEverythingBelow(tree, changed.orgUnitIds, of.rules);
  const units = below(tree, tops);
  for (const id of changed.orgUnitIds) units.add(id);
  const accounts = new Set<AccountId>(changed.accountIds);
  if (tops.length > 0) for (const id of await membersOfUnits(tx, [...below(tree, tops)])) accounts.add(id);
  const coming = await unlinkedOf(tx, of.connectionId, [...accounts]);
  if (coming.length > 0) for (const id of await reportsOf(tx, coming)) accounts.add(id);
  const people = [...accounts];
  const seats = people.length === 0 ? [] : await readUnitsOf(tx, people);
  for (const id of missingAbove(tree, [...units, ...seats])) units.add(id);
  if (people.length > 0) {
    for (const id of await readUnitsLedBy(tx, people)) units.add(id);
    for (const id of await readUnitsWithOtherLeaders(tx, of.settled)) units.add(id);
  }
  return { kind: 'INCREMENTAL', orgUnitIds: units, accountIds: accounts };
};
