import type { AgreedAccount } from '../../domain/agreed.ts';
import type { RemoteMembershipValue } from '../../domain/remote.ts';
import { masterOf } from '../masters.ts';
import type { PushContext } from './context.ts';
import type { PushAccount } from './facts.ts';
import { SEATED, type SeatPlan, type Seats, updatedSeats } from './memberships.ts';
import { judgeField } from './push-masters.ts';
import type { UnitTree } from './unit-nodes.ts';

/** Where somebody will be, by the master of memberships. */
export interface MergedSeats extends SeatPlan {
  /** Both sides have changed it: a person decides. */
  readonly contested?: boolean;
}

const isKnownOtherwise = (a: unknown, b: unknown): boolean => a !== undefined && b !== undefined && a !== b;

/**
 * The same places: who leads, which is the main one and what a place is called as far as both tell it, because a place
 * that is taken away takes them along; positions where a push writes them.
 */
const isSame = (
  { input }: PushContext,
  a: readonly RemoteMembershipValue[],
  b: readonly RemoteMembershipValue[],
): boolean => {
  const orders = input.rules.pushOrder && input.capabilities.orders;
  return (
    a.length === b.length &&
    a.every((one) => {
      const other = b.find(({ orgUnitExternalId }) => orgUnitExternalId === one.orgUnitExternalId);
      if (other === undefined || (orders && isKnownOtherwise(one.order, other.order))) return false;
      return (
        !isKnownOtherwise(one.leader, other.leader) &&
        !isKnownOtherwise(one.title, other.title) &&
        !isKnownOtherwise(one.primary, other.primary)
      );
    })
  );
};

const unitsOf = (memberships: readonly RemoteMembershipValue[] | undefined): string | null =>
  memberships === undefined
    ? null
    : memberships
        .map(({ orgUnitExternalId }) => orgUnitExternalId)
        .sort()
        .join(' ');

/**
 * Where somebody who is there will be: as {@link updatedSeats} says, unless it is the platform's to say, waits for a
 * pull, or was changed on both sides since they last agreed. Memberships are merged as a whole.
 */
export const mergedSeats = (
  context: PushContext,
  settled: { readonly tree: UnitTree; readonly seats: Seats },
  held: {
    readonly account: PushAccount;
    readonly before: readonly RemoteMembershipValue[];
    readonly base: AgreedAccount;
  },
): MergedSeats => {
  const { account, before, base } = held;
  const plan = updatedSeats(context, settled, { account, before });
  const master = masterOf(context.masters, 'memberships');
  if (plan === SEATED || master === 'ROSTER') return plan;
  const { memberships: then } = base;
  const verdict = judgeField(master, 'memberships', () =>
    then === undefined
      ? null
      : {
          platform: !isSame(context, then, before),
          roster: updatedSeats(context, settled, { account, before: then }).memberships !== null,
        },
  );
  if (verdict.why === null) return plan;
  const why = verdict.why(unitsOf(then));
  if (verdict.winner === 'PLATFORM') return { ...SEATED, issues: [why] };
  return { ...plan, issues: [...plan.issues, why], contested: plan.memberships !== null };
};
