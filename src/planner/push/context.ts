import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import type { OperationSwitch } from '../../domain/push-rules.ts';
import type { PushIssue } from '../../domain/sync.ts';
import type { TargetOperationKind } from '../../domain/target.ts';
import { compareCodePoints } from '../fold.ts';
import { type Masters, pushMasters } from '../masters.ts';
import { issue } from './draft.ts';
import type { PushAccount, PushInput, PushUnit, RemoteAccountState, RemoteUnitState } from './facts.ts';

/** The input, with everything found by its id. */
export interface PushContext {
  readonly input: PushInput;
  readonly masters: Masters;
  readonly units: ReadonlyMap<OrgUnitId, PushUnit>;
  readonly accounts: ReadonlyMap<AccountId, PushAccount>;
  /** Copies of what is there, units by id; those that are gone are left out. */
  readonly remoteUnits: ReadonlyMap<string, RemoteUnitState>;
  readonly remoteAccounts: ReadonlyMap<string, RemoteAccountState>;
  /** Links, from the platform's side. */
  readonly unitOf: ReadonlyMap<string, OrgUnitId>;
  readonly accountOf: ReadonlyMap<string, AccountId>;
  /** All people of both sides are at hand. */
  readonly wholePeople: boolean;
  readonly protectedUnits: ReadonlySet<OrgUnitId>;
  readonly protectedAccounts: ReadonlySet<AccountId>;
  readonly actsOnUnit: (id: OrgUnitId) => boolean;
  readonly actsOnAccount: (id: AccountId) => boolean;
  /** Why nothing of this kind is done; `null` when it may be. */
  readonly barred: (kind: TargetOperationKind | null, by: OperationSwitch) => PushIssue | null;
}

const reversed = <A, B>(map: ReadonlyMap<A, B>): Map<B, A> => {
  const back = new Map<B, A>();
  for (const [key, value] of map) back.set(value, key);
  return back;
};

const present = <R extends { readonly gone: boolean }>(
  remotes: readonly R[],
  idOf: (remote: R) => string,
): Map<string, R> => {
  const byId = new Map<string, R>();
  for (const remote of remotes) if (!remote.gone) byId.set(idOf(remote), remote);
  return byId;
};

const byId = <T extends { readonly id: unknown }>(items: readonly T[]): Map<T['id'], T> => {
  const found = new Map<T['id'], T>();
  for (const item of items) found.set(item.id, item);
  return found;
};

export const contextOf = (input: PushInput): PushContext => {
  const { kind, orgUnitIds, accountIds } = input.scope;
  const { rules, capabilities } = input;
  return {
    input,
    masters: pushMasters(input.masters),
    units: byId(input.units),
    accounts: byId(input.accounts),
    remoteUnits: present(
      input.remoteUnits.toSorted((a, b) => compareCodePoints(a.externalId, b.externalId)),
      ({ externalId }) => externalId,
    ),
    remoteAccounts: present(input.remoteAccounts, ({ value }) => value.externalId),
    unitOf: reversed(input.links.units),
    accountOf: reversed(input.links.accounts),
    wholePeople: kind === 'FULL' || kind === 'ACCOUNTS',
    protectedUnits: new Set(rules.protectedOrgUnitIds),
    protectedAccounts: new Set(rules.protectedAccountIds),
    actsOnUnit: (id) => (orgUnitIds === undefined ? kind !== 'ACCOUNTS' : orgUnitIds.has(id)),
    actsOnAccount: (id) => (accountIds === undefined ? kind !== 'UNITS' : accountIds.has(id)),
    barred: (operation, by) => {
      if (operation !== null && !capabilities.operations.has(operation)) return issue('UNSUPPORTED');
      return rules.operations[by] ? null : issue('SWITCHED_OFF', `operations.${by}`);
    },
  };
};
