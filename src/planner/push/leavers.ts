import type { PushReason } from '../../domain/sync.ts';
import { membershipsBefore, type PersonOutcome, personFacts, seatChange } from './account-rows.ts';
import type { PushContext } from './context.ts';
import { type Draft, draft, issue, PHASES, skip } from './draft.ts';
import type { PushAccount, RemoteAccountState } from './facts.ts';
import type { AccountScope } from './scope.ts';
import type { UnitTree } from './unit-nodes.ts';

export type LeaverReason = Extract<
  PushReason,
  'DISABLED_IN_ROSTER' | 'DELETED_IN_ROSTER' | 'OUT_OF_SCOPE' | 'EXCLUDED'
>;

/** Why somebody who is linked has to go; `null` = stays. Exclusion beats everything but deletion (row W-DD-36). */
export const whyLeaving = (
  { input }: PushContext,
  { status }: PushAccount,
  scope: AccountScope,
): LeaverReason | null => {
  if (status === 'DELETED') return 'DELETED_IN_ROSTER';
  if (scope === 'EXCLUDED') return 'EXCLUDED';
  if (scope === 'OUT' && input.rules.outOfScope === 'REMOVE') return 'OUT_OF_SCOPE';
  return status === 'DISABLED' ? 'DISABLED_IN_ROSTER' : null;
};

const RULES: Readonly<Record<LeaverReason, string>> = {
  DISABLED_IN_ROSTER: 'leaver.action',
  DELETED_IN_ROSTER: 'leaver.action',
  OUT_OF_SCOPE: 'outOfScope',
  EXCLUDED: 'scope.excludeAccountIds',
};

const DAY = 24 * 60 * 60 * 1000;

/** Only who is known to be disabled there, and has been so in the roster for long enough. */
const isDue = ({ input }: PushContext, account: PushAccount, remote: RemoteAccountState): boolean => {
  const days = input.rules.leaver.deleteAfterDays;
  if (days === null || remote.value.active !== false || account.status === 'ACTIVE') return false;
  return account.statusSince !== null && account.statusSince.getTime() + days * DAY <= input.now.getTime();
};

interface Leaving {
  readonly context: PushContext;
  readonly tree: UnitTree;
  readonly account: PushAccount;
  readonly remote: RemoteAccountState;
  readonly reason: LeaverReason;
}

const removal = (
  { context, account, remote }: Leaving,
  kind: 'DELETE_ACCOUNT' | 'DISABLE_ACCOUNT',
  why: { readonly reason: PushReason; readonly rule: string },
): Draft => {
  const row = draft({
    ...personFacts(account, remote, { ...why, phase: PHASES.PEOPLE_LEAVE }),
    kind,
    changes: [
      kind === 'DELETE_ACCOUNT'
        ? { field: 'account', before: remote.value.externalId, after: null }
        : { field: 'active', before: remote.value.active ?? null, after: false },
    ],
  });
  const barred = context.barred(kind, 'removeAccounts');
  if (context.protectedAccounts.has(account.id)) skip(row, issue('PROTECTED'));
  else if (barred !== null) skip(row, barred);
  return row;
};

const parking = ({ context, tree, account, remote }: Leaving, disabling: Draft | null): Draft | null => {
  const { parkOrgUnitExternalId: unit } = context.input.rules.leaver;
  const before = membershipsBefore(remote.value);
  if (unit === null || (before.length === 1 && before[0]?.orgUnitExternalId === unit)) return null;
  const memberships = [{ orgUnit: { externalId: unit }, primary: true }];
  const row = draft({
    ...personFacts(account, remote, {
      reason: 'PARKED',
      rule: 'leaver.parkOrgUnitExternalId',
      phase: PHASES.PEOPLE_LEAVE,
    }),
    kind: 'MOVE_ACCOUNT',
    content: { memberships, membershipsBefore: before },
    changes: [seatChange(before, memberships)],
    needs: disabling === null ? [] : [disabling],
  });
  row.leaves = before.filter(({ orgUnitExternalId }) => orgUnitExternalId !== unit).length;
  const barred = context.barred('MOVE_ACCOUNT', 'moveAccounts');
  const isThere = context.remoteUnits.has(unit) && tree.removalOf.get(unit)?.issue !== null;
  if (context.protectedAccounts.has(account.id)) skip(row, issue('PROTECTED'));
  else if (barred !== null) skip(row, barred);
  else if (!isThere) skip(row, issue('ORG_UNIT_MISSING', 'memberships', unit));
  return row;
};

/**
 * Rows of somebody who is to go and is there. Disabling comes first and can be taken back; deleting only when the rule
 * says so and the roster does not merely keep the person from signing in, or when the disabled person is due.
 */
export const leaverRows = (leaving: Leaving): PersonOutcome | null => {
  const { context, account, remote, reason } = leaving;
  const { action } = context.input.rules.leaver;
  if (action === 'NONE') return null;
  const outcome = { accountId: account.id, externalId: remote.value.externalId, presence: null, seats: null };
  const rule = RULES[reason];
  if (action === 'DELETE' && reason !== 'DISABLED_IN_ROSTER') {
    const leaves = removal(leaving, 'DELETE_ACCOUNT', { reason, rule });
    return { ...outcome, leaves, rows: [leaves] };
  }
  if (action === 'DISABLE' && isDue(context, account, remote)) {
    const leaves = removal(leaving, 'DELETE_ACCOUNT', {
      reason: 'DELETE_DUE',
      rule: 'leaver.deleteAfterDays',
    });
    return { ...outcome, leaves, rows: [leaves] };
  }
  const disables =
    remote.value.active === false ? null : removal(leaving, 'DISABLE_ACCOUNT', { reason, rule });
  const seats = action === 'DISABLE' ? parking(leaving, disables) : null;
  const rows = [disables, seats].filter((row) => row !== null);
  return rows.length === 0 ? null : { ...outcome, seats, leaves: null, rows };
};
