import type { AccountId } from '../domain/ids.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import type { FieldChange } from '../domain/staging.ts';
import { attributeChanges } from './attributes.ts';
import { sameMemberships, sameUnits, seatAfter } from './diff-memberships.ts';
import { sortChanges } from './digest.ts';
import { type AccountPlanContext, type AccountState, NO_CHANGES, type RosterAccount } from './facts.ts';
import { cleanSeen, normaliseEmail, normaliseMobile } from './normalise.ts';

/**
 * Every roster field that an import can write. Closed: custom attributes come as `attributes.<name>`, and
 * roles, passwords and sessions do not come at all (S15).
 */
export const IMPORTED_ACCOUNT_FIELDS = [
  'displayName',
  'email',
  'jobNumber',
  'managerId',
  'memberships',
  'mobile',
  'primaryOrgUnitId',
  'status',
  'title',
  'userName',
] as const;
export type ImportedAccountField = (typeof IMPORTED_ACCOUNT_FIELDS)[number];

export interface AccountDiff {
  /** Sorted by field. */
  readonly changes: readonly FieldChange[];
  /** The set of units or the primary unit differs. */
  readonly moved: boolean;
}

const UNCHANGED: AccountDiff = Object.freeze({ changes: NO_CHANGES, moved: false });

/** The mail that a remote value stands for, in three states. */
export const emailAfter = (remote: RemoteAccountValue): string | null | undefined =>
  typeof remote.email === 'string' ? normaliseEmail(remote.email) || null : remote.email;

/** The mobile that a remote value stands for, in three states. */
export const mobileAfter = (remote: RemoteAccountValue): string | null | undefined =>
  typeof remote.mobile === 'string' ? normaliseMobile(remote.mobile) || null : remote.mobile;

/** The manager's account; absent when not supplied, not known yet, or the person itself. */
export const managerAfter = (
  context: Pick<AccountPlanContext, 'accountOf'>,
  remote: RemoteAccountValue,
): AccountId | null | undefined => {
  const { managerExternalId } = remote;
  if (managerExternalId === undefined) return undefined;
  if (managerExternalId === null || managerExternalId === '') return null;
  return managerExternalId === remote.externalId ? undefined : context.accountOf(managerExternalId);
};

const put = (
  changes: FieldChange[] | null,
  field: ImportedAccountField,
  sides: readonly [unknown, unknown],
): FieldChange[] => {
  const change = { field, before: sides[0], after: sides[1] };
  if (changes === null) return [change];
  changes.push(change);
  return changes;
};

/** Absent never overwrites; `null` empties (a first-class change, field-notes rule 22). */
const differs = (before: string | null, after: string | null | undefined): boolean =>
  after !== undefined && after !== before;

const plainChanges = (
  context: AccountPlanContext,
  remote: RemoteAccountValue,
  current: AccountState,
): FieldChange[] | null => {
  let changes: FieldChange[] | null = null;
  const name = cleanSeen(remote.name);
  // An account without name cannot be: an empty name is an issue, not a change.
  if (name && name !== current.displayName)
    changes = put(changes, 'displayName', [current.displayName, name]);
  const email = emailAfter(remote);
  if (differs(current.email, email)) changes = put(changes, 'email', [current.email, email]);
  const jobNumber = cleanSeen(remote.jobNumber);
  if (differs(current.jobNumber, jobNumber))
    changes = put(changes, 'jobNumber', [current.jobNumber, jobNumber]);
  const managerId = managerAfter(context, remote);
  if (differs(current.managerId, managerId))
    changes = put(changes, 'managerId', [current.managerId, managerId]);
  const mobile = mobileAfter(remote);
  if (differs(current.mobile, mobile)) changes = put(changes, 'mobile', [current.mobile, mobile]);
  const title = cleanSeen(remote.title);
  if (differs(current.title, title)) changes = put(changes, 'title', [current.title, title]);
  return changes;
};

/**
 * What a pull would change at an account, apart from its status. Pure in both values: diff, apply, diff again
 * gives nothing.
 */
export const diffAccount = (
  context: AccountPlanContext,
  remote: RemoteAccountValue,
  current: RosterAccount,
): AccountDiff => {
  let changes = plainChanges(context, remote, current);
  let moved = false;
  const seat = seatAfter(context, remote.memberships, current);
  if (seat !== null && seat !== current) {
    const { memberships, primaryOrgUnitId } = seat;
    if (!sameMemberships(current.memberships, memberships)) {
      changes = put(changes, 'memberships', [current.memberships, memberships]);
      moved = !sameUnits(current.memberships, memberships);
    }
    if (primaryOrgUnitId !== current.primaryOrgUnitId) {
      changes = put(changes, 'primaryOrgUnitId', [current.primaryOrgUnitId, primaryOrgUnitId]);
      moved = true;
    }
  }
  if (context.definitions.length > 0) {
    const attributes = attributeChanges(context.definitions, remote.attributes, current.attributes);
    if (attributes.length > 0) changes = changes === null ? attributes : changes.concat(attributes);
  }
  return changes === null ? UNCHANGED : { changes: sortChanges(changes), moved };
};

const given = (field: ImportedAccountField, value: unknown): FieldChange[] =>
  value === undefined || value === null ? [] : [{ field, before: null, after: value }];

/** The changes that make a new account out of a remote person; empty fields are left out. */
export const newAccountChanges = (
  context: AccountPlanContext,
  remote: RemoteAccountValue,
  userName: string | null,
): readonly FieldChange[] => {
  const seat = seatAfter(context, remote.memberships, null);
  return sortChanges([
    ...given('displayName', cleanSeen(remote.name)),
    ...given('email', emailAfter(remote)),
    ...given('jobNumber', cleanSeen(remote.jobNumber)),
    ...given('managerId', managerAfter(context, remote)),
    ...given('memberships', seat?.memberships),
    ...given('mobile', mobileAfter(remote)),
    ...given('primaryOrgUnitId', seat?.primaryOrgUnitId),
    ...given('status', remote.active === false ? 'DISABLED' : 'ACTIVE'),
    ...given('title', cleanSeen(remote.title)),
    ...given('userName', userName),
    ...attributeChanges(context.definitions, remote.attributes, {}),
  ]);
};
