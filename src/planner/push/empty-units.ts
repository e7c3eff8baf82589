import type { PushContext } from './context.ts';
import type { PeoplePlan } from './diff-people.ts';
import type { UnitPlan } from './diff-units.ts';
import { added, type Draft, isOut, issue, skip } from './draft.ts';
import { membersOfRemovals } from './unit-members.ts';
import type { Place, UnitTree } from './unit-nodes.ts';

/** The row by which somebody leaves a unit; `null` when the person stays. */
const leavingRow = (people: PeoplePlan, externalId: string, unit: string): Draft | null => {
  const outcome = people.byExternal.get(externalId);
  if (outcome === undefined) return null;
  if (outcome.leaves !== null && !isOut(outcome.leaves)) return outcome.leaves;
  const { seats } = outcome;
  if (seats === null || isOut(seats)) return null;
  const stays = seats.content.memberships?.some(
    ({ orgUnit }) => 'externalId' in orgUnit && orgUnit.externalId === unit,
  );
  return stays ? null : seats;
};

/** A unit goes after all that is in it: people first, then units, children before parents. Whoever stays keeps it. */
export const emptyUnits = (
  context: PushContext,
  tree: UnitTree,
  plan: { readonly units: UnitPlan; readonly people: PeoplePlan },
): void => {
  const { units, people } = plan;
  const members = membersOfRemovals(context, tree);
  const byPlace = new Map<Place, Draft>();
  for (const [removal, row] of units.removals) byPlace.set(removal.place, row);
  const waits = (place: Place, row: Draft | null | undefined): void => {
    const removal = byPlace.get(place);
    if (removal !== undefined && row) removal.needs = added(removal.needs, row);
  };
  for (const [removal, row] of units.removals) {
    waits(`x${removal.remote.parentExternalId ?? ''}`, row);
    if (isOut(row)) continue;
    const needs = new Set(row.needs);
    for (const id of members.get(removal.remote.externalId) ?? []) {
      const leaving = leavingRow(people, id, removal.remote.externalId);
      if (leaving === null) skip(row, issue('ORG_UNIT_NOT_EMPTY', 'account', id));
      else needs.add(leaving);
    }
    row.needs = [...needs];
  }
  for (const [{ remote }, { move }] of units.byNode) waits(`x${remote?.parentExternalId ?? ''}`, move);
};
