import type { AccountId } from '../domain/ids.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import type { Account } from '../domain/roster.ts';
import type { MatchKey, MatchResult } from '../domain/staging.ts';
import { compareCodePoints, fold } from './fold.ts';
import { cleanText, normaliseEmail, normaliseMobile } from './normalise.ts';

/** What matching reads of an account. Deleted accounts are not offered. */
export interface MatchableAccount extends Pick<Account, 'id' | MatchKey['rosterField']> {
  /** Linked to a person of this connection already. */
  readonly linked: boolean;
}

export type MatchableRemote = Pick<
  RemoteAccountValue,
  'externalId' | 'name' | 'mobile' | 'email' | 'jobNumber'
>;

/** Accounts by the value of each matching key; made once per run by {@link buildMatchIndex}. */
export interface MatchIndex {
  readonly keys: readonly MatchKey[];
  /** Per key: value to account ids. */
  readonly accounts: readonly ReadonlyMap<string, readonly AccountId[]>[];
  readonly linked: ReadonlySet<AccountId>;
}

/** A match, and why it is disputed where it is. */
export interface Matched {
  readonly match: MatchResult;
  readonly dispute: 'MATCH_DISPUTED' | 'MATCH_TAKEN' | null;
}

const MAX_CANDIDATES = 10;

/** The comparable form of a value, `null` when there is nothing to compare: blanks never match blanks. */
const comparable = (key: MatchKey, value: string | null | undefined): string | null => {
  if (value === null || value === undefined) return null;
  const kind = key.remoteField;
  const text =
    kind === 'mobile' || key.rosterField === 'mobile'
      ? normaliseMobile(value)
      : kind === 'email' || key.rosterField === 'email'
        ? normaliseEmail(value)
        : cleanText(value);
  if (text === '') return null;
  return key.foldCase ? fold(text) : text;
};

/** Index of the roster by an administrator's matching keys. With no keys matching is off. */
export const buildMatchIndex = (
  accounts: Iterable<MatchableAccount>,
  keys: readonly MatchKey[],
): MatchIndex => {
  const maps = keys.map(() => new Map<string, AccountId[]>());
  const linked = new Set<AccountId>();
  for (const account of accounts) {
    if (account.linked) linked.add(account.id);
    for (const [i, key] of keys.entries()) {
      const value = comparable(key, account[key.rosterField]);
      if (value === null) continue;
      const holders = maps[i]?.get(value);
      if (holders === undefined) maps[i]?.set(value, [account.id]);
      else holders.push(account.id);
    }
  }
  return { keys, accounts: maps, linked };
};

const UNMATCHED: Matched = Object.freeze({
  match: Object.freeze({ situation: 'UNMATCHED', candidates: Object.freeze([]), keyIndex: null }),
  dispute: null,
});

/** The match of a person that is linked already: a link always wins and is never changed (row W-DD-34). */
export const linkedMatch = (accountId: AccountId): Matched => ({
  match: { situation: 'LINKED', accountId, candidates: [], keyIndex: null },
  dispute: null,
});

const disputed = (
  dispute: 'MATCH_DISPUTED' | 'MATCH_TAKEN',
  ids: readonly AccountId[],
  keyIndex: number,
) => ({
  match: {
    situation: 'DISPUTED' as const,
    candidates: ids.toSorted(compareCodePoints).slice(0, MAX_CANDIDATES),
    keyIndex,
  },
  dispute,
});

/**
 * Match of one person without link: the first key under which any account is found decides. Two accounts, or
 * one that another person of this connection is linked to, are a dispute and never a guess. Whether two
 * persons match the same account only {@link matchAccounts} can tell.
 */
export const matchAccount = (index: MatchIndex, remote: MatchableRemote): Matched => {
  for (let i = 0; i < index.keys.length; i++) {
    const key = index.keys[i];
    const value = key === undefined ? null : comparable(key, remote[key.remoteField]);
    if (value === null) continue;
    const found = index.accounts[i]?.get(value);
    const first = found?.[0];
    if (found === undefined || first === undefined) continue;
    if (found.length > 1) return disputed('MATCH_DISPUTED', found, i);
    if (index.linked.has(first)) return disputed('MATCH_TAKEN', found, i);
    return {
      match: { situation: 'UNLINKED', accountId: first, candidates: [], keyIndex: i },
      dispute: null,
    };
  }
  return UNMATCHED;
};

/** All accounts that a key finds for a person, however many: a verdict names ten at most. */
export const accountsByKey = (
  index: MatchIndex,
  remote: MatchableRemote,
  keyIndex: number,
): readonly AccountId[] => {
  const key = index.keys[keyIndex];
  const value = key === undefined ? null : comparable(key, remote[key.remoteField]);
  return value === null ? [] : (index.accounts[keyIndex]?.get(value) ?? []);
};

/**
 * Matches of a whole run, in input order. Unique on both sides: persons that match the same account are
 * disputed, all of them, whatever order they come in.
 */
export const matchAccounts = (
  index: MatchIndex,
  remotes: readonly { readonly remote: MatchableRemote; readonly linkedTo: AccountId | null }[],
): readonly Matched[] => {
  const first = remotes.map(({ remote, linkedTo }) =>
    linkedTo === null ? matchAccount(index, remote) : linkedMatch(linkedTo),
  );
  const suitors = new Map<AccountId, number>();
  for (const { match } of first) {
    if (match.accountId !== undefined) suitors.set(match.accountId, (suitors.get(match.accountId) ?? 0) + 1);
  }
  return first.map((matched) => {
    const { situation, accountId, keyIndex } = matched.match;
    if (situation !== 'UNLINKED' || accountId === undefined || keyIndex === null) return matched;
    return suitors.get(accountId) === 1 ? matched : disputed('MATCH_DISPUTED', [accountId], keyIndex);
  });
};
