import type { RemoteAccountValue } from '../domain/remote.ts';
import type { FieldChange, Issue, IssueCode } from '../domain/staging.ts';
import { attributeIssues } from './attributes.ts';
import { emailAfter, managerAfter, mobileAfter } from './diff.ts';
import type { AccountPlanContext, AccountRow } from './facts.ts';
import {
  cleanSeen,
  fits,
  isLegalEmail,
  isLegalMobile,
  isLegalUserName,
  NAME_MAX_LENGTH,
} from './normalise.ts';

/** Highest length of a job number, in characters (code points). */
export const JOB_NUMBER_MAX_LENGTH = 64;

/** What an issue is about; `blocking` unless said otherwise. */
export const issue = (
  code: IssueCode,
  field: string | null,
  value: string | null,
  blocking = true,
): Issue => ({
  code,
  field,
  value,
  blocking,
});

const touches = (changes: readonly FieldChange[], field: string): boolean =>
  changes.some((change) => change.field === field);

const nameIssues = (remote: RemoteAccountValue, isNew: boolean): Issue[] => {
  const name = cleanSeen(remote.name);
  if (name === null || (name === undefined && isNew)) return [issue('NAME_MISSING', 'displayName', null)];
  if (name !== undefined && !fits(name, NAME_MAX_LENGTH)) {
    return [issue('NAME_TOO_LONG', 'displayName', name)];
  }
  return [];
};

const lengthIssues = (remote: RemoteAccountValue): Issue[] => {
  const issues: Issue[] = [];
  const jobNumber = cleanSeen(remote.jobNumber);
  if (jobNumber && !fits(jobNumber, JOB_NUMBER_MAX_LENGTH)) {
    issues.push(issue('NAME_TOO_LONG', 'jobNumber', jobNumber));
  }
  const titles = [cleanSeen(remote.title), ...remote.memberships.map(({ title }) => title)];
  const long = titles.find((title) => title && !fits(title, NAME_MAX_LENGTH));
  if (long) issues.push(issue('NAME_TOO_LONG', 'title', long));
  return issues;
};

const mobileIssues = (context: AccountPlanContext, row: AccountRow, remote: RemoteAccountValue): Issue[] => {
  const mobile = mobileAfter(remote);
  if (mobile) return isLegalMobile(mobile) ? [] : [issue('MOBILE_ILLEGAL', 'mobile', mobile)];
  if (!context.rules.requireMobile) return [];
  // Not supplied is no fault of an account that has one.
  const missing = mobile === null || row.current === null || row.current.mobile === null;
  return missing ? [issue('MOBILE_MISSING', 'mobile', null)] : [];
};

const emailIssues = (remote: RemoteAccountValue): Issue[] => {
  const email = emailAfter(remote);
  return email && !isLegalEmail(email) ? [issue('EMAIL_ILLEGAL', 'email', email)] : [];
};

/** Issues of the units that a person names. Unknown ones only block when no known one is left. */
const orgUnitIssues = (context: AccountPlanContext, remote: RemoteAccountValue): Issue[] => {
  const { memberships } = remote;
  if (memberships.length === 0) return [issue('ORG_UNIT_MISSING', 'memberships', null)];
  const unknown = memberships.filter(({ orgUnitExternalId }) => !context.orgUnitOf(orgUnitExternalId));
  if (unknown.length === 0) return [];
  const blocking = unknown.length === memberships.length;
  return unknown.map(({ orgUnitExternalId }) =>
    issue('ORG_UNIT_UNKNOWN', 'memberships', orgUnitExternalId, blocking),
  );
};

const managerIssues = (context: AccountPlanContext, remote: RemoteAccountValue): Issue[] =>
  remote.managerExternalId && managerAfter(context, remote) === undefined
    ? [issue('MANAGER_UNKNOWN', 'managerId', remote.managerExternalId, false)]
    : [];

/** Issues of a new account's user name. */
export const userNameIssues = (userName: string | null): Issue[] => {
  if (userName === null) return [issue('USER_NAME_MISSING', 'userName', null)];
  return isLegalUserName(userName) ? [] : [issue('USER_NAME_ILLEGAL', 'userName', userName)];
};

/**
 * Issues of one row by its own facts. A row is judged by what it would write: a new or newly linked account by
 * everything, an existing one by the fields that change, so that nobody is held for what an import leaves alone.
 * Duplicates, quota and guard depend on the other rows: see `find-clashes.ts`, `quota.ts` and `guard.ts`.
 */
export const rowIssues = (
  context: AccountPlanContext,
  row: AccountRow & { readonly remote: RemoteAccountValue },
  changes: readonly FieldChange[],
): Issue[] => {
  const { remote, current } = row;
  const all = row.match.situation !== 'LINKED';
  const issues = [...nameIssues(remote, current === null), ...lengthIssues(remote)];
  if (all || touches(changes, 'mobile')) issues.push(...mobileIssues(context, row, remote));
  if (all || touches(changes, 'email')) issues.push(...emailIssues(remote));
  issues.push(...orgUnitIssues(context, remote), ...managerIssues(context, remote));
  issues.push(
    ...attributeIssues(context.definitions, remote.attributes, {
      current: current?.attributes ?? {},
      all,
    }),
  );
  return issues;
};
