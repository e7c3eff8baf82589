import type { TargetCapabilities } from '../../domain/target.ts';

/** Decimal text of a position. */
export const INTEGER = /^[+-]?\d{1,30}$/;

/** A position as the platform can hold it: one beyond its range is the nearest one. */
export const orderThere = ({ orderRange }: Pick<TargetCapabilities, 'orderRange'>, order: string): string => {
  if (orderRange === undefined || !INTEGER.test(order)) return order;
  const [first, last] = orderRange;
  const position = BigInt(order.replace('+', ''));
  if (position < BigInt(first)) return first;
  return position > BigInt(last) ? last : order;
};
