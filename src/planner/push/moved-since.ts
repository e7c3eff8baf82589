import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../domain/remote.ts';
import type { TargetOperation } from '../../domain/target.ts';
import { type Masters, masterOf } from '../masters.ts';
import { cleanText, normaliseEmail, normaliseMobile } from '../normalise.ts';
import { platformFieldOf, platformMemberOf } from './push-masters.ts';

/** One field that an operation is about to write: as the plan found it, as it is to be, and as it is now. */
interface Write {
  readonly before: string | null;
  readonly after: string | null;
  /** `undefined` = the platform does not show it. */
  readonly now: string | null | undefined;
}

/** What a row says of a field before. */
type BeforeOf = (field: string) => unknown;

const text = (value: unknown): string | null =>
  value === null || value === undefined || value === ''
    ? null
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

const keyOf = (name: string): ((value: string) => string) => {
  if (name === 'mobile') return normaliseMobile;
  return name === 'email' ? normaliseEmail : cleanText;
};

const keyed = (name: string, value: unknown): string | null => {
  const held = text(value);
  return held === null ? null : keyOf(name)(held);
};

const places = (seats: unknown): string =>
  (seats as readonly { readonly orgUnitExternalId: string }[])
    .map(({ orgUnitExternalId }) => orgUnitExternalId)
    .sort()
    .join('\n');

const idOf = (ref: unknown): string | null =>
  typeof ref === 'object' && ref !== null && 'externalId' in ref ? String(ref.externalId) : null;

const accountWrites = (
  masters: Masters,
  operation: TargetOperation,
  of: { readonly before: BeforeOf; readonly now: RemoteAccountValue },
): Write[] => {
  const { before, now } = of;
  if (operation.kind === 'SET_MANAGER') {
    if (masterOf(masters, 'manager') !== 'BOTH') return [];
    const { managerExternalId } = now;
    return [{ before: idOf(before('manager')), after: operation.managerExternalId, now: managerExternalId }];
  }
  if (operation.kind !== 'UPDATE_ACCOUNT' && operation.kind !== 'MOVE_ACCOUNT') return [];
  const writes = Object.entries(operation.values)
    .filter(([name]) => masterOf(masters, platformFieldOf(name)) === 'BOTH')
    .map(([name, after]): Write => {
      const member = platformMemberOf(name);
      const held = member === null ? now.attributes[name] : now[member as 'title'];
      return {
        before: keyed(name, before(name)),
        after: keyed(name, after),
        now: held === undefined ? undefined : keyed(name, held),
      };
    });
  if (operation.memberships !== undefined && masterOf(masters, 'memberships') === 'BOTH') {
    const seats = before('memberships');
    writes.push({
      before: Array.isArray(seats) ? places(seats) : '',
      after: places(operation.memberships),
      now: places(now.memberships),
    });
  }
  return writes;
};

const unitWrites = (
  masters: Masters,
  operation: TargetOperation,
  of: { readonly before: BeforeOf; readonly now: RemoteOrgUnitValue },
): Write[] => {
  if (operation.kind !== 'UPDATE_ORG_UNIT' && operation.kind !== 'MOVE_ORG_UNIT') return [];
  const { before, now } = of;
  const writes: Write[] = [];
  if (operation.name !== undefined && masterOf(masters, 'orgUnit.name') === 'BOTH') {
    const shown = now.name === undefined ? undefined : keyed('name', now.name);
    writes.push({ before: keyed('name', before('name')), after: keyed('name', operation.name), now: shown });
  }
  if (operation.kind === 'MOVE_ORG_UNIT' && masterOf(masters, 'orgUnit.parent') === 'BOTH') {
    const { parentExternalId: after } = operation;
    writes.push({ before: idOf(before('parent')), after, now: now.parentExternalId });
  }
  if (operation.kind === 'UPDATE_ORG_UNIT' && operation.order !== undefined) {
    if (masterOf(masters, 'orgUnit.order') === 'BOTH') {
      writes.push({ before: text(before('order')), after: operation.order, now: now.order });
    }
  }
  return writes;
};

const SHARED: readonly string[] = [
  'MOVE_ACCOUNT',
  'MOVE_ORG_UNIT',
  'SET_MANAGER',
  'UPDATE_ACCOUNT',
  'UPDATE_ORG_UNIT',
];

/** Whether an operation is about to write a field that the platform's people may write as well. */
export const writesShared = (masters: Masters, operation: TargetOperation): boolean => {
  if (!SHARED.includes(operation.kind)) return false;
  const nothing = { memberships: [], attributes: {} } as unknown;
  const before: BeforeOf = () => null;
  return (
    accountWrites(masters, operation, { before, now: nothing as RemoteAccountValue }).length > 0 ||
    unitWrites(masters, operation, { before, now: nothing as RemoteOrgUnitValue }).length > 0
  );
};

/**
 * Whether somebody has changed on the platform, since the plan looked, a field that both sides may write and that an
 * operation is about to write: neither what the plan found there, nor what it is going to be.
 */
export const movedSince = (
  masters: Masters,
  planned: {
    readonly operation: TargetOperation;
    readonly changes: readonly { readonly field: string; readonly before: unknown }[];
  },
  now: RemoteAccountValue | RemoteOrgUnitValue,
): boolean => {
  const { operation, changes } = planned;
  const before: BeforeOf = (field) => changes.find((change) => change.field === field)?.before;
  const writes =
    'memberships' in now
      ? accountWrites(masters, operation, { before, now })
      : unitWrites(masters, operation, { before, now });
  return writes.some((one) => one.now !== undefined && one.now !== one.before && one.now !== one.after);
};
