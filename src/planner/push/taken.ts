import type { AccountId } from '../../domain/ids.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import { compareCodePoints } from '../fold.ts';
import { accountsByKey, type MatchIndex, matchAccount } from '../match.ts';
import type { PushContext } from './context.ts';
import type { PeoplePlan } from './diff-people.ts';
import { added, type Draft, isOut } from './draft.ts';
import type { PushAccount } from './facts.ts';
import type { PeopleMatch } from './match-people.ts';

/** Accounts without link, and the people whom a matching key finds for them although they are linked to others. */
export type Takers = ReadonlyMap<AccountId, readonly string[]>;

/** Accounts without link that the matching keys find for somebody who is linked already (row W-DD-34). */
export const takenBy = (index: MatchIndex, remote: RemoteAccountValue): readonly AccountId[] => {
  const { keyIndex } = matchAccount(index, remote).match;
  if (keyIndex === null) return [];
  return accountsByKey(index, remote, keyIndex).filter((id) => !index.linked.has(id));
};

export const findTakers = (
  { remoteAccounts, accountOf }: PushContext,
  wanting: readonly PushAccount[],
  taking: PeopleMatch['taking'],
): Takers => {
  const takers = new Map(wanting.map(({ id }): [AccountId, string[]] => [id, []]));
  for (const [externalId, { value }] of remoteAccounts) {
    if (!accountOf.has(externalId)) continue;
    for (const id of taking(value)) takers.get(id)?.push(externalId);
  }
  for (const [id, ids] of takers) {
    if (ids.length === 0) takers.delete(id);
    else ids.sort(compareCodePoints);
  }
  return takers;
};

/** The row by which somebody stops being found: they go, or the value by which they were found does. */
const releaseBy = (people: PeoplePlan, externalId: string): Draft | null => {
  const outcome = people.byExternal.get(externalId);
  const row = outcome?.leaves ?? outcome?.rows.find(({ content }) => content.values !== undefined);
  return row === undefined || isOut(row) ? null : row;
};

/** Accounts all of whose takers stop taking them by what the plan does: once it is applied they are nobody's. */
export const released = (
  { remoteAccounts }: PushContext,
  { takers, taking }: PeopleMatch,
  people: PeoplePlan,
): Takers => {
  const takes = (externalId: string, id: AccountId): boolean => {
    const row = releaseBy(people, externalId);
    const remote = remoteAccounts.get(externalId);
    if (row === null || remote === undefined) return true;
    if (row.kind === 'DELETE_ACCOUNT') return false;
    return taking({ ...remote.value, ...row.content.values }).includes(id);
  };
  return new Map([...takers].filter(([id, ids]) => !ids.some((externalId) => takes(externalId, id))));
};

/** Whoever is created because others stop taking them comes after those, and only if these do stop. */
export const waitForRelease = (people: PeoplePlan, letGo: Takers): void => {
  for (const [id, takers] of letGo) {
    const presence = people.byAccount.get(id)?.presence ?? null;
    if (presence?.kind !== 'CREATE_ACCOUNT') continue;
    for (const taker of takers) presence.room = added(presence.room, releaseBy(people, taker));
  }
};
