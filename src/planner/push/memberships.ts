import type { OrgUnitId } from '../../domain/ids.ts';
import type { RemoteMembershipValue } from '../../domain/remote.ts';
import type { PlannedMembership, PushIssue, UnitRef } from '../../domain/sync.ts';
import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import type { UnitPlan } from './diff-units.ts';
import { type Draft, issue } from './draft.ts';
import type { PushAccount } from './facts.ts';
import { INTEGER, orderThere } from './order-there.ts';
import type { PushRoot } from './root.ts';
import type { PushScope } from './scope.ts';
import type { UnitTree } from './unit-nodes.ts';
import { refTo } from './unit-rows.ts';

/** A unit in which somebody can be put, as rows name it. */
export interface Seat {
  readonly ref: UnitRef;
  /** `null` for a unit that is to be created. */
  readonly externalId: string | null;
  /** The row that makes it known. */
  readonly needs: Draft | null;
}

/**
 * Seat of a unit; `MISSING` = it should be there and is not; `OUTSIDE` = it is not pushed at all; `NOWHERE` = it is the
 * root, and the platform has no unit for it.
 */
export type Seats = (id: OrgUnitId) => Seat | 'MISSING' | 'OUTSIDE' | 'NOWHERE';

export const seatsOf = (
  settled: { readonly root: PushRoot; readonly scope: PushScope; readonly tree: UnitTree },
  units: UnitPlan,
): Seats => {
  const { root, scope, tree } = settled;
  const atRoot: Seat | 'NOWHERE' =
    root.anchor === null
      ? 'NOWHERE'
      : { ref: { externalId: root.anchor }, externalId: root.anchor, needs: null };
  const known = new Map<OrgUnitId, Seat>();
  for (const node of tree.nodes) {
    if (!node.exists) continue;
    const externalId = node.remote?.externalId ?? null;
    known.set(node.unit.id, {
      ref: refTo(node),
      externalId,
      needs: units.byNode.get(node)?.presence ?? null,
    });
  }
  return (id) => {
    if (id === root.unit.id && !root.pushed) return atRoot;
    return known.get(id) ?? (scope.range.has(id) ? 'MISSING' : 'OUTSIDE');
  };
};

/** Where somebody is to be, and whatever keeps it from being so. */
export interface SeatPlan {
  /** All of them afterwards, the primary one first; `null` = left as they are. */
  readonly memberships: readonly PlannedMembership[] | null;
  /** Platform ids of the units that somebody leaves. */
  readonly removed: readonly string[];
  readonly needs: readonly Draft[];
  readonly issues: readonly PushIssue[];
}

/** Nobody is moved: shared, because it is what nearly everybody gets. */
export const SEATED: SeatPlan = Object.freeze({ memberships: null, removed: [], needs: [], issues: [] });

interface Wish {
  readonly seat: Seat;
  readonly order: string;
}

interface Wishes {
  readonly wishes: readonly Wish[];
  readonly missing: readonly OrgUnitId[];
  /** All of the roster's units are ones that are not pushed: where somebody is there is not ours to say. */
  readonly outside: boolean;
}

/** Units of the roster in which somebody is to be, the primary one first (row W-DD-32). */
const wishesOf = (context: PushContext, seats: Seats, account: PushAccount): Wishes => {
  const { secondaryMemberships } = context.input.rules;
  const wishes: Wish[] = [];
  const missing: OrgUnitId[] = [];
  let outside = true;
  const places = account.memberships
    .filter(({ orgUnitId }) => secondaryMemberships || orgUnitId === account.primaryOrgUnitId)
    .sort(
      (a, b) =>
        Number(b.orgUnitId === account.primaryOrgUnitId) - Number(a.orgUnitId === account.primaryOrgUnitId) ||
        compareCodePoints(a.orgUnitId, b.orgUnitId),
    );
  for (const { orgUnitId, order } of places) {
    const seat = seats(orgUnitId);
    if (seat !== 'OUTSIDE') outside = false;
    if (seat === 'MISSING') missing.push(orgUnitId);
    else if (typeof seat === 'object')
      wishes.push({ seat, order: orderThere(context.input.capabilities, order) });
  }
  return { wishes, missing, outside };
};

const isSameOrder = (a: string, b: string): boolean =>
  a === b ||
  (INTEGER.test(a) && INTEGER.test(b) && BigInt(a.replace('+', '')) === BigInt(b.replace('+', '')));

const writesOrder = ({ input }: PushContext): boolean => input.rules.pushOrder && input.capabilities.orders;

const planned = (context: PushContext, wishes: readonly Wish[]): PlannedMembership[] =>
  wishes.map(({ seat, order }, i) => ({
    orgUnit: seat.ref,
    primary: i === 0,
    ...(writesOrder(context) ? { order } : {}),
  }));

const needsOf = (wishes: readonly Wish[]): Draft[] =>
  wishes.flatMap(({ seat }) => (seat.needs === null ? [] : [seat.needs]));

const limitIssue = (context: PushContext, count: number): PushIssue | null => {
  const { maxMemberships, membershipRequired } = context.input.capabilities;
  if (count === 0 && membershipRequired) return issue('MEMBERSHIP_REQUIRED', 'memberships');
  if (maxMemberships === null || count <= maxMemberships) return null;
  return issue('MEMBERSHIPS_EXCEEDED', 'memberships', String(maxMemberships));
};

const missingIssues = (context: PushContext, missing: readonly OrgUnitId[]): PushIssue[] =>
  missing.map((id) => issue('ORG_UNIT_MISSING', 'memberships', context.units.get(id)?.name ?? id));

/** Where a new person is put. Memberships are `null` when the person cannot be created for want of them. */
export const newSeats = (context: PushContext, seats: Seats, account: PushAccount): SeatPlan => {
  const { wishes, missing } = wishesOf(context, seats, account);
  const issues = missingIssues(context, missing);
  const primaryMissing = missing.includes(account.primaryOrgUnitId);
  const limit = primaryMissing ? null : limitIssue(context, wishes.length);
  if (limit !== null) issues.push(limit);
  const fits = !primaryMissing && limit === null;
  return { memberships: fits ? planned(context, wishes) : null, removed: [], needs: needsOf(wishes), issues };
};

const withOrder = (order: string | undefined) => (order === undefined ? {} : { order });

/** What stays of the platform's own memberships beside the roster's (row W-DD-33). */
const kept = (
  context: PushContext,
  tree: UnitTree,
  before: readonly RemoteMembershipValue[],
): readonly RemoteMembershipValue[] => {
  if (context.input.rules.membershipOwnership === 'REPLACE' || before.length <= 1) return [];
  // A unit that goes takes nobody along.
  const isGoing = (id: string): boolean => tree.removalOf.get(id)?.issue === null;
  return before.filter(({ orgUnitExternalId }) => !isGoing(orgUnitExternalId));
};

const isSeated = (
  context: PushContext,
  before: readonly RemoteMembershipValue[],
  wishes: readonly Wish[],
): boolean =>
  before.length === wishes.length &&
  wishes.every(({ seat, order }) => {
    const held = before.find(({ orgUnitExternalId }) => orgUnitExternalId === seat.externalId);
    if (held === undefined) return false;
    return !writesOrder(context) || held.order === undefined || isSameOrder(held.order, order);
  });

const seatsAfter = (
  context: PushContext,
  tree: UnitTree,
  held: { readonly before: readonly RemoteMembershipValue[]; readonly wishes: readonly Wish[] },
): SeatPlan => {
  const { before, wishes } = held;
  const wanted = new Set(wishes.map(({ seat }) => seat.externalId));
  const others = kept(context, tree, before)
    .filter(({ orgUnitExternalId }) => !wanted.has(orgUnitExternalId))
    .toSorted((a, b) => compareCodePoints(a.orgUnitExternalId, b.orgUnitExternalId));
  const memberships = [
    ...planned(context, wishes),
    ...others.map(({ orgUnitExternalId, order }) => ({
      orgUnit: { externalId: orgUnitExternalId },
      primary: false,
      ...(writesOrder(context) ? withOrder(order) : {}),
    })),
  ];
  const limit = limitIssue(context, memberships.length);
  if (limit !== null) return { ...SEATED, issues: [limit] };
  const stays = new Set([...wanted, ...others.map(({ orgUnitExternalId }) => orgUnitExternalId)]);
  const removed = before.map(({ orgUnitExternalId }) => orgUnitExternalId).filter((id) => !stays.has(id));
  const main = before.find(({ primary }) => primary === true)?.orgUnitExternalId;
  const isSame =
    removed.length === 0 &&
    (main === undefined || wishes[0] === undefined || main === wishes[0].seat.externalId) &&
    memberships.length === before.length &&
    others.length + wishes.length === before.length;
  const isOrdered = isSeated(
    context,
    before.filter(({ orgUnitExternalId }) => wanted.has(orgUnitExternalId)),
    wishes,
  );
  if (isSame && isOrdered) return SEATED;
  return { memberships, removed, needs: needsOf(wishes), issues: [] };
};

/**
 * Where somebody who is there will be (rows W-DD-32, 33): the roster's units replace the platform's, or join them when
 * the connection says so and there are several. Nobody is moved while the primary unit is missing.
 */
export const updatedSeats = (
  context: PushContext,
  settled: { readonly tree: UnitTree; readonly seats: Seats },
  held: { readonly account: PushAccount; readonly before: readonly RemoteMembershipValue[] },
): SeatPlan => {
  const { account, before } = held;
  const only = account.memberships.length === 1 ? account.memberships[0] : undefined;
  const seat = only === undefined ? undefined : settled.seats(only.orgUnitId);
  if (
    only !== undefined &&
    typeof seat === 'object' &&
    isSeated(context, before, [{ seat, order: orderThere(context.input.capabilities, only.order) }])
  ) {
    return SEATED;
  }
  const { wishes, missing, outside } = wishesOf(context, settled.seats, account);
  const issues = missingIssues(context, missing);
  if (missing.includes(account.primaryOrgUnitId)) return { ...SEATED, issues };
  if (outside || (wishes.length === 0 && missing.length > 0)) {
    return issues.length === 0 ? SEATED : { ...SEATED, issues };
  }
  const after = seatsAfter(context, settled.tree, { before, wishes });
  return issues.length === 0 ? after : { ...after, issues: [...issues, ...after.issues] };
};
