import type { RemoteMembershipValue, TargetMembership } from '../../domain/index.ts';
import { exactInteger, unitNumber } from './json.ts';

/**
 * Positions of a platform that counts them from 0 to a largest one, the largest first. Its middle is our zero, so that
 * positions before and behind can be written; the same function leads both ways.
 */
export const mirroredOrders = (largest: bigint) => {
  const middle = (largest + 1n) / 2n;
  const mirrored = (decimal: string): string => String(middle - BigInt(decimal));
  return { mirrored, range: [mirrored(String(largest)), mirrored('0')] as const };
};

/** A person's places as lists of equal length; a list that is not shown is absent. */
export interface ListedPlaces {
  readonly ids: readonly string[];
  readonly orders: readonly string[] | undefined;
  readonly leaders: readonly number[] | undefined;
  readonly main: string | undefined;
}

/** Places from such lists, the main one first. */
export const placesFrom = (
  { ids, orders, leaders, main }: ListedPlaces,
  mirrored: (order: string) => string,
): readonly RemoteMembershipValue[] => {
  const places = ids.map((orgUnitExternalId, at) => {
    const [order, leader] = [orders?.[at], leaders?.[at]];
    return {
      orgUnitExternalId,
      ...(leader === undefined ? {} : { leader: leader === 1 }),
      ...(order === undefined ? {} : { order: mirrored(order) }),
      // Of a single place nobody need say it.
      ...(ids.length > 1 && orgUnitExternalId === main ? { primary: true } : {}),
    };
  });
  return places.toSorted((a, b) => Number(b.primary ?? false) - Number(a.primary ?? false));
};

/**
 * Such lists for the body of a call. Places that stay keep what was known of them; a list of which nothing is known is
 * left out, so that the platform keeps or chooses it.
 */
export const listedPlaces = (
  wanted: readonly TargetMembership[],
  before: readonly TargetMembership[],
  mirrored: (order: string) => string,
) => {
  const held = new Map(before.map((one) => [one.orgUnitExternalId, one]));
  const places = wanted.map((one) => ({ ...held.get(one.orgUnitExternalId), ...one }));
  const main = places.find(({ primary }) => primary)?.orgUnitExternalId;
  const isOrdered = places.some(({ order }) => order !== undefined);
  const isLed = places.some(({ leader }) => leader !== undefined);
  const unordered = mirrored('0');
  return {
    ids: places.map((one) => unitNumber(one.orgUnitExternalId)),
    orders: isOrdered ? places.map(({ order = unordered }) => exactInteger(mirrored(order))) : undefined,
    leaders: isLed ? places.map(({ leader }) => (leader === true ? 1 : 0)) : undefined,
    main: main === undefined ? undefined : unitNumber(main),
  };
};
