import type { AccountId } from '../../domain/ids.ts';
import type { AccountRef } from '../../domain/sync.ts';
import { masterOf } from '../masters.ts';
import { personFacts } from './account-rows.ts';
import type { PushContext } from './context.ts';
import type { PeoplePlan } from './diff-people.ts';
import { type Draft, draft, hold, isOut, issue, PHASES, skip, tell } from './draft.ts';
import type { PushAccount } from './facts.ts';
import type { PeopleFacts } from './people-facts.ts';
import { judgeField, NEVER_AGREED, type Verdict } from './push-masters.ts';

/** Somebody who will be on the platform. */
export interface Presence {
  /** `null` of somebody who is to be created. */
  readonly externalId: string | null;
  /** The row that makes the person known. */
  readonly needs: Draft | null;
}

/** Who will be on the platform once the plan is applied; `null` for all others. */
export const presenceOf = (context: PushContext, people: PeoplePlan, id: AccountId): Presence | null => {
  const outcome = people.byAccount.get(id);
  if (outcome?.leaves && !isOut(outcome.leaves)) return null;
  if (outcome?.presence) {
    return isOut(outcome.presence) ? null : { externalId: outcome.externalId, needs: outcome.presence };
  }
  const externalId = context.input.links.accounts.get(id);
  if (externalId === undefined) return null;
  const isKnown = !context.wholePeople || context.remoteAccounts.has(externalId);
  return isKnown ? { externalId, needs: null } : null;
};

/**
 * Who somebody's manager is on the platform, or was when both last agreed; `undefined` = not known and not changed
 * since, which is never compared.
 */
const managerBefore = (
  { input, remoteAccounts }: PushContext,
  account: PushAccount,
  self: Presence,
): string | null | undefined => {
  if (self.externalId === null) return null;
  const remote = remoteAccounts.get(self.externalId);
  if (remote === undefined || remote.value.managerExternalId !== undefined)
    return remote?.value.managerExternalId;
  const agreed = input.agreedFields?.get(account.id);
  if (agreed === undefined) return undefined;
  return agreed.managerId === null ? null : (input.links.accounts.get(agreed.managerId) ?? null);
};

const managerRow = (
  context: PushContext,
  person: { readonly account: PushAccount; readonly self: Presence; readonly before: string | null },
  manager: Presence | null,
): Draft => {
  const { account, self, before } = person;
  const remote = self.externalId === null ? undefined : context.remoteAccounts.get(self.externalId);
  const after: AccountRef | null = account.managerId === null ? null : { accountId: account.managerId };
  const drifted = context.input.agreed.get(account.id) === account.version;
  return draft({
    ...personFacts(account, remote ?? null, {
      reason: drifted ? 'DRIFT' : self.needs === null ? 'ROSTER_CHANGED' : self.needs.reason,
      rule: 'operations.setReferences',
      phase: PHASES.REFERENCES,
    }),
    kind: 'SET_MANAGER',
    content: { manager: after },
    changes: [{ field: 'manager', before: before === null ? null : { externalId: before }, after }],
    needs: [self.needs, manager?.needs ?? null].filter((row) => row !== null),
  });
};

/** Whose word stands of somebody's manager. Of a new person there is nothing on the platform to stand. */
const managerVerdict = (
  context: PushContext,
  person: { readonly account: PushAccount; readonly self: Presence; readonly before: string | null },
  manager: Presence | null,
): Verdict => {
  const { account, self, before } = person;
  const { input, masters, remoteAccounts } = context;
  const isNew = self.externalId === null;
  return judgeField(isNew ? 'ROSTER' : masterOf(masters, 'manager'), 'manager', () => {
    const seen = remoteAccounts.get(self.externalId ?? '')?.value.managerExternalId;
    if (seen === undefined) return { platform: false, roster: true };
    const then = (self.needs === null ? input.agreedValues?.get(account.id) : NEVER_AGREED)
      ?.managerExternalId;
    // Somebody who is to be made there cannot have been the manager.
    const wanted = manager === null ? null : manager.externalId;
    const isUnmade = manager !== null && wanted === null;
    return then === undefined ? null : { platform: then !== before, roster: isUnmade || then !== wanted };
  });
};

/** Skips a row that is not the roster's to write, and holds one that both sides have changed. */
const applyVerdict = (row: Draft, { winner, why }: Verdict, base: string | null): void => {
  if (why === null) return;
  if (winner === 'PLATFORM') skip(row, why(null));
  else {
    tell(row, why(base));
    hold(row, 'FIELD_CONFLICT');
  }
};

/**
 * Managers, in a wave of their own once everybody is there (field-notes rule 23). A manager who is not on the platform
 * is told of and set as soon as there is one; a manager that the platform does not show is not compared.
 */
export const managerRows = (context: PushContext, facts: PeopleFacts, people: PeoplePlan): Draft[] => {
  if (!context.input.capabilities.operations.has('SET_MANAGER')) return [];
  const switchedOff = context.barred('SET_MANAGER', 'setReferences');
  const rows: Draft[] = [];
  for (const account of context.input.accounts) {
    if (account.status !== 'ACTIVE' || !context.actsOnAccount(account.id)) continue;
    if (facts.scope.accountScope(account) !== 'IN') continue;
    const self = presenceOf(context, people, account.id);
    const before = self === null ? undefined : managerBefore(context, account, self);
    if (self === null || before === undefined) continue;
    const manager = account.managerId === null ? null : presenceOf(context, people, account.managerId);
    const isSame =
      manager === null ? account.managerId === null && before === null : manager.externalId === before;
    if (isSame && (manager === null || manager.externalId !== null)) continue;
    const row = managerRow(context, { account, self, before }, manager);
    if (context.input.quarantined.has(account.id)) row.state = 'QUARANTINED';
    if (row.state === 'QUARANTINED') skip(row, issue('QUARANTINED'));
    else if (switchedOff !== null) skip(row, switchedOff);
    else if (account.managerId !== null && manager === null) {
      skip(
        row,
        issue(
          'REFERENCE_MISSING',
          'manager',
          context.accounts.get(account.managerId)?.displayName ?? account.managerId,
        ),
      );
    }
    applyVerdict(
      row,
      managerVerdict(context, { account, self, before }, manager),
      context.input.agreedValues?.get(account.id)?.managerExternalId ?? null,
    );
    rows.push(row);
  }
  return rows;
};
