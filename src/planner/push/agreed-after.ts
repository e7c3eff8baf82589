import type { AgreedAccount, AgreedOrgUnit } from '../../domain/agreed.ts';
import type { RemoteMembershipValue } from '../../domain/remote.ts';
import type { TargetMembership, TargetOperation, TargetValues } from '../../domain/target.ts';
import { platformMemberOf } from './push-masters.ts';

/** How an operation ended, as far as it tells what both sides agree on. */
export interface AppliedWrite {
  readonly operation: TargetOperation;
  /** The platform has made it just now, so that it has nothing but what was written. */
  readonly made: boolean;
  /** Fields that were written and that the platform may have passed over: nobody knows what it holds. */
  readonly unconfirmed?: readonly string[] | undefined;
}

/** Of somebody who was just made: everything that was not written is empty there. */
const JUST_MADE: AgreedAccount = Object.freeze({
  email: null,
  jobNumber: null,
  managerExternalId: null,
  mobile: null,
  title: null,
});

/** Places as they were written. Who leads, and what a place is called, is as it was agreed on before. */
const seatsAfter = (
  before: readonly RemoteMembershipValue[] | undefined,
  seats: readonly TargetMembership[],
): readonly RemoteMembershipValue[] =>
  seats.map(({ orgUnitExternalId, order, primary }) => {
    const isTold = before?.some((one) => one.primary !== undefined) === true;
    return {
      ...before?.find((one) => one.orgUnitExternalId === orgUnitExternalId),
      orgUnitExternalId,
      ...(order === undefined ? {} : { order }),
      ...(isTold ? { primary } : {}),
    };
  });

const withValues = (
  base: AgreedAccount,
  values: TargetValues,
  unconfirmed: readonly string[],
): AgreedAccount => {
  const fields: Record<string, unknown> = { ...base };
  const attributes: Record<string, unknown> = { ...base.attributes };
  for (const [name, value] of Object.entries(values)) {
    const held = platformMemberOf(name) === null ? attributes : fields;
    if (unconfirmed.includes(name)) delete held[name];
    else held[name] = value;
  }
  return { ...fields, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
};

/** What both sides of a person agree on after an operation; what it does not write is as agreed on as before. */
export const agreedAccountAfter = (base: AgreedAccount, write: AppliedWrite): AgreedAccount => {
  const { operation, made, unconfirmed = [] } = write;
  switch (operation.kind) {
    case 'CREATE_ACCOUNT':
    case 'UPDATE_ACCOUNT':
    case 'MOVE_ACCOUNT': {
      const then = operation.kind === 'CREATE_ACCOUNT' && made ? { ...JUST_MADE, ...base } : base;
      const after = withValues(then, operation.values, unconfirmed);
      const { memberships } = operation;
      return memberships === undefined
        ? after
        : { ...after, memberships: seatsAfter(base.memberships, memberships) };
    }
    case 'SET_MANAGER':
      return { ...base, managerExternalId: operation.managerExternalId };
    default:
      return base;
  }
};

/** What both sides of somebody who is in a unit agree on after its leaders were set; the same object when nothing new. */
export const agreedLeaderAfter = (
  base: AgreedAccount,
  externalId: string,
  unit: { readonly externalId: string; readonly leaderExternalIds: readonly string[] },
): AgreedAccount => {
  const leader = unit.leaderExternalIds.includes(externalId);
  const { memberships } = base;
  const isTold = memberships?.some(
    (one) => one.orgUnitExternalId === unit.externalId && one.leader !== leader,
  );
  if (memberships === undefined || isTold !== true) return base;
  return {
    ...base,
    memberships: memberships.map((one) =>
      one.orgUnitExternalId === unit.externalId ? { ...one, leader } : one,
    ),
  };
};

/** The same of a unit as {@link agreedAccountAfter}. */
export const agreedOrgUnitAfter = (base: AgreedOrgUnit, { operation }: AppliedWrite): AgreedOrgUnit => {
  switch (operation.kind) {
    case 'CREATE_ORG_UNIT':
    case 'MOVE_ORG_UNIT':
    case 'UPDATE_ORG_UNIT':
      return {
        ...base,
        ...(operation.name === undefined ? {} : { name: operation.name }),
        ...('order' in operation && operation.order !== undefined ? { order: operation.order } : {}),
        ...('parentExternalId' in operation ? { parentExternalId: operation.parentExternalId } : {}),
      };
    default:
      return base;
  }
};
