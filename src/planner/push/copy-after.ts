import type {
  ExternalId,
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../../domain/remote.ts';
import type { TargetMembership, TargetOperation, TargetValues } from '../../domain/target.ts';
import { canonicalAccountText, canonicalOrgUnitText, sha256Hex } from '../canonical-hash.ts';

/**
 * What Muster wrote, field by field as in the copy's value. A listing need not show all of it: what is seen wins over
 * it, and where nothing is seen it is the best that is known. Places are kept where the platform keeps leads with them:
 * what a place that is seen does not say of lead and position is as it was written.
 */
export type Believed<Value> = Partial<Omit<Value, 'externalId' | 'ids'>>;

/** A copy with what a push has written to it. */
export interface CopyAfter<Value> {
  readonly value: Value;
  readonly believed: Believed<Value>;
  /** Content hash, hex, as a pull that shows exactly this would have it. */
  readonly hash: string;
}

type Known<Value> = { readonly value: Value; readonly believed: Believed<Value> } | null;

const FIELDS = ['name', 'mobile', 'email', 'jobNumber', 'title'] as const;
const isField = (name: string): name is (typeof FIELDS)[number] =>
  (FIELDS as readonly string[]).includes(name);

/** Of what was made or changed, as the platform's answer told it. */
export interface Made {
  readonly externalId: string;
  readonly ids: readonly ExternalId[];
  /** Fields that the platform may have passed over: nobody knows what they hold. */
  readonly unconfirmed?: readonly string[];
  /** See `TargetCapabilities.leadsWithPlaces`. */
  readonly leadsWithPlaces?: boolean;
}

/** Only what the copy shows already is written into it; a new copy shows everything that was written. */
const shown = (
  standing: Readonly<Record<string, unknown>> | undefined,
  written: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  standing === undefined
    ? { ...written }
    : Object.fromEntries(Object.entries(written).filter(([name]) => standing[name] !== undefined));

interface Written {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const writtenValues = (values: TargetValues): Written => {
  const entries = Object.entries(values);
  return {
    fields: Object.fromEntries(entries.filter(([name]) => isField(name))),
    attributes: Object.fromEntries(entries.filter(([name]) => !isField(name))),
  };
};

/**
 * Leaders are set by operations of their own: whoever stays in a unit leads it as before. Which unit is the main one is
 * kept where the copy tells it.
 */
export const membershipsAfter = (
  before: readonly RemoteMembershipValue[],
  memberships: readonly TargetMembership[],
): readonly RemoteMembershipValue[] =>
  memberships.map(({ orgUnitExternalId, order, primary }) => {
    const standing = before.find((one) => one.orgUnitExternalId === orgUnitExternalId);
    const place = order ?? standing?.order;
    const isMain = primary && memberships.length > 1 && before.some((one) => one.primary !== undefined);
    return {
      orgUnitExternalId,
      leader: standing?.leader ?? false,
      ...(isMain ? { primary: true } : {}),
      ...(place === undefined ? {} : { order: place }),
      ...(standing?.title === undefined ? {} : { title: standing.title }),
    };
  });

const NOTHING: Written = { fields: {}, attributes: {} };

const forgettingWritten = ({ fields, attributes }: Written, names: readonly string[] = []): Written => ({
  fields: omitted(fields, names),
  attributes: omitted(attributes, names),
});

const writtenToAccount = (operation: TargetOperation): Written => {
  switch (operation.kind) {
    case 'CREATE_ACCOUNT':
    case 'UPDATE_ACCOUNT':
    case 'MOVE_ACCOUNT':
      return writtenValues(operation.values);
    case 'SET_MANAGER':
      return { fields: { managerExternalId: operation.managerExternalId }, attributes: {} };
    case 'ENABLE_ACCOUNT':
      return { fields: { active: true }, attributes: {} };
    case 'DISABLE_ACCOUNT':
      return { fields: { active: false }, attributes: {} };
    default:
      return NOTHING;
  }
};

const seatsOf = (operation: TargetOperation): readonly TargetMembership[] | undefined =>
  operation.kind === 'CREATE_ACCOUNT' ||
  operation.kind === 'UPDATE_ACCOUNT' ||
  operation.kind === 'MOVE_ACCOUNT'
    ? operation.memberships
    : undefined;

const finishedAccount = (
  value: RemoteAccountValue,
  believed: Believed<RemoteAccountValue>,
): CopyAfter<RemoteAccountValue> => ({ value, believed, hash: sha256Hex(canonicalAccountText(value)) });

const omitted = <Value extends object>(value: Value, names: readonly string[]): Value =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as Value;

/** A copy without fields of which nobody knows what they hold. */
const forgetting = <Value extends { readonly attributes?: object }>(
  value: Value,
  names: readonly string[] | undefined,
): Value => {
  if (names === undefined || names.length === 0) return value;
  const { attributes } = value;
  return {
    ...omitted(value, names),
    ...(attributes === undefined ? {} : { attributes: omitted(attributes, names) }),
  };
};

/** The copy of a person after an operation has been applied; `known` is the copy before, `null` for somebody new. */
export const accountCopyAfter = (
  before: Known<RemoteAccountValue>,
  operation: TargetOperation,
  { externalId, ids, unconfirmed, leadsWithPlaces = false }: Made,
): CopyAfter<RemoteAccountValue> => {
  const made = { externalId, ids };
  const known = before && {
    value: forgetting(before.value, unconfirmed),
    believed: forgetting(before.believed, unconfirmed),
  };
  const written = forgettingWritten(writtenToAccount(operation), unconfirmed);
  const standing = known?.value;
  const seats = seatsOf(operation);
  const memberships = standing?.memberships ?? [];
  const value = {
    ...(standing ?? made),
    ...shown(standing as Readonly<Record<string, unknown>> | undefined, written.fields),
    memberships: seats === undefined ? memberships : membershipsAfter(memberships, seats),
    attributes: { ...standing?.attributes, ...shown(standing?.attributes, written.attributes) },
  } as RemoteAccountValue;
  return finishedAccount(value, {
    ...known?.believed,
    ...written.fields,
    ...(leadsWithPlaces && seats !== undefined ? { memberships: value.memberships } : {}),
    attributes: { ...known?.believed.attributes, ...written.attributes },
  });
};

/** The copy of a person after the leaders of a unit were set; `null` when that says nothing new of this person. */
export const leaderCopyAfter = (
  known: { readonly value: RemoteAccountValue; readonly believed: Believed<RemoteAccountValue> },
  unit: {
    readonly externalId: string;
    readonly leaderExternalIds: readonly string[];
    readonly leadsWithPlaces?: boolean;
  },
): CopyAfter<RemoteAccountValue> | null => {
  const leader = unit.leaderExternalIds.includes(known.value.externalId);
  const differs = known.value.memberships.some(
    (one) => one.orgUnitExternalId === unit.externalId && one.leader !== leader,
  );
  if (!differs) return null;
  const memberships = known.value.memberships.map((one) =>
    one.orgUnitExternalId === unit.externalId ? { ...one, leader } : one,
  );
  const places = unit.leadsWithPlaces === true ? { memberships } : {};
  return finishedAccount({ ...known.value, memberships }, { ...known.believed, ...places });
};

/** What an operation was about to write, as it was seen to be instead; a copy shows no more of it than it showed before. */
const seenInstead = (
  operation: TargetOperation,
  seen: Readonly<Record<string, unknown>>,
): { readonly fields: Record<string, unknown>; readonly attributes: Record<string, unknown> } => {
  const { fields, attributes } = writtenToAccount(operation);
  const held = (seen['attributes'] ?? {}) as Readonly<Record<string, unknown>>;
  const of = (names: object, from: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.keys(names).flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])),
    );
  return { fields: of({ ...fields, ...writtenToUnit(operation) }, seen), attributes: of(attributes, held) };
};

/**
 * The copy of a person who was looked at by himself before an operation. Looked at so, a platform may show more than it
 * lists: what the copy does not show is believed.
 */
export const accountCopySeen = (
  known: { readonly value: RemoteAccountValue; readonly believed: Believed<RemoteAccountValue> },
  operation: TargetOperation,
  seen: RemoteAccountValue,
): CopyAfter<RemoteAccountValue> => {
  const { value, believed } = known;
  const { fields, attributes } = seenInstead(operation, seen as unknown as Record<string, unknown>);
  const after = {
    ...value,
    ...shown(value as unknown as Record<string, unknown>, fields),
    ...(seatsOf(operation) === undefined ? {} : { memberships: seen.memberships }),
    attributes: { ...value.attributes, ...shown(value.attributes, attributes) },
  } as RemoteAccountValue;
  return finishedAccount(after, {
    ...believed,
    ...fields,
    attributes: { ...believed.attributes, ...attributes },
  });
};

/** The same of a unit as {@link accountCopySeen}. */
export const orgUnitCopySeen = (
  known: { readonly value: RemoteOrgUnitValue; readonly believed: Believed<RemoteOrgUnitValue> },
  operation: TargetOperation,
  seen: RemoteOrgUnitValue,
): CopyAfter<RemoteOrgUnitValue> => {
  const { fields } = seenInstead(operation, seen as unknown as Record<string, unknown>);
  const value: RemoteOrgUnitValue = {
    ...known.value,
    ...shown(known.value as unknown as Record<string, unknown>, fields),
    parentExternalId: seen.parentExternalId,
  };
  return { value, believed: { ...known.believed, ...fields }, hash: sha256Hex(canonicalOrgUnitText(value)) };
};

const writtenToUnit = (operation: TargetOperation): Readonly<Record<string, unknown>> => {
  switch (operation.kind) {
    case 'CREATE_ORG_UNIT':
    case 'UPDATE_ORG_UNIT':
      return {
        ...(operation.name === undefined ? {} : { name: operation.name }),
        ...(operation.order === undefined ? {} : { order: operation.order }),
      };
    case 'MOVE_ORG_UNIT':
      return operation.name === undefined ? {} : { name: operation.name };
    // Where the listing shows leaders at people, these are the truth; a belief here would outlive it.
    default:
      return {};
  }
};

/** The copy of a unit after an operation has been applied; `known` is the copy before, `null` for a new one. */
export const orgUnitCopyAfter = (
  known: Known<RemoteOrgUnitValue>,
  operation: TargetOperation,
  { externalId, ids }: Made,
): CopyAfter<RemoteOrgUnitValue> => {
  const written = writtenToUnit(operation);
  const standing = known?.value;
  const base = standing ?? { externalId, ids, parentExternalId: null, name: '', attributes: {} };
  const value: RemoteOrgUnitValue = {
    ...base,
    ...shown(standing as Readonly<Record<string, unknown>> | undefined, written),
    ...(operation.kind === 'CREATE_ORG_UNIT' || operation.kind === 'MOVE_ORG_UNIT'
      ? { parentExternalId: operation.parentExternalId }
      : {}),
    ...(operation.kind === 'SET_LEADERS' && base.leaderExternalIds !== undefined
      ? { leaderExternalIds: operation.leaderExternalIds }
      : {}),
  };
  return {
    value,
    believed: { ...known?.believed, ...written },
    hash: sha256Hex(canonicalOrgUnitText(value)),
  };
};
