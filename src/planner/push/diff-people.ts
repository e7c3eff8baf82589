import type { AccountId } from '../../domain/ids.ts';
import type { PushIssue, PushReason } from '../../domain/sync.ts';
import {
  membershipsBefore,
  type PersonOutcome,
  personFacts,
  quarantine,
  seatChange,
  sortedChanges,
} from './account-rows.ts';
import type { PushContext } from './context.ts';
import { type Draft, draft, hold, issue, skip, tell } from './draft.ts';
import type { PushAccount, RemoteAccountState } from './facts.ts';
import {
  createdFields,
  type FieldDiff,
  type FieldPlan,
  isFatal,
  NO_FIELDS,
  updatedFields,
} from './field-values.ts';
import { leaverRows, whyLeaving } from './leavers.ts';
import type { FoundPerson, PeopleMatch } from './match-people.ts';
import { newSeats, SEATED, type SeatPlan, type Seats, updatedSeats } from './memberships.ts';
import type { PushScope } from './scope.ts';
import type { UnitTree } from './unit-nodes.ts';
import { byId, type WantedId, wantedIds } from './user-id.ts';

export interface PeoplePlan {
  readonly rows: readonly Draft[];
  readonly byAccount: ReadonlyMap<AccountId, PersonOutcome>;
  readonly byExternal: ReadonlyMap<string, PersonOutcome>;
  /** People of the roster whom the plan is about. */
  readonly counted: number;
  readonly inScope: number;
}

/** What all people of a plan have in common. */
export interface PeopleFacts {
  readonly scope: PushScope;
  readonly tree: UnitTree;
  readonly seats: Seats;
  readonly match: PeopleMatch;
  readonly fields: readonly FieldPlan[];
}

interface Planning extends PeopleFacts {
  readonly context: PushContext;
  readonly wanted: (account: PushAccount) => WantedId;
}

const reasonOf = ({ context }: Planning, account: PushAccount, link: Draft | null): PushReason => {
  if (link !== null) return 'MATCHED';
  return context.input.agreed.get(account.id) === account.version ? 'DRIFT' : 'ROSTER_CHANGED';
};

interface Difference {
  readonly fields: FieldDiff;
  readonly seats: SeatPlan;
}

const without = (
  fields: FieldDiff,
  isKept: (field: string) => boolean,
  why: (field: string) => PushIssue,
): FieldDiff => {
  const dropped = fields.changes.filter(({ field }) => !isKept(field));
  if (dropped.length === 0) return fields;
  return {
    values: Object.fromEntries(Object.entries(fields.values).filter(([field]) => isKept(field))),
    changes: fields.changes.filter(({ field }) => isKept(field)),
    issues: [...fields.issues, ...dropped.map(({ field }) => why(field))],
  };
};

const unseated = (seats: SeatPlan, why: PushIssue): SeatPlan =>
  seats.memberships === null ? seats : { ...SEATED, issues: [...seats.issues, why] };

/** Leaves out what may not be done: to protected people, and by the switches of the connection. */
const permitted = (
  { context, fields: plans }: Planning,
  account: PushAccount,
  wished: Difference,
): Difference => {
  let { fields, seats } = wished;
  if (context.protectedAccounts.has(account.id)) {
    const names = new Set(
      plans.flatMap(({ target }) => (target.loginId || target.name === 'name' ? [target.name] : [])),
    );
    fields = without(
      fields,
      (field) => !names.has(field),
      (field) => issue('PROTECTED', field),
    );
    seats = unseated(seats, issue('PROTECTED', 'memberships'));
  }
  const noUpdate = context.barred('UPDATE_ACCOUNT', 'updateAccounts');
  if (noUpdate !== null)
    fields = without(
      fields,
      () => false,
      (field) => (noUpdate.field === null ? { ...noUpdate, field } : noUpdate),
    );
  const noMove = context.barred(
    context.input.capabilities.operations.has('MOVE_ACCOUNT') ? null : 'UPDATE_ACCOUNT',
    'moveAccounts',
  );
  if (noMove !== null) seats = unseated(seats, noMove);
  return { fields, seats };
};

const ruleOf = ({ fields, seats }: Difference): string => {
  const [first, second] = fields.changes.length > 0 ? fields.changes : fields.issues;
  if (first === undefined || (seats.memberships === null && second !== undefined)) {
    return first === undefined ? 'operations.moveAccounts' : 'fields';
  }
  return second === undefined && first.field !== null ? `fields.${first.field}` : 'fields';
};

const changeRow = (
  planning: Planning,
  person: { readonly account: PushAccount; readonly remote: RemoteAccountState; readonly link: Draft | null },
  difference: Difference,
): Draft => {
  const { account, remote, link } = person;
  const { fields, seats } = difference;
  const { operations } = planning.context.input.capabilities;
  const seated = seats.memberships;
  const onlySeats =
    fields.changes.length === 0 && fields.issues.length === 0 && operations.has('MOVE_ACCOUNT');
  const before = seated === null ? [] : membershipsBefore(remote.value);
  const row = draft({
    ...personFacts(account, remote, { reason: reasonOf(planning, account, link), rule: ruleOf(difference) }),
    kind: onlySeats ? 'MOVE_ACCOUNT' : 'UPDATE_ACCOUNT',
    content: {
      ...(fields.changes.length === 0 ? {} : { values: fields.values }),
      ...(seated === null ? {} : { memberships: seated, membershipsBefore: before }),
    },
    changes:
      seated === null ? fields.changes : sortedChanges([...fields.changes, seatChange(before, seated)]),
    needs: link === null ? seats.needs : [link, ...seats.needs],
  });
  row.leaves = seats.removed.length;
  const issues = [...fields.issues, ...seats.issues];
  for (const one of issues) tell(row, one);
  if (row.changes.length === 0) row.state = 'SKIPPED';
  return row;
};

const enableRow = (
  planning: Planning,
  account: PushAccount,
  remote: RemoteAccountState,
  link: Draft | null,
): Draft => {
  const drifted = planning.context.input.agreed.get(account.id) === account.version;
  const row = draft({
    ...personFacts(account, remote, {
      reason: drifted ? 'DRIFT' : 'RETURNED',
      rule: 'operations.updateAccounts',
    }),
    kind: 'ENABLE_ACCOUNT',
    changes: [{ field: 'active', before: false, after: true }],
    needs: link === null ? [] : [link],
  });
  const barred = planning.context.barred('ENABLE_ACCOUNT', 'updateAccounts');
  if (barred !== null) skip(row, barred);
  return row;
};

/** Somebody who is on both sides. */
const presentRows = (
  planning: Planning,
  account: PushAccount,
  person: { readonly remote: RemoteAccountState; readonly link: Draft | null },
): PersonOutcome | null => {
  const { remote, link } = person;
  const { context, tree, seats } = planning;
  const wished: Difference = {
    fields: updatedFields(planning.fields, account, remote.value),
    seats: updatedSeats(context, { tree, seats }, { account, before: remote.value.memberships }),
  };
  const differs = wished.fields !== NO_FIELDS || wished.seats !== SEATED;
  const isOff = remote.value.active === false;
  if (!differs && !isOff && link === null) return null;
  const enable = isOff ? enableRow(planning, account, remote, link) : null;
  const change = differs
    ? changeRow(planning, { account, remote, link }, permitted(planning, account, wished))
    : null;
  if (change !== null && enable !== null) change.follows = [enable];
  const rows = [link, enable, change].filter((row) => row !== null);
  const carries = change?.content.memberships === undefined ? null : change;
  return {
    accountId: account.id,
    externalId: remote.value.externalId,
    presence: link,
    seats: carries,
    leaves: null,
    rows,
  };
};

const createRow = (planning: Planning, account: PushAccount, wasThere: boolean): Draft => {
  const { context } = planning;
  const fields = createdFields(planning.fields, account);
  const seats = newSeats(context, planning.seats, account);
  const wanted = planning.wanted(account);
  const id = wanted !== null && 'externalId' in wanted ? wanted.externalId : null;
  const row = draft({
    ...personFacts(account, null, {
      reason: wasThere ? 'GONE_ON_PLATFORM' : 'NEW_IN_ROSTER',
      rule: 'operations.createAccounts',
    }),
    kind: 'CREATE_ACCOUNT',
    content: {
      values: fields.values,
      memberships: seats.memberships ?? [],
      ...(id === null ? {} : { wantedExternalId: id }),
    },
    changes: sortedChanges([
      ...fields.changes,
      ...(seats.memberships === null
        ? []
        : [{ field: 'memberships', before: null, after: seats.memberships }]),
      ...(id === null ? [] : [{ field: 'externalId', before: null, after: id }]),
    ]),
    needs: seats.needs,
  });
  const barred = context.barred('CREATE_ACCOUNT', 'createAccounts');
  if (barred !== null) skip(row, barred);
  if (wanted !== null && 'issue' in wanted) skip(row, wanted.issue);
  for (const one of fields.issues) (isFatal(planning.fields, one) ? skip : tell)(row, one);
  for (const one of seats.issues) (seats.memberships === null ? skip : tell)(row, one);
  if (wasThere) hold(row, 'GONE_ON_PLATFORM');
  return row;
};

const linkRow = ({ context }: Planning, account: PushAccount, { remote, keyIndex }: FoundPerson): Draft => {
  const row = draft({
    ...personFacts(account, remote, {
      reason: keyIndex === null ? 'INVITATION_ACCEPTED' : 'MATCHED',
      rule: keyIndex === null ? 'operations.link' : `matchKeys.${keyIndex}`,
    }),
    kind: 'LINK_ACCOUNT',
  });
  const barred = context.barred(null, 'link');
  if (barred !== null) skip(row, barred);
  return row;
};

/** A row that only tells: who waits, and who might be somebody else. */
const toldRow = (planning: Planning, account: PushAccount): Draft | null => {
  const dispute = planning.match.disputed.get(account.id);
  if (dispute !== undefined) {
    const row = draft({
      ...personFacts(account, null, { reason: 'MATCHED', rule: 'matchKeys' }),
      kind: 'LINK_ACCOUNT',
    });
    skip(row, dispute);
    return row;
  }
  if (!planning.context.input.invitations.has(account.id)) return null;
  const row = draft({
    ...personFacts(account, null, { reason: 'INVITATION_PENDING', rule: 'operations.createAccounts' }),
    kind: 'CREATE_ACCOUNT',
  });
  row.state = 'SKIPPED';
  return row;
};

/** Somebody in scope: updated, linked, created, or told of. */
const stayingRows = (planning: Planning, account: PushAccount): PersonOutcome | null => {
  const { context, match } = planning;
  const externalId = context.input.links.accounts.get(account.id);
  const outcome = { accountId: account.id, externalId: null, seats: null, leaves: null };
  if (externalId !== undefined) {
    const remote = context.remoteAccounts.get(externalId);
    if (remote !== undefined) return presentRows(planning, account, { remote, link: null });
    const presence = createRow(planning, account, true);
    return { ...outcome, presence, rows: [presence] };
  }
  const found = match.found.get(account.id);
  if (found !== undefined) {
    const link = linkRow(planning, account, found);
    if (link.state === 'PLANNED') return presentRows(planning, account, { remote: found.remote, link });
    return { ...outcome, presence: link, rows: [link] };
  }
  const presence = toldRow(planning, account) ?? createRow(planning, account, false);
  return { ...outcome, presence, rows: [presence] };
};

const rowsOf = (planning: Planning, account: PushAccount): PersonOutcome | null => {
  const { context, tree } = planning;
  const scope = planning.scope.accountScope(account);
  const reason = whyLeaving(context, account, scope);
  if (reason === null)
    return scope === 'IN' && account.status === 'ACTIVE' ? stayingRows(planning, account) : null;
  const externalId = context.input.links.accounts.get(account.id);
  const remote = externalId === undefined ? undefined : context.remoteAccounts.get(externalId);
  return remote === undefined ? null : leaverRows({ context, tree, account, remote, reason });
};

const newcomersOf = (context: PushContext, facts: PeopleFacts): PushAccount[] =>
  context.input.accounts.filter((account) => {
    if (account.status !== 'ACTIVE' || !context.actsOnAccount(account.id)) return false;
    const linked = context.input.links.accounts.get(account.id);
    if (linked === undefined ? facts.match.found.has(account.id) : context.remoteAccounts.has(linked))
      return false;
    return facts.scope.accountScope(account) === 'IN';
  });

/** What becomes of every person of the plan, one by one; values that two people want are judged afterwards. */
export const diffPeople = (context: PushContext, facts: PeopleFacts): PeoplePlan => {
  const planning: Planning = { ...facts, context, wanted: wantedIds(context, newcomersOf(context, facts)) };
  const rows: Draft[] = [];
  const byAccount = new Map<AccountId, PersonOutcome>();
  const byExternal = new Map<string, PersonOutcome>();
  let counted = 0;
  let inScope = 0;
  for (const account of context.input.accounts.toSorted(byId)) {
    if (!context.actsOnAccount(account.id)) continue;
    const isIn = account.status === 'ACTIVE' && facts.scope.accountScope(account) === 'IN';
    if (isIn) inScope++;
    if (isIn || context.input.links.accounts.has(account.id)) counted++;
    const outcome = rowsOf(planning, account);
    if (outcome === null) continue;
    quarantine(context, account, outcome.rows);
    rows.push(...outcome.rows);
    byAccount.set(account.id, outcome);
    if (outcome.externalId !== null) byExternal.set(outcome.externalId, outcome);
  }
  return { rows, byAccount, byExternal, counted, inScope };
};
