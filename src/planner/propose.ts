import type { RemoteAccountValue } from '../domain/remote.ts';
import type { Decision, FieldChange, Issue, StagedAction } from '../domain/staging.ts';
import { diffAccount, newAccountChanges } from './diff.ts';
import { sortChanges } from './digest.ts';
import {
  type AccountPlanContext,
  type AccountRow,
  NO_CHANGES,
  NO_ISSUES,
  type PlannedAccount,
  type RosterAccount,
} from './facts.ts';
import { issue, rowIssues, userNameIssues } from './issues.ts';
import { masterOf } from './masters.ts';
import { type Merged, mergeIssues } from './merge.ts';
import { accountFieldOf, mergeAccount } from './merge-account.ts';
import type { ReasonCode } from './reasons.ts';
import { proposeUserName } from './user-name.ts';

interface Verdict {
  readonly action: StagedAction;
  readonly reason: ReasonCode;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  /** Waits for the reviewer even without blocking issue. */
  readonly held: boolean;
}

const UNCHANGED: Verdict = Object.freeze({
  action: 'NONE',
  reason: 'UNCHANGED',
  changes: NO_CHANGES,
  issues: NO_ISSUES,
  held: false,
});

/** A row that writes nothing blocks nothing: its issues are told, not enforced. */
const settle = (row: AccountRow, verdict: Verdict): PlannedAccount => {
  const inert = verdict.action === 'NONE' && row.match.situation !== 'DISPUTED';
  const issues =
    inert && verdict.issues.some(({ blocking }) => blocking)
      ? verdict.issues.map((each) => ({ ...each, blocking: false }))
      : verdict.issues;
  const blocking = issues.some((each) => each.blocking);
  return {
    externalId: row.externalId,
    situation: row.match.situation,
    action: verdict.action,
    reason: verdict.reason,
    changes: verdict.changes,
    issues,
    blocking,
    decision: blocking || verdict.held ? 'PENDING' : 'ACCEPTED',
    targetId: row.current?.id ?? null,
    baseVersion: row.current?.version ?? null,
    candidates: row.match.candidates,
    keyIndex: row.match.keyIndex,
    settled: issues.length === 0,
  };
};

const statusChange = (current: RosterAccount, after: 'ACTIVE' | 'DISABLED'): FieldChange => ({
  field: 'status',
  before: current.status,
  after,
});

/** Linked, and absent from a complete fetch. Imports never delete; whoever has a role is left alone. */
const leaverVerdict = (context: AccountPlanContext, current: RosterAccount): Verdict => {
  if (current.status !== 'ACTIVE') return { ...UNCHANGED, reason: 'LEAVER_ALREADY_DISABLED' };
  const left = issue('LEAVER', 'status', null, false);
  if (current.protected) {
    const issues = [left, issue('PROTECTED_ACCOUNT', 'status', null, false)];
    return { ...UNCHANGED, reason: 'LEAVER_PROTECTED', issues, held: true };
  }
  if (context.rules.leaverAction === 'NONE') {
    return { ...UNCHANGED, reason: 'LEAVER_RULE_NONE', issues: [left], held: true };
  }
  const changes = [statusChange(current, 'DISABLED')];
  return { action: 'DISABLE', reason: 'LEFT_PLATFORM', changes, issues: [left], held: true };
};

type Present = AccountRow & { readonly remote: RemoteAccountValue };

const newVerdict = (context: AccountPlanContext, row: Present): Verdict => {
  const userName = row.userName ?? proposeUserName(context.rules.userNameSource, row.remote);
  const changes = newAccountChanges(context, row.remote, userName);
  const issues = [...userNameIssues(userName), ...rowIssues(context, row, changes)];
  return { action: 'CREATE', reason: 'NEW_ON_PLATFORM', changes, issues, held: false };
};

/** How somebody signs in and whether they may: what an import must not touch at a protected account (S15). */
const SIGN_IN_FIELDS: ReadonlySet<string> = new Set(['email', 'mobile', 'status', 'userName']);

interface Withheld {
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
}

const withhold = (current: RosterAccount, changes: readonly FieldChange[]): Withheld => {
  if (!current.protected) return { changes, issues: NO_ISSUES };
  const kept = changes.filter(({ field }) => !SIGN_IN_FIELDS.has(field));
  if (kept.length === changes.length) return { changes, issues: NO_ISSUES };
  const issues = changes
    .filter(({ field }) => SIGN_IN_FIELDS.has(field))
    .map(({ field, after }) =>
      issue('PROTECTED_ACCOUNT', field, after === null ? null : String(after), false),
    );
  return { changes: kept.length === 0 ? NO_CHANGES : kept, issues };
};

/** The status that the platform's word asks for, `null` when it asks for none. */
const statusAfter = (current: RosterAccount, active: boolean | null | undefined) => {
  if (active === false) return current.status === 'ACTIVE' ? 'DISABLED' : null;
  // Whom an administrator disabled, an import never enables.
  return current.status === 'DISABLED' && current.disabledByImport ? 'ACTIVE' : null;
};

const linkedAction = (changes: readonly FieldChange[], of: Taken): [StagedAction, ReasonCode] => {
  if (changes.length === 0) return ['NONE', of.merged.kept.length === 0 ? 'UNCHANGED' : 'ROSTER_STANDS'];
  return of.moved ? ['MOVE', 'MEMBERSHIPS_CHANGED'] : ['UPDATE', 'FIELDS_CHANGED'];
};

const action = (
  row: Present,
  changes: readonly FieldChange[],
  of: Taken,
): Pick<Verdict, 'action' | 'reason' | 'held'> => {
  const status = changes.find(({ field }) => field === 'status')?.after;
  if (row.match.situation === 'UNLINKED') {
    return { action: 'LINK', reason: 'MATCHED', held: status !== undefined };
  }
  if (status === 'DISABLED') return { action: 'DISABLE', reason: 'REMOTE_INACTIVE', held: true };
  const [plain, reason] = linkedAction(changes, of);
  return status === 'ACTIVE'
    ? { action: plain, reason: 'RETURNED', held: true }
    : { action: plain, reason, held: false };
};

/** What an account takes over of the platform's values. */
interface Taken {
  readonly merged: Merged;
  /** The set of units or the primary unit changes. */
  readonly moved: boolean;
}

const SEATS: ReadonlySet<string> = new Set(['memberships', 'primaryOrgUnitId']);

const takenOver = (context: AccountPlanContext, row: Present, current: RosterAccount): Taken => {
  const diff = diffAccount(context, row.remote, current);
  const isNewLink = row.match.situation === 'UNLINKED';
  const { base, decided, externalId } = row;
  const merged = mergeAccount(context, { externalId, current, isNewLink, base, decided }, diff.changes);
  return { merged, moved: diff.moved && merged.changes.some(({ field }) => SEATS.has(field)) };
};

/** What is wrong with a value that the roster keeps out anyway holds nobody up. */
const isKeptOut = (context: AccountPlanContext, { merged }: Taken, field: string | null): boolean => {
  const mastered = field === null ? null : accountFieldOf(field);
  if (mastered === null || context.masters === undefined) return false;
  return (
    masterOf(context.masters, mastered) === 'ROSTER' ||
    merged.kept.some((change) => accountFieldOf(change.field) === mastered)
  );
};

const presentVerdict = (context: AccountPlanContext, row: Present, current: RosterAccount): Verdict => {
  if (current.status === 'DELETED') return { ...UNCHANGED, reason: 'DELETED_IN_ROSTER' };
  const taken = takenOver(context, row, current);
  const { merged } = taken;
  const status = statusAfter(current, row.remote.active);
  const wanted =
    status === null ? merged.changes : sortChanges([...merged.changes, statusChange(current, status)]);
  const { changes, issues: withheld } = withhold(current, wanted);
  const contested = merged.contested.filter(({ change }) => changes.includes(change));
  const own = rowIssues(context, row, changes).filter(({ field }) => !isKeptOut(context, taken, field));
  const linking = row.match.situation === 'UNLINKED';
  const takeover = linking && current.protected ? [issue('PROTECTED_ACCOUNT', null, current.userName)] : [];
  const verdict = action(row, changes, taken);
  const told = [...takeover, ...withheld, ...mergeIssues({ ...merged, contested }), ...own];
  const held = verdict.held || withheld.length > 0 || contested.length > 0;
  return { ...verdict, changes, issues: told.length === 0 ? NO_ISSUES : told, held };
};

const disputedVerdict = (row: AccountRow): Verdict => {
  const code = row.dispute ?? 'MATCH_DISPUTED';
  const issues = [issue(code, null, row.match.candidates.join(' ') || null)];
  const reason = code === 'MATCH_TAKEN' ? 'MATCH_TAKEN' : 'SEVERAL_MATCHES';
  return { action: 'NONE', reason, changes: NO_CHANGES, issues, held: true };
};

/**
 * Situation and difference of one person → proposed action, changes, issues, decision.
 *
 * LINKED without change → NONE; units or primary unit changed → MOVE, other changes riding along; fields only
 * → UPDATE. UNLINKED → LINK, changes riding along. UNMATCHED → CREATE. DELETED → DISABLE, or NONE by rule or
 * when disabled before. DISPUTED → NONE until somebody chooses. Held for review whatever the issues: leavers,
 * returners, whom the platform calls inactive, every change withheld from a protected account, and every field
 * that both sides may write and both have changed.
 *
 * Throws TypeError when situation and values contradict each other.
 */
export const planAccount = (context: AccountPlanContext, row: AccountRow): PlannedAccount => {
  const { remote, current, match } = row;
  if (match.situation === 'DISPUTED') return settle({ ...row, current: null }, disputedVerdict(row));
  if (match.situation === 'UNMATCHED') {
    if (remote === null || current !== null) throw new TypeError(`${row.externalId}: not unmatched`);
    return settle(row, newVerdict(context, { ...row, remote }));
  }
  if (current === null) throw new TypeError(`${row.externalId}: no account for ${match.situation}`);
  if (remote === null) return settle(row, leaverVerdict(context, current));
  return settle(row, presentVerdict(context, { ...row, remote }, current));
};

/** Issues that do not block and still wait for the reviewer. */
const HOLDING: ReadonlySet<string> = new Set([
  'FIELD_CONFLICT',
  'GUARD_TRIPPED',
  'LEAVER',
  'PROTECTED_ACCOUNT',
]);

/** A plan with issues that only the other rows could tell (duplicates, quota, guard); the decision follows. */
export const addIssues = (planned: PlannedAccount, issues: readonly Issue[]): PlannedAccount => {
  if (issues.length === 0) return planned;
  const blocking = planned.blocking || issues.some((each) => each.blocking);
  const held = blocking || issues.some(({ code }) => HOLDING.has(code));
  const decision: Decision = held ? 'PENDING' : planned.decision;
  return { ...planned, issues: [...planned.issues, ...issues], blocking, decision, settled: false };
};
