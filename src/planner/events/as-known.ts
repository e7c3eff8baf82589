import type { RemoteAccountValue, RemoteMembershipValue, RemoteOrgUnitValue } from '../../domain/remote.ts';
import { canonicalJson } from '../canonical-hash.ts';

/** An object as it is known: seen at the last look, and believed where that did not show what Muster had written. */
export interface Known<Value> {
  readonly value: Value;
  readonly believed: Partial<Value>;
}

/** What a fresh look says beside what is known. */
export interface FreshLook<Value> {
  /** It says nothing that is not known. */
  readonly same: boolean;
  /** Everything that is known now: the fresh look, and what it does not show as it was before. */
  readonly value: Value;
}

const equal = (a: unknown, b: unknown): boolean => a === b || canonicalJson(a) === canonicalJson(b);

type Members = Readonly<Record<string, unknown>>;

/** Absent says nothing. That nothing is there is news only where something was believed to be. */
const saysNew = (fresh: unknown, known: unknown): boolean =>
  fresh !== undefined && !equal(fresh, known) && !(fresh === null && known === undefined);

const merged = (known: Members, fresh: Members): Members => {
  const both: Record<string, unknown> = { ...known };
  for (const [name, value] of Object.entries(fresh)) if (value !== undefined) both[name] = value;
  return both;
};

/** Over several members: whether any of them is news. */
const anyNew = (fresh: Members, known: Members, believed: Members = {}): boolean =>
  Object.keys(fresh).some((name) =>
    saysNew(fresh[name], known[name] === undefined ? believed[name] : known[name]),
  );

const membersOf = (value: object | undefined): Members => ({ ...value });

/**
 * A membership without its place in the unit's list. Where Muster has put somebody into a unit it names no place, and
 * the one that the platform then thinks of is not news: a pull of everything tells it.
 */
const placeless = ({ order: _order, ...rest }: RemoteMembershipValue): RemoteMembershipValue => rest;

const membershipsAsKnown = (
  known: {
    readonly seen: readonly RemoteMembershipValue[];
    readonly believed: readonly RemoteMembershipValue[];
  },
  fresh: readonly RemoteMembershipValue[],
): FreshLook<readonly RemoteMembershipValue[]> => {
  const before = new Map(known.seen.map((one) => [one.orgUnitExternalId, one]));
  const believed = new Map(known.believed.map((one) => [one.orgUnitExternalId, one]));
  let same = before.size === new Set(fresh.map(({ orgUnitExternalId }) => orgUnitExternalId)).size;
  const value = fresh.map((shown) => {
    const standing = before.get(shown.orgUnitExternalId);
    if (standing === undefined) {
      same = false;
      return shown;
    }
    const assumed = believed.get(shown.orgUnitExternalId);
    const one = (standing.order ?? assumed?.order) === undefined ? placeless(shown) : shown;
    if (anyNew(membersOf(one), membersOf(standing), membersOf(assumed))) same = false;
    return { ...standing, ...one };
  });
  return { same, value };
};

/**
 * A person who was read singly, beside the copy that a listing has made of him: the two ways of reading do not show the
 * same fields, and what one of them leaves out has not changed.
 */
export const accountAsKnown = (
  known: Known<RemoteAccountValue>,
  fresh: RemoteAccountValue,
): FreshLook<RemoteAccountValue> => {
  const { attributes, externalId, ids, memberships, ...fields } = fresh;
  const {
    attributes: before,
    externalId: _id,
    ids: idsBefore,
    memberships: seats,
    ...standing
  } = known.value;
  const places = { seen: seats, believed: known.believed.memberships ?? [] };
  const seat = membershipsAsKnown(places, memberships);
  const believed = membersOf(known.believed);
  const same =
    seat.same &&
    !anyNew(membersOf(fields), membersOf(standing), believed) &&
    !anyNew(attributes, before, membersOf(known.believed.attributes)) &&
    ids.every(({ kind, value }) => idsBefore.some((one) => one.kind === kind && one.value === value));
  const value = {
    ...(merged(membersOf(standing), membersOf(fields)) as typeof fields),
    externalId,
    ids,
    memberships: seat.value,
    attributes: merged(before, attributes),
  };
  return { same, value };
};

/**
 * The same of a unit. A single look tells a parent where the walk had begun at the unit, which was a top unit then;
 * `isKnown` says whether that parent is a unit that we have.
 */
export const orgUnitAsKnown = (
  known: Known<RemoteOrgUnitValue>,
  fresh: RemoteOrgUnitValue,
  isKnown: (externalId: string) => boolean,
): FreshLook<RemoteOrgUnitValue> => {
  const { attributes, externalId, ids, leaderExternalIds, name, parentExternalId: told, ...rest } = fresh;
  const before = known.value;
  const isTop = before.parentExternalId === null && (told === null || !isKnown(told));
  const parentExternalId = isTop ? null : told;
  // Who leads is said by the people themselves; a walk does not ask it of each unit.
  const leaders = before.leaderExternalIds === undefined ? undefined : leaderExternalIds;
  const fields = { name, parentExternalId, ...rest, leaderExternalIds: leaders };
  const { attributes: _attributes, externalId: _id, ids: _ids, ...standing } = before;
  const same =
    parentExternalId === before.parentExternalId &&
    !anyNew(membersOf(fields), membersOf(standing), membersOf(known.believed)) &&
    !anyNew(attributes, before.attributes, membersOf(known.believed.attributes));
  const value = {
    ...(merged(membersOf(standing), membersOf(fields)) as Pick<RemoteOrgUnitValue, 'name'>),
    externalId,
    ids,
    parentExternalId,
    attributes: merged(before.attributes, attributes),
  };
  return { same, value };
};
