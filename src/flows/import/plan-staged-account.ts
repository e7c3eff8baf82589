import {
  type AccountId,
  type Issue,
  type MatchKey,
  newId,
  type RemoteAccountValue,
} from '../../domain/index.ts';
import { agreedAccount, contestedAccount } from '../../planner/agreed.ts';
import { accountFrom, applyChanges, attributeName } from '../../planner/apply-changes.ts';
import type { AccountPlanContext, AccountRow, AccountState, PlannedAccount } from '../../planner/facts.ts';
import type { Matched } from '../../planner/match.ts';
import { addIssues, planAccount } from '../../planner/propose.ts';
import type { RosterAccountRow, WorkRow } from '../../store/queries/import-facts.ts';
import type { StagedAccountRow } from '../../store/queries/import-staged.ts';
import { accountSearchRow } from '../roster/search-row.ts';
import { decidedFields, mendAccount, mendedUserName, withSeats } from './mend.ts';
import { decisionAfter } from './stage-org-units.ts';

/** What all rows of a run are planned with. */
export interface AccountStaging {
  readonly context: AccountPlanContext;
  readonly matchKeys: readonly MatchKey[];
  /** Id that the account of a new person gets, when something has asked for it before. */
  readonly promisedId: (externalId: string) => AccountId | undefined;
  /** What the fetched people together say against one of them: identities that are somebody else's, too. */
  readonly issuesOf: (externalId: string) => readonly Issue[];
}

/** A person with the account that he is linked to, matched with, or was given by the reviewer. */
export interface Candidate {
  readonly work: WorkRow;
  readonly matched: Matched;
  readonly current: RosterAccountRow | null;
}

const SEARCHED: ReadonlySet<string> = new Set(['displayName', 'email', 'jobNumber', 'mobile', 'userName']);

const isFoundAnew = (planned: PlannedAccount): boolean =>
  planned.action === 'CREATE' ||
  planned.changes.some(({ field }) => SEARCHED.has(field) || attributeName(field) !== null);

const stateAfter = (planned: PlannedAccount, current: RosterAccountRow | null): AccountState =>
  current === null ? accountFrom(planned.changes) : applyChanges<AccountState>(current, planned.changes);

/** Memberships keep their ids; new ones get theirs now, so that the commit maps nothing. */
const withMembershipIds = (after: AccountState, current: RosterAccountRow | null): object => {
  const ids = new Map(current?.memberships.map(({ orgUnitId, id }) => [orgUnitId, id]));
  return {
    userName: after.userName,
    displayName: after.displayName,
    status: after.status,
    email: after.email,
    mobile: after.mobile,
    jobNumber: after.jobNumber,
    title: after.title,
    managerId: after.managerId,
    primaryOrgUnitId: after.primaryOrgUnitId,
    attributes: after.attributes,
    memberships: after.memberships.map(({ orgUnitId, leader, title, order }) => ({
      id: ids.get(orgUnitId) ?? newId<'Membership'>(),
      orgUnitId,
      leader,
      title,
      order,
    })),
  };
};

const rowOf = (candidate: Candidate, remote: RemoteAccountValue | null): AccountRow => {
  const { work, matched, current } = candidate;
  const mended = work.previous?.mended ?? {};
  const userName = mendedUserName(mended);
  return {
    externalId: work.externalId,
    remote,
    current,
    match: matched.match,
    base: work.base,
    decided: decidedFields(mended),
    ...(matched.dispute === null ? {} : { dispute: matched.dispute }),
    ...(userName === undefined ? {} : { userName }),
  };
};

const idOf = (staging: AccountStaging, planned: PlannedAccount, work: WorkRow): AccountId | null => {
  if (planned.action !== 'CREATE') return planned.targetId;
  const before = work.previous?.createdId as AccountId | null | undefined;
  return before ?? staging.promisedId(work.externalId) ?? newId<'Account'>();
};

/** What is agreed on by and by; of what the platform said, not of what the reviewer has put in its place. */
const agreementOf = (
  { context }: AccountStaging,
  { work }: Candidate,
  { issues }: PlannedAccount,
): Pick<StagedAccountRow, 'agreed' | 'contested'> =>
  work.remote === null || issues.length === 0
    ? { agreed: null, contested: null }
    : {
        agreed: agreedAccount(work.remote, issues, context.orgUnitOf),
        contested: contestedAccount(work.remote, issues),
      };

/** The staged row of one person. */
export const planStagedAccount = (
  staging: AccountStaging,
  candidate: Candidate,
  ordinal: number,
): StagedAccountRow => {
  const { work, current } = candidate;
  const mended = work.previous?.mended ?? {};
  const isMended = Object.keys(mended).length > 0;
  const context = isMended ? withSeats(staging.context) : staging.context;
  const remote =
    isMended && work.remote !== null ? mendAccount(work.remote, mended, staging.context) : work.remote;
  const planned = addIssues(
    planAccount(context, rowOf(candidate, remote)),
    staging.issuesOf(work.externalId),
  );
  const agreement = agreementOf(staging, candidate, planned);
  const accountId = idOf(staging, planned, work);
  const after = stateAfter(planned, planned.action === 'CREATE' ? null : current);
  const search =
    accountId !== null && isFoundAnew(planned) ? accountSearchRow({ ...after, id: accountId }) : null;
  return {
    id: work.previous?.id ?? newId<'StagedAccount'>(),
    ordinal,
    externalId: work.externalId,
    remoteAccountId: work.remoteAccountId,
    name: after.displayName || remote?.name || work.name,
    situation: planned.situation,
    action: planned.action,
    accountId,
    baseVersion: planned.baseVersion,
    matchKey: planned.keyIndex === null ? null : (staging.matchKeys[planned.keyIndex] ?? null),
    candidates: planned.candidates,
    hash: work.hash,
    after: withMembershipIds(after, current),
    changes: planned.changes,
    issues: planned.issues,
    blocking: planned.blocking,
    decision: decisionAfter({ ...planned, ...agreement }, planned.decision, work.previous),
    reason: planned.reason,
    ...agreement,
    searchText: search?.searchText ?? null,
    searchGrams: search?.grams ?? null,
    mended,
  };
};
