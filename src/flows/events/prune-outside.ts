import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../domain/index.ts';
import { linkedUnits } from '../../store/queries/import-draw-in.ts';
import { dropFetchedObjects, readFetched } from '../../store/queries/import-fetched.ts';
import { noteOutside, readCopies } from '../../store/queries/import-objects.ts';
import type { Tx } from '../../store/transaction.ts';
import type { EventRun } from './run-context.ts';

/** The units that hang below one that is known, or below one from which the connection is told to start. */
const unitsInside = (
  units: readonly RemoteOrgUnitValue[],
  known: ReadonlySet<string>,
  start: ReadonlySet<string>,
): ReadonlySet<string> => {
  const inside = new Set([...known, ...start]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { externalId, parentExternalId } of units) {
      if (inside.has(externalId) || parentExternalId === null || !inside.has(parentExternalId)) continue;
      inside.add(externalId);
      grown = true;
    }
  }
  return inside;
};

const isOutside = (
  { externalId, memberships }: RemoteAccountValue,
  known: { readonly people: ReadonlySet<string>; readonly units: ReadonlySet<string> },
): boolean =>
  !known.people.has(externalId) &&
  memberships.length > 0 &&
  !memberships.some(({ orgUnitExternalId }) => known.units.has(orgUnitExternalId));

/**
 * Leaves out what the connection does not pull: units that hang below none that is known, and people who are new and in
 * no unit that is. Platforms tell of changes outside of what may be seen, too.
 */
export const pruneOutside = async (
  tx: Tx,
  run: EventRun,
  startOrgUnitExternalIds: readonly string[],
): Promise<void> => {
  const { orgUnits, accounts } = await readFetched(tx, run.id);
  const unitIds = [
    ...orgUnits.flatMap(({ externalId, parentExternalId }) =>
      parentExternalId === null ? [externalId] : [externalId, parentExternalId],
    ),
    ...accounts.flatMap(({ memberships }) => memberships.map((one) => one.orgUnitExternalId)),
  ];
  const known = new Set(await linkedUnits(tx, run.connectionId, unitIds));
  const units = unitsInside(orgUnits, known, new Set(startOrgUnitExternalIds));
  const externalIds = accounts.map(({ externalId }) => externalId);
  const copies = await readCopies(tx, run.connectionId, { kind: 'ACCOUNT', externalIds });
  const people = new Set(copies.filter(({ linked }) => linked).map(({ externalId }) => externalId));
  const outside = {
    orgUnits: orgUnits.map(({ externalId }) => externalId).filter((id) => !units.has(id)),
    accounts: accounts.filter((one) => isOutside(one, { people, units })).map(({ externalId }) => externalId),
  };
  if (outside.orgUnits.length + outside.accounts.length === 0) return;
  await dropFetchedObjects(tx, run.id, outside);
  await noteOutside(tx, run.id, outside);
};
