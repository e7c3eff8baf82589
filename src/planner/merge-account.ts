import type { AgreedAccount } from '../domain/agreed.ts';
import type { MasteredField } from '../domain/events.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import type { FieldChange } from '../domain/staging.ts';
import { attributeName } from './apply-changes.ts';
import { readAttribute } from './attributes.ts';
import { diffAccount, managerAfter } from './diff.ts';
import { sameMemberships } from './diff-memberships.ts';
import { sortChanges } from './digest.ts';
import type { AccountPlanContext, MembershipState, RosterAccount } from './facts.ts';
import { type Base, type FieldMerge, type Merged, mergeFields, UNMERGED } from './merge.ts';
import { cleanSeen } from './normalise.ts';

const FIELDS: Readonly<Record<string, MasteredField>> = {
  displayName: 'displayName',
  email: 'email',
  jobNumber: 'jobNumber',
  managerId: 'manager',
  memberships: 'memberships',
  mobile: 'mobile',
  primaryOrgUnitId: 'memberships',
  title: 'title',
};

/** The mastered field of an account's field; whether the account may be used, and its user name, have no master. */
export const accountFieldOf = (field: string): MasteredField | null => {
  const attribute = attributeName(field);
  return attribute === null ? (FIELDS[field] ?? null) : `attributes.${attribute}`;
};

const NOTHING_DECIDED: ReadonlySet<string> = new Set();

const isSame = (field: string, a: unknown, b: unknown): boolean =>
  field === 'memberships'
    ? sameMemberships(a as readonly MembershipState[], b as readonly MembershipState[])
    : a === b;

/** Whether the base says something of a field that still means something in the roster. */
const isKnown = (
  context: AccountPlanContext,
  sides: {
    readonly base: AgreedAccount;
    readonly value: RemoteAccountValue;
    readonly current: RosterAccount;
  },
  field: string,
): boolean => {
  const { base, value, current } = sides;
  const attribute = attributeName(field);
  if (attribute !== null) {
    const definition = context.definitions.find(({ name }) => name === attribute);
    const held = base.attributes?.[attribute];
    return definition !== undefined && held !== undefined && readAttribute(definition, held) !== undefined;
  }
  switch (field) {
    case 'displayName':
      return Boolean(cleanSeen(base.name));
    case 'managerId':
      // A manager whose account is gone has left the roster without anybody's edit.
      if (base.managerExternalId === undefined) return false;
      return managerAfter(context, value) !== undefined || current.managerId === null;
    case 'memberships':
    case 'primaryOrgUnitId':
      return (base.memberships ?? []).some(
        ({ orgUnitExternalId }) => context.orgUnitOf(orgUnitExternalId) !== undefined,
      );
    default:
      return base[field as 'email' | 'jobNumber' | 'mobile' | 'title'] !== undefined;
  }
};

/** The base as if the platform said it now, so that the same mapping turns it into fields of the roster. */
const asRemote = (base: AgreedAccount, externalId: string): RemoteAccountValue => ({
  externalId,
  ids: [],
  name: base.name,
  mobile: base.mobile,
  email: base.email,
  jobNumber: base.jobNumber,
  title: base.title,
  managerExternalId: base.managerExternalId,
  active: undefined,
  memberships: base.memberships ?? [],
  attributes: base.attributes ?? {},
});

const baseReader = (
  context: AccountPlanContext,
  current: RosterAccount,
  agreed: { readonly base: AgreedAccount; readonly externalId: string },
): ((field: string) => Base) => {
  const { base, externalId } = agreed;
  const value = asRemote(base, externalId);
  let then: ReadonlyMap<string, unknown> | undefined;
  return (field) => {
    if (!isKnown(context, { base, value, current }, field)) return 'UNKNOWN';
    then ??= new Map(diffAccount(context, value, current).changes.map((one) => [one.field, one.after]));
    if (then.has(field)) return { value: then.get(field) };
    const name = attributeName(field);
    const held = name === null ? current[field as keyof RosterAccount] : (current.attributes[name] ?? null);
    return { value: held };
  };
};

/** Somebody who was never linked: what is empty on one side was never agreed to be so, and is filled by the other. */
const neverAgreed = ({ definitions }: AccountPlanContext): AgreedAccount => ({
  email: null,
  jobNumber: null,
  managerExternalId: null,
  mobile: null,
  title: null,
  attributes: Object.fromEntries(definitions.map(({ name }) => [name, null])),
});

const without = (changes: readonly FieldChange[], field: string): readonly FieldChange[] =>
  changes.filter((change) => change.field !== field);

const isIn = (seats: unknown, unit: unknown): boolean =>
  (seats as readonly MembershipState[]).some(({ orgUnitId }) => orgUnitId === unit);

const FIRST = 'primaryOrgUnitId';

/** The first unit is decided about by itself only as far as the units that somebody will be in allow it. */
const withFirst = (merged: Merged, seats: FieldChange, first: FieldChange): Merged => {
  const { changes, kept, contested: all } = merged;
  const isContested = all.some(({ change }) => change === seats);
  const contested = isContested ? all.filter(({ change }) => change !== first) : all;
  if (changes.includes(seats)) {
    if (changes.includes(first) || isIn(seats.after, first.before)) return { ...merged, contested };
    return { changes: sortChanges([...changes, first]), kept: without(kept, FIRST), contested };
  }
  const fits = isIn(seats.before, first.after);
  return {
    changes: fits ? changes : without(changes, FIRST),
    kept: without(kept, FIRST),
    contested: fits ? contested : contested.filter(({ change }) => change !== first),
  };
};

const mergeSeated = (merge: FieldMerge, proposed: readonly FieldChange[]): Merged => {
  const merged = mergeFields(merge, proposed);
  const seats = proposed.find(({ field }) => field === 'memberships');
  const first = proposed.find(({ field }) => field === FIRST);
  return seats === undefined || first === undefined ? merged : withFirst(merged, seats, first);
};

/** What an account takes over of the proposed changes, by the masters of its fields. */
export const mergeAccount = (
  context: AccountPlanContext,
  row: {
    readonly externalId: string;
    readonly current: RosterAccount;
    readonly isNewLink: boolean;
    readonly base: AgreedAccount | null | undefined;
    readonly decided: ReadonlySet<string> | undefined;
  },
  proposed: readonly FieldChange[],
): Merged => {
  const { masters } = context;
  if (masters === undefined || proposed.length === 0) return UNMERGED(proposed);
  const base = row.isNewLink ? neverAgreed(context) : (row.base ?? {});
  return mergeSeated(
    {
      masters,
      fieldOf: accountFieldOf,
      baseOf: baseReader(context, row.current, { base, externalId: row.externalId }),
      isSame,
      decided: row.decided ?? NOTHING_DECIDED,
    },
    proposed,
  );
};
