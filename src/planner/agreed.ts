import type { AgreedAccount, AgreedOrgUnit } from '../domain/agreed.ts';
import type { RemoteAccountValue, RemoteOrgUnitValue } from '../domain/remote.ts';
import type { Issue } from '../domain/staging.ts';
import { attributeName } from './apply-changes.ts';

const ACCOUNT_MEMBERS: Readonly<Record<string, keyof AgreedAccount>> = {
  displayName: 'name',
  email: 'email',
  jobNumber: 'jobNumber',
  managerId: 'managerExternalId',
  memberships: 'memberships',
  mobile: 'mobile',
  primaryOrgUnitId: 'memberships',
  title: 'title',
};

const ORG_UNIT_MEMBERS: Readonly<Record<string, keyof AgreedOrgUnit>> = {
  name: 'name',
  order: 'order',
  parentId: 'parentExternalId',
};

/**
 * Members of the platform's value that issues of the given kind are about. What blocks a row is left out: a row that is
 * committed after all is blocked no longer.
 */
const membersOf = (
  members: Readonly<Record<string, string>>,
  issues: readonly Issue[],
  ofConflicts: boolean,
): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const { code, field, blocking } of issues) {
    const member = field === null || blocking ? undefined : members[field];
    if (member !== undefined && (code === 'FIELD_CONFLICT') === ofConflicts) found.add(member);
  }
  return found;
};

const pick = (value: object, isWanted: (member: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name, held]) => held !== undefined && isWanted(name)));

/** Attributes are compared one by one when the row is written: which of them are defined may change until then. */
const NEVER_AGREED: ReadonlySet<string> = new Set([
  'active',
  'attributes',
  'externalId',
  'ids',
  'leaderExternalIds',
]);

const contestedOf = (
  members: Readonly<Record<string, string>>,
  remote: RemoteAccountValue | RemoteOrgUnitValue,
  issues: readonly Issue[],
): Record<string, unknown> | null => {
  const conflicts = issues.filter(({ code }) => code === 'FIELD_CONFLICT');
  if (conflicts.length === 0) return null;
  const wanted = membersOf(members, conflicts, true);
  const attributes = conflicts.flatMap(({ field }) => attributeName(field ?? '') ?? []);
  return {
    ...pick(remote, (member) => wanted.has(member)),
    ...(attributes.length === 0
      ? {}
      : { attributes: pick(remote.attributes, (name) => attributes.includes(name)) }),
  };
};

/**
 * What both sides agree on once a person's row is committed, apart from custom attributes; `null` = all that the
 * platform says. What an issue speaks of is not agreed on, but for a conflict that a person has settled; of units those
 * are that somebody could be seated in.
 */
export const agreedAccount = (
  remote: RemoteAccountValue,
  issues: readonly Issue[],
  orgUnitOf: (externalId: string) => unknown,
): AgreedAccount | null => {
  if (issues.length === 0) return null;
  const open = membersOf(ACCOUNT_MEMBERS, issues, false);
  if (open.size === 0) return null;
  const agreed = pick(remote, (member) => !open.has(member) && !NEVER_AGREED.has(member));
  const isKept = issues.some(({ code, field }) => code === 'FIELD_KEPT' && field === 'memberships');
  if (!open.has('memberships') || isKept) return agreed;
  return {
    ...agreed,
    memberships: remote.memberships.filter(
      ({ orgUnitExternalId }) => orgUnitOf(orgUnitExternalId) !== undefined,
    ),
  };
};

/** What both sides of a person have changed, as the platform has it; `null` = nothing. */
export const contestedAccount = (
  remote: RemoteAccountValue,
  issues: readonly Issue[],
): AgreedAccount | null => contestedOf(ACCOUNT_MEMBERS, remote, issues);

/** The same of a unit's row as {@link agreedAccount}. */
export const agreedOrgUnit = (remote: RemoteOrgUnitValue, issues: readonly Issue[]): AgreedOrgUnit | null => {
  const open = membersOf(ORG_UNIT_MEMBERS, issues, false);
  return open.size === 0 ? null : pick(remote, (member) => !open.has(member) && !NEVER_AGREED.has(member));
};

/** The same of a unit's row as {@link contestedAccount}. */
export const contestedOrgUnit = (
  remote: RemoteOrgUnitValue,
  issues: readonly Issue[],
): AgreedOrgUnit | null => contestedOf(ORG_UNIT_MEMBERS, remote, issues);
