import type { AccountId } from '../../domain/ids.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import type { PushIssue } from '../../domain/sync.ts';
import { compareCodePoints, fold } from '../fold.ts';
import { accountsByKey, buildMatchIndex, type Matched, type MatchIndex, matchAccounts } from '../match.ts';
import { normaliseEmail, normaliseMobile } from '../normalise.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { PushAccount, PushInvitation, RemoteAccountState } from './facts.ts';
import type { PushScope } from './scope.ts';
import { findTakers, type Takers, takenBy } from './taken.ts';

/** A person of the platform who is nobody's yet, and is this account. */
export interface FoundPerson {
  readonly remote: RemoteAccountState;
  /** Index of the matching key; `null` = known by the invitation that was accepted. */
  readonly keyIndex: number | null;
}

export interface PeopleMatch {
  readonly found: ReadonlyMap<AccountId, FoundPerson>;
  /** Who may be somebody of the platform, and nobody can say whom: neither linked nor created. */
  readonly disputed: ReadonlyMap<AccountId, PushIssue>;
  readonly takers: Takers;
  /** Accounts that somebody of the platform who is linked would take, being as told. */
  readonly taking: (remote: RemoteAccountValue) => readonly AccountId[];
}

const NOTHING: PeopleMatch = { found: new Map(), disputed: new Map(), takers: new Map(), taking: () => [] };

const isInvited = (remote: RemoteAccountState, invitation: PushInvitation): boolean => {
  const { externalId, mobile, email } = remote.value;
  if (invitation.externalId !== null) return invitation.externalId === externalId;
  const sameMobile =
    invitation.mobile !== null &&
    mobile != null &&
    normaliseMobile(mobile) === normaliseMobile(invitation.mobile);
  const sameEmail =
    invitation.email !== null &&
    email != null &&
    fold(normaliseEmail(email)) === fold(normaliseEmail(invitation.email));
  return sameMobile || sameEmail;
};

/** Keys under which an invitation or a person is filed; whoever shares one is then compared in full. */
const filedUnder = (facts: {
  readonly externalId: string | null;
  readonly mobile?: string | null | undefined;
  readonly email?: string | null | undefined;
}): string[] => [
  ...(facts.externalId === null ? [] : [`id ${facts.externalId}`]),
  ...(facts.mobile ? [`mobile ${normaliseMobile(facts.mobile)}`] : []),
  ...(facts.email ? [`email ${fold(normaliseEmail(facts.email))}`] : []),
];

/** Invited people who have turned up; of several none is taken. */
const findInvited = (
  context: PushContext,
  asked: readonly PushAccount[],
  free: readonly RemoteAccountState[],
): Map<AccountId, FoundPerson> => {
  const found = new Map<AccountId, FoundPerson>();
  const { invitations } = context.input;
  if (invitations.size === 0) return found;
  const filed = new Map<string, RemoteAccountState[]>();
  for (const remote of free) {
    for (const key of filedUnder(remote.value)) filed.set(key, [...(filed.get(key) ?? []), remote]);
  }
  const taken = new Set<string>();
  for (const { id } of asked) {
    const invitation = invitations.get(id);
    if (invitation === undefined) continue;
    const near = new Set(filedUnder(invitation).flatMap((key) => filed.get(key) ?? []));
    const [remote, another] = [...near].filter((one) => isInvited(one, invitation));
    if (remote === undefined || another !== undefined || taken.has(remote.value.externalId)) continue;
    taken.add(remote.value.externalId);
    found.set(id, { remote, keyIndex: null });
  }
  return found;
};

const sort = (
  index: MatchIndex,
  free: readonly RemoteAccountState[],
  matches: readonly Matched[],
): { readonly found: Map<AccountId, FoundPerson>; readonly disputed: Map<AccountId, PushIssue> } => {
  const found = new Map<AccountId, FoundPerson>();
  const disputed = new Map<AccountId, PushIssue>();
  for (const [i, { match }] of matches.entries()) {
    const remote = free[i];
    const { keyIndex, accountId } = match;
    if (remote === undefined || keyIndex === null) continue;
    if (match.situation === 'UNLINKED' && accountId !== undefined) found.set(accountId, { remote, keyIndex });
    else {
      for (const id of accountsByKey(index, remote.value, keyIndex)) {
        disputed.set(id, issue('MATCH_DISPUTED', null, remote.value.externalId));
      }
    }
  }
  return { found, disputed };
};

/**
 * Who of the platform's people without link is which account without link (row W-DD-34): whom an invitation names,
 * then by the administrator's matching keys, unique on both sides. A link always wins and is never changed.
 *
 * @param letGo accounts whom nobody who is linked will take any more
 */
export const matchPeople = (context: PushContext, scope: PushScope, letGo: Takers): PeopleMatch => {
  const { input, accountOf } = context;
  const isLinked = (account: PushAccount): boolean => input.links.accounts.has(account.id);
  const wanting = input.accounts
    .filter(
      (account) =>
        account.status === 'ACTIVE' &&
        !isLinked(account) &&
        context.actsOnAccount(account.id) &&
        scope.accountScope(account) === 'IN',
    )
    .sort((a, b) => compareCodePoints(a.id, b.id));
  // Whoever was asked and has agreed has come, whatever has become of the account since.
  const asked = input.accounts
    .filter(
      (account) =>
        input.invitations.has(account.id) && !isLinked(account) && context.actsOnAccount(account.id),
    )
    .sort((a, b) => compareCodePoints(a.id, b.id));
  if (wanting.length === 0 && asked.length === 0) return NOTHING;
  const free = [...context.remoteAccounts.values()]
    .filter(({ value }) => !accountOf.has(value.externalId))
    .sort((a, b) => compareCodePoints(a.value.externalId, b.value.externalId));
  const invited = findInvited(context, asked, free);
  const offered = input.accounts.filter(({ id, status }) => status !== 'DELETED' && !invited.has(id));
  const index = buildMatchIndex(
    offered.map((account) => ({ ...account, linked: isLinked(account) })),
    input.matchKeys,
  );
  const came = new Set([...invited.values()].map(({ remote }) => remote.value.externalId));
  const unknown = free.filter(({ value }) => !came.has(value.externalId));
  const matches = matchAccounts(
    index,
    unknown.map(({ value }) => ({ remote: value, linkedTo: null })),
  );
  const { found, disputed } = sort(index, unknown, matches);
  const taking: PeopleMatch['taking'] = (remote) => takenBy(index, remote);
  const takers = input.matchKeys.length === 0 ? NOTHING.takers : findTakers(context, wanting, taking);
  const taken = [...takers].flatMap(([id, [first]]) =>
    letGo.has(id) ? [] : [[id, issue('MATCH_TAKEN', null, first)] as const],
  );
  const all = new Map([...taken, ...disputed]);
  const sure = [...found].filter(([id]) => !all.has(id));
  return { found: new Map([...sure, ...invited]), disputed: all, takers, taking };
};
