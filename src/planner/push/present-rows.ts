import type { PushIssue, PushReason } from '../../domain/sync.ts';
import {
  membershipsBefore,
  type PersonOutcome,
  personFacts,
  seatChange,
  sortedChanges,
} from './account-rows.ts';
import { agreedAtLink } from './agreed-at-link.ts';
import { type Draft, draft, hold, issue, skip, tell } from './draft.ts';
import type { PushAccount, RemoteAccountState } from './facts.ts';
import { type FieldDiff, NO_FIELDS, updatedFields } from './field-values.ts';
import { SEATED } from './memberships.ts';
import { type MergedSeats, mergedSeats } from './merge-seats.ts';
import type { PeoplePlanning } from './people-facts.ts';
import { NEVER_AGREED } from './push-masters.ts';

const reasonOf = ({ context }: PeoplePlanning, account: PushAccount, link: Draft | null): PushReason => {
  if (link !== null) return 'MATCHED';
  return context.input.agreed.get(account.id) === account.version ? 'DRIFT' : 'ROSTER_CHANGED';
};

interface Difference {
  readonly fields: FieldDiff;
  readonly seats: MergedSeats;
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
    contested: fields.contested.filter(isKept),
  };
};

const unseated = (seats: MergedSeats, why: PushIssue): MergedSeats =>
  seats.memberships === null ? seats : { ...SEATED, issues: [...seats.issues, why] };

/** Leaves out what may not be done: to protected people, and by the switches of the connection. */
const permitted = (
  { context, fields: plans }: PeoplePlanning,
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
  planning: PeoplePlanning,
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
  if (fields.contested.length > 0 || seats.contested === true) hold(row, 'FIELD_CONFLICT');
  return row;
};

const enableRow = (
  planning: PeoplePlanning,
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
export const presentRows = (
  planning: PeoplePlanning,
  account: PushAccount,
  person: { readonly remote: RemoteAccountState; readonly link: Draft | null },
): PersonOutcome | null => {
  const { remote, link } = person;
  const { context, tree, seats } = planning;
  const base = link === null ? (context.input.agreedValues?.get(account.id) ?? {}) : NEVER_AGREED;
  const wished: Difference = {
    fields: updatedFields(planning.fields, {
      account,
      remote: remote.value,
      agreed: context.input.agreedFields?.get(account.id),
      base,
    }),
    seats: mergedSeats(context, { tree, seats }, { account, before: remote.value.memberships, base }),
  };
  if (link !== null) link.content = agreedAtLink(planning.fields, remote.value, wished);
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
