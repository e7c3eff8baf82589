import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteMembershipValue } from '../domain/remote.ts';
import type { AccountPlanContext, AccountState, MembershipState } from './facts.ts';
import { compareCodePoints } from './fold.ts';

/** Where a person sits afterwards. */
export interface Seat {
  readonly primaryOrgUnitId: OrgUnitId;
  /** By unit id, ascending. */
  readonly memberships: readonly MembershipState[];
}

type Units = Pick<AccountPlanContext, 'orgUnitOf' | 'ownsOrgUnit'>;

const INTEGER = /^[+-]?\d{1,30}$/;

/** Decimal text of a position without leading zeros; absent when it is no whole number of ≤ 30 digits. */
export const normaliseOrder = (order: string | undefined): string | undefined =>
  order === undefined || !INTEGER.test(order) ? undefined : String(BigInt(order.replace(/^\+/, '')));

const find = (memberships: readonly MembershipState[], unit: OrgUnitId): MembershipState | undefined => {
  for (const membership of memberships) if (membership.orgUnitId === unit) return membership;
  return undefined;
};

const sameAs = (current: MembershipState, remote: RemoteMembershipValue): boolean =>
  (remote.leader === undefined || current.leader === remote.leader) &&
  (remote.title === undefined || (remote.title || null) === current.title) &&
  (remote.order === undefined || remote.order === current.order);

/** The common case, without allocation: one membership, known, unchanged, and nothing else to remove. */
const obviouslySame = (
  units: Units,
  remote: readonly RemoteMembershipValue[],
  current: AccountState,
): boolean => {
  const { memberships } = current;
  if (remote.length !== memberships.length) return false;
  let previous: OrgUnitId | undefined;
  for (const membership of remote) {
    const unit = units.orgUnitOf(membership.orgUnitExternalId);
    if (unit === undefined || unit === previous) return false;
    previous = unit;
    const found = find(memberships, unit);
    if (found === undefined || !sameAs(found, membership)) return false;
    if (membership.primary === true && unit !== current.primaryOrgUnitId) return false;
  }
  // Beyond two, two mentions of one unit could hide a missing third.
  return remote.length <= 2;
};

interface Wanted {
  readonly leader: boolean | undefined;
  readonly title: string | undefined;
  readonly order: string | undefined;
  /** The platform calls it the person's main unit. */
  readonly main: boolean;
  readonly externalId: string;
}

const earlier = (a: string | undefined, b: string | undefined): number => {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const x = BigInt(a);
  const y = BigInt(b);
  return x < y ? -1 : x > y ? 1 : 0;
};

/** The known units of the remote list; a unit named twice is one, leader if either says so, earliest position. */
const wantedUnits = (units: Units, remote: readonly RemoteMembershipValue[]): Map<OrgUnitId, Wanted> => {
  const wanted = new Map<OrgUnitId, Wanted>();
  const ordered = remote.toSorted(
    (a, b) =>
      compareCodePoints(a.orgUnitExternalId, b.orgUnitExternalId) ||
      compareCodePoints(a.title ?? '', b.title ?? ''),
  );
  for (const { orgUnitExternalId: externalId, leader, title, order, primary } of ordered) {
    const unit = units.orgUnitOf(externalId);
    if (unit === undefined) continue;
    const other = wanted.get(unit);
    const position = normaliseOrder(order);
    wanted.set(unit, {
      leader: other?.leader === true ? true : (leader ?? other?.leader),
      title: other?.title ?? title,
      order: other !== undefined && earlier(other.order, position) <= 0 ? other.order : position,
      main: other?.main === true || primary === true,
      externalId: other?.externalId ?? externalId,
    });
  }
  return wanted;
};

/** The main unit, else the earliest position, then the smallest platform id. */
const firstOf = (wanted: ReadonlyMap<OrgUnitId, Wanted>): OrgUnitId | undefined => {
  let best: { readonly unit: OrgUnitId; readonly facts: Wanted } | undefined;
  for (const [unit, facts] of wanted) {
    if (facts.main) return unit;
    const better =
      best === undefined ||
      (earlier(facts.order, best.facts.order) || compareCodePoints(facts.externalId, best.facts.externalId)) <
        0;
    if (better) best = { unit, facts };
  }
  return best?.unit;
};

const seatOf = (wanted: ReadonlyMap<OrgUnitId, Wanted>, kept: readonly MembershipState[]) => {
  const memberships = kept.filter(({ orgUnitId }) => !wanted.has(orgUnitId));
  for (const [orgUnitId, { leader, title, order }] of wanted) {
    const current = find(kept, orgUnitId);
    memberships.push({
      orgUnitId,
      leader: leader ?? current?.leader ?? false,
      title: title === undefined ? (current?.title ?? null) : title || null,
      order: order ?? current?.order ?? '0',
    });
  }
  return memberships.sort((a, b) => compareCodePoints(a.orgUnitId, b.orgUnitId));
};

/**
 * Where a person will sit, or `null` when nothing is known about it (no known unit in the list).
 *
 * Memberships in units that are not linked to this connection are left alone; those in linked units follow the
 * platform. The primary unit is the one that the platform calls so. Where it calls none so, it stays while the person
 * is still in it; otherwise it is the unit of the earliest position, then of the smallest platform id, so that the
 * order of the list means nothing.
 */
export const seatAfter = (
  units: Units,
  remote: readonly RemoteMembershipValue[],
  current: AccountState | null,
): Seat | null => {
  if (current !== null && obviouslySame(units, remote, current)) return current;
  const wanted = wantedUnits(units, remote);
  const first = firstOf(wanted);
  if (first === undefined) return null;
  if (current === null) return { primaryOrgUnitId: first, memberships: seatOf(wanted, []) };
  const kept = current.memberships.filter(
    ({ orgUnitId }) => wanted.has(orgUnitId) || !units.ownsOrgUnit(orgUnitId),
  );
  const memberships = seatOf(wanted, kept);
  const isTold = wanted.get(first)?.main === true;
  const stays = !isTold && find(memberships, current.primaryOrgUnitId) !== undefined;
  return { primaryOrgUnitId: stays ? current.primaryOrgUnitId : first, memberships };
};

/** True when both lists name the same units with the same facts, in whatever order. */
export const sameMemberships = (a: readonly MembershipState[], b: readonly MembershipState[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((one) => {
      const other = find(b, one.orgUnitId);
      return (
        other !== undefined &&
        other.leader === one.leader &&
        other.title === one.title &&
        other.order === one.order
      );
    }));

/** True when both lists name the same units. */
export const sameUnits = (a: readonly MembershipState[], b: readonly MembershipState[]): boolean =>
  a === b || (a.length === b.length && a.every((one) => find(b, one.orgUnitId) !== undefined));
