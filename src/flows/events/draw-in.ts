import {
  AppError,
  MOST_NAMED,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
} from '../../domain/index.ts';
import { emailAfter, mobileAfter } from '../../planner/diff.ts';
import { fold } from '../../planner/fold.ts';
import { cleanText } from '../../planner/normalise.ts';
import {
  linkedUnits,
  membersOf,
  rivalPeople,
  rivalUnits,
  unsettledReports,
} from '../../store/queries/import-draw-in.ts';
import { readFetched } from '../../store/queries/import-fetched.ts';
import {
  addObjects,
  countObjects,
  type KnownCopy,
  type NamedObject,
  objectsOf,
  readCopies,
} from '../../store/queries/import-objects.ts';
import type { Tx } from '../../store/transaction.ts';
import type { EventRun } from './run-context.ts';

/** Beyond this a whole pull is quicker, and knows more. */
const MOST_READ = 2 * MOST_NAMED;

const text = (value: string | null | undefined): readonly string[] =>
  value === null || value === undefined || value === '' ? [] : [value];

const parentOf = (value: object | undefined): string | null => {
  const parent: unknown = value === undefined ? null : Reflect.get(value, 'parentExternalId');
  return typeof parent === 'string' ? parent : null;
};

interface Units {
  readonly values: readonly RemoteOrgUnitValue[];
  readonly copies: ReadonlyMap<string, KnownCopy>;
  /** Units whose own ancestors are wanted as well. */
  readonly climbing: readonly string[];
}

/**
 * Units above those that were read: a parent that nobody knows, with all that is missing above it; and of a unit that has
 * moved everything above its new place, which may have moved as well: seen one by one, two units could change places
 * only through a cycle.
 */
const unitsAbove = async (
  tx: Tx,
  run: EventRun,
  { values, copies, climbing }: Units,
): Promise<NamedObject[]> => {
  const parents = values.flatMap(({ parentExternalId }) => text(parentExternalId));
  const known = new Set(await linkedUnits(tx, run.connectionId, parents));
  const byId = new Map(values.map((value) => [value.externalId, value]));
  const above = values.flatMap(({ externalId, parentExternalId: parent }): NamedObject[] => {
    if (parent === null) return [];
    if (!known.has(parent)) return [{ kind: 'ORG_UNIT', externalId: parent, why: 'PARENT' }];
    const copy = copies.get(externalId);
    const moved = copy !== undefined && parentOf(copy.value) !== parent;
    return moved ? [{ kind: 'ORG_UNIT', externalId: parent, why: 'ANCESTOR' }] : [];
  });
  const further = climbing.flatMap((id) =>
    text(parentOf(byId.get(id) ?? copies.get(id)?.value)).map(
      (externalId): NamedObject => ({ kind: 'ORG_UNIT', externalId, why: 'ANCESTOR' }),
    ),
  );
  return [...above, ...further];
};

const unitRivals = async (
  tx: Tx,
  run: EventRun,
  values: readonly RemoteOrgUnitValue[],
): Promise<NamedObject[]> => {
  const places = values.flatMap(({ externalId, parentExternalId, name }) =>
    parentExternalId === null || name === undefined
      ? []
      : [{ externalId, parentExternalId, name: cleanText(name) }],
  );
  const rivals = await rivalUnits(tx, run.connectionId, places);
  return rivals.map((externalId) => ({ kind: 'ORG_UNIT', externalId, why: 'RIVAL' }));
};

/** The units of people, where nobody knows them. */
const unitsOfPeople = async (
  tx: Tx,
  run: EventRun,
  people: readonly RemoteAccountValue[],
): Promise<NamedObject[]> => {
  const ids = [
    ...new Set(people.flatMap(({ memberships }) => memberships.map((one) => one.orgUnitExternalId))),
  ];
  const known = new Set(await linkedUnits(tx, run.connectionId, ids));
  return ids
    .filter((id) => !known.has(id))
    .map((externalId) => ({ kind: 'ORG_UNIT', externalId, why: 'UNIT' }));
};

/** People who have what somebody takes now, and people who name somebody as their manager who is new. */
const otherPeople = async (
  tx: Tx,
  run: EventRun,
  people: readonly RemoteAccountValue[],
): Promise<NamedObject[]> => {
  const rivals = await rivalPeople(tx, run.connectionId, {
    mobiles: people.flatMap((person) => text(mobileAfter(person))),
    emails: people.flatMap((person) => text(emailAfter(person)).map(fold)),
  });
  const ids = people.map(({ externalId }) => externalId);
  const copies = await readCopies(tx, run.connectionId, { kind: 'ACCOUNT', externalIds: ids });
  const linked = new Set(copies.filter((copy) => copy.linked).map(({ externalId }) => externalId));
  const fresh = ids.filter((id) => !linked.has(id));
  const reports = fresh.length === 0 ? [] : await unsettledReports(tx, run.connectionId, fresh);
  return [
    ...rivals.map((externalId): NamedObject => ({ kind: 'ACCOUNT', externalId, why: 'RIVAL' })),
    ...reports.map((externalId): NamedObject => ({ kind: 'ACCOUNT', externalId, why: 'REPORT' })),
  ];
};

/**
 * Adds to a run what its objects, as far as they were read, cannot be understood without. Looks at everything that was
 * read, so that a crash between reading and this loses nothing.
 * @throws AppError EVENTS_TOO_MANY when that is more than should be read singly
 */
export const drawIn = async (tx: Tx, run: EventRun): Promise<void> => {
  const objects = await objectsOf(tx, run.id);
  const read = objects.filter(({ state }) => state !== 'OPEN');
  if (read.length === 0) return;
  const { orgUnits: values, accounts: people } = await readFetched(tx, run.id);
  const units = read.filter(({ kind }) => kind === 'ORG_UNIT');
  const climbing = units.filter(({ why }) => why === 'ANCESTOR').map((one) => one.readAs ?? one.externalId);
  const ids = [...new Set([...values.map(({ externalId }) => externalId), ...climbing])];
  const found = await readCopies(tx, run.connectionId, { kind: 'ORG_UNIT', externalIds: ids });
  const copies = new Map(found.map((copy) => [copy.externalId, copy]));
  const gone = units.filter(({ state }) => state === 'GONE').map(({ externalId }) => externalId);
  const members = gone.length === 0 ? [] : await membersOf(tx, run.connectionId, gone);
  const wanted: NamedObject[] = [
    ...(await unitsAbove(tx, run, { values, copies, climbing })),
    ...(await unitRivals(tx, run, values)),
    ...(await unitsOfPeople(tx, run, people)),
    ...(await otherPeople(tx, run, people)),
    ...members.map((externalId): NamedObject => ({ kind: 'ACCOUNT', externalId, why: 'MEMBER' })),
  ];
  const known = new Set(
    objects.flatMap((one) => [`${one.kind} ${one.externalId}`, `${one.kind} ${one.readAs}`]),
  );
  const added = wanted.filter(({ kind, externalId }) => !known.has(`${kind} ${externalId}`));
  if (added.length === 0) return;
  await addObjects(tx, run.id, added);
  const count = await countObjects(tx, run.id);
  if (count > MOST_READ) throw new AppError('EVENTS_TOO_MANY', { details: { count, limit: MOST_READ } });
};
