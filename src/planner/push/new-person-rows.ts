import { personFacts, sortedChanges } from './account-rows.ts';
import { type Draft, draft, hold, skip, tell } from './draft.ts';
import type { PushAccount } from './facts.ts';
import { createdFields, isFatal, missingOneOf } from './field-values.ts';
import type { FoundPerson } from './match-people.ts';
import { newSeats } from './memberships.ts';
import type { PeoplePlanning } from './people-facts.ts';

/** Somebody who is to be created; whatever the platform requires and is not there keeps the row from going. */
export const createRow = (planning: PeoplePlanning, account: PushAccount, wasThere: boolean): Draft => {
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
  for (const one of missingOneOf(context.input.capabilities.oneOf, fields.values)) skip(row, one);
  for (const one of seats.issues) (seats.memberships === null ? skip : tell)(row, one);
  if (wasThere) hold(row, 'GONE_ON_PLATFORM');
  return row;
};

/** Somebody who was found; nothing is written to the platform. */
export const linkRow = (
  { context }: PeoplePlanning,
  account: PushAccount,
  { remote, keyIndex }: FoundPerson,
): Draft => {
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
export const toldRow = (planning: PeoplePlanning, account: PushAccount): Draft | null => {
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
