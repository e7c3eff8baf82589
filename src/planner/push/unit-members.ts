import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import type { PeopleMatch } from './match-people.ts';
import type { UnitTree } from './unit-nodes.ts';

/** Stands for people of whom nobody has told. */
const NOT_KNOWN = '?';

/** Platform ids of all who are in the units that are to go; a unit of which it is not known is left out. */
export const membersOfRemovals = (
  context: PushContext,
  tree: UnitTree,
): ReadonlyMap<string, readonly string[]> => {
  const members = new Map<string, string[]>();
  if (tree.removals.length === 0) return members;
  for (const { remote } of tree.removals) {
    if (remote.memberExternalIds !== undefined)
      members.set(remote.externalId, remote.memberExternalIds.toSorted(compareCodePoints));
    else if (context.wholePeople) members.set(remote.externalId, []);
  }
  if (!context.wholePeople) return members;
  for (const { value } of context.remoteAccounts.values()) {
    for (const { orgUnitExternalId } of value.memberships) {
      const removal = tree.removalOf.get(orgUnitExternalId);
      if (removal === undefined || removal.remote.memberExternalIds !== undefined) continue;
      members.get(orgUnitExternalId)?.push(value.externalId);
    }
  }
  for (const ids of members.values()) ids.sort(compareCodePoints);
  return members;
};

/** Somebody who is not ours, of each unit that is to go and has such people: those are never touched. */
export const foreignMembers = (
  context: PushContext,
  tree: UnitTree,
  people: PeopleMatch,
): ReadonlyMap<string, string> => {
  const members = membersOfRemovals(context, tree);
  const matched = new Set<string>();
  for (const { remote } of people.found.values()) matched.add(remote.value.externalId);
  const foreign = new Map<string, string>();
  for (const { remote } of tree.removals) {
    const inside = members.get(remote.externalId);
    const stranger = inside?.find((id) => !context.accountOf.has(id) && !matched.has(id));
    if (inside === undefined) foreign.set(remote.externalId, NOT_KNOWN);
    else if (stranger !== undefined) foreign.set(remote.externalId, stranger);
  }
  return foreign;
};
