import type { AccountId, MatchKey, OrgUnitId } from '../../domain/index.ts';
import { fold } from '../../planner/fold.ts';
import type { PushInvitation } from '../../planner/push/facts.ts';
import { readUnitsLedBy } from '../../store/queries/push-changes.ts';
import {
  accountsLinkedTo,
  leadersOfUnits,
  managersOf,
  remoteHolders,
  rivalsOf,
} from '../../store/queries/push-context.ts';
import type { PushAccountRow } from '../../store/queries/push-input.ts';
import type { Tx } from '../../store/transaction.ts';
import type { PushScopeSets, PushTask } from './load-input.ts';

/**
 * The units whose people such a plan has to know: those that it acts on, and those that one of its people leads,
 * because a leader who comes into being is set there. `undefined` = all.
 */
export const unitsConcerned = async (
  tx: Tx,
  scope: PushScopeSets,
): Promise<ReadonlySet<OrgUnitId> | undefined> => {
  if (scope.orgUnitIds === undefined) return undefined;
  const people = [...(scope.accountIds ?? [])];
  const led = people.length === 0 ? [] : await readUnitsLedBy(tx, people);
  return new Set([...scope.orgUnitIds, ...led]);
};

/**
 * The accounts that a plan of some has to know: themselves, their managers, the leaders of the units concerned, whoever
 * has the same value of a matching key, and whom further people of the platform are linked to.
 */
export const accountsAround = async (
  tx: Tx,
  task: PushTask,
  asked: {
    readonly scope: PushScopeSets;
    readonly extra: readonly string[];
    readonly concerned: ReadonlySet<OrgUnitId> | undefined;
  },
): Promise<AccountId[]> => {
  const own = [...(asked.scope.accountIds ?? [])];
  const { concerned } = asked;
  const leaders =
    concerned?.size === 0 ? [] : await leadersOfUnits(tx, concerned === undefined ? null : [...concerned]);
  const holders = asked.extra.length === 0 ? [] : await accountsLinkedTo(tx, task.connectionId, asked.extra);
  const around =
    own.length === 0 ? [] : [...(await managersOf(tx, own)), ...(await rivalsOf(tx, own, task.matchKeys))];
  return [...new Set([...own, ...around, ...leaders, ...holders])];
};

interface Asked {
  readonly scope: PushScopeSets;
  readonly accounts: readonly PushAccountRow[];
  readonly extra: readonly string[];
  readonly invitations: ReadonlyMap<AccountId, PushInvitation>;
}

const REMOTE_FIELDS: Readonly<Record<MatchKey['remoteField'], string>> = {
  externalId: 'externalId',
  mobile: 'mobile',
  email: 'email',
  jobNumber: 'jobNumber',
  name: 'name',
};

/** Folded values that unlinked people may be found by: their matching keys, and what they were invited with. */
const wantedOf = (
  task: PushTask,
  asked: Asked,
): { readonly externalIds: string[]; readonly values: Record<string, string[]> } => {
  const values: Record<string, Set<string>> = {};
  const add = (field: string, value: string | null): void => {
    if (value === null || value === '') return;
    values[field] = (values[field] ?? new Set<string>()).add(fold(value));
  };
  for (const account of asked.accounts) {
    if (account.externalId !== null) continue;
    for (const key of task.matchKeys) add(REMOTE_FIELDS[key.remoteField], account[key.rosterField]);
    const invitation = asked.invitations.get(account.id);
    add('mobile', invitation?.mobile ?? null);
    add('email', invitation?.email ?? null);
    add('externalId', invitation?.externalId ?? null);
  }
  const { externalId = new Set<string>(), ...rest } = values;
  return {
    externalIds: [...externalId],
    values: Object.fromEntries(Object.entries(rest).map(([field, set]) => [field, [...set]])),
  };
};

/** The people of the platform that such a plan has to know: the linked ones, and whom a match or invitation may find. */
export const remotesAround = async (tx: Tx, task: PushTask, asked: Asked): Promise<string[]> => {
  const linked = asked.accounts.flatMap(({ externalId }) => (externalId === null ? [] : [externalId]));
  const found = await remoteHolders(tx, task.connectionId, wantedOf(task, asked));
  return [...new Set([...linked, ...found, ...asked.extra])];
};
