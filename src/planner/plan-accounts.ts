import type { AgreedAccount } from '../domain/agreed.ts';
import type { PullRules } from '../domain/connection.ts';
import type { AccountId } from '../domain/ids.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import type { Issue } from '../domain/staging.ts';
import type { AccountPlanContext, AccountRow, PlannedAccount, RosterAccount } from './facts.ts';
import { findClashes } from './find-clashes.ts';
import { compareCodePoints } from './fold.ts';
import { type Guards, judgeGuards } from './guard.ts';
import { issue } from './issues.ts';
import { buildMatchIndex, type Matched, matchAccounts } from './match.ts';
import { addIssues, planAccount } from './propose.ts';
import { beyondQuota } from './quota.ts';

/** Everything that one pull of people is planned from. */
export interface AccountPlanInput {
  /** Who is whose account follows from links and matches. */
  readonly context: Omit<AccountPlanContext, 'accountOf'>;
  readonly rules: Pick<PullRules, 'matchKeys' | 'guard'>;
  readonly remotes: readonly RemoteAccountValue[];
  /** The whole roster of the tenant. */
  readonly roster: readonly RosterAccount[];
  /** Links of this connection: platform id to account. */
  readonly links: ReadonlyMap<string, AccountId>;
  /** Id that a new account gets; the same for the same platform id. */
  readonly newIdOf: (externalId: string) => AccountId;
  /** Absence means leaving: see `concludeLeavers`. */
  readonly conclusive: boolean;
  /** Accounts that may still be created; `null` = unlimited. */
  readonly room: number | null;
  /** What both last agreed on of each linked person, by platform id. */
  readonly bases?: ReadonlyMap<string, AgreedAccount> | undefined;
}

export interface AccountPlan {
  /** By platform id in code-point order, whatever order the input came in. */
  readonly rows: readonly PlannedAccount[];
  readonly guards: Guards;
}

const rowOf = (
  remote: RemoteAccountValue,
  matched: Matched | undefined,
  known: {
    readonly roster: ReadonlyMap<AccountId, RosterAccount>;
    readonly bases: AccountPlanInput['bases'];
  },
): AccountRow => {
  const { roster, bases } = known;
  if (matched === undefined) throw new TypeError(`${remote.externalId}: not matched`);
  const { match, dispute } = matched;
  const current = match.accountId === undefined ? null : (roster.get(match.accountId) ?? null);
  return {
    externalId: remote.externalId,
    remote,
    current,
    match,
    base: bases?.get(remote.externalId) ?? null,
    ...(dispute === null ? {} : { dispute }),
  };
};

const presentRows = (input: AccountPlanInput, roster: ReadonlyMap<AccountId, RosterAccount>) => {
  const linked = new Set(input.links.values());
  const index = buildMatchIndex(
    input.roster
      .filter(({ status }) => status !== 'DELETED')
      .map((account) => ({ ...account, linked: linked.has(account.id) })),
    input.rules.matchKeys,
  );
  const matches = matchAccounts(
    index,
    input.remotes.map((remote) => ({ remote, linkedTo: input.links.get(remote.externalId) ?? null })),
  );
  return input.remotes.map((remote, i) => rowOf(remote, matches[i], { roster, bases: input.bases }));
};

/** Accounts by platform id: linked and not deleted, matched, or to be created; a disputed person has none. */
const accountsOf = (
  input: AccountPlanInput,
  rows: readonly AccountRow[],
  roster: ReadonlyMap<AccountId, RosterAccount>,
): AccountPlanContext['accountOf'] => {
  const found = new Map([...input.links].filter(([, id]) => roster.get(id)?.status !== 'DELETED'));
  for (const { externalId, match } of rows) {
    if (match.situation === 'UNLINKED' && match.accountId !== undefined)
      found.set(externalId, match.accountId);
    else if (match.situation === 'UNMATCHED') found.set(externalId, input.newIdOf(externalId));
  }
  return (externalId) => found.get(externalId);
};

const absentRows = (input: AccountPlanInput, roster: ReadonlyMap<AccountId, RosterAccount>): AccountRow[] => {
  if (!input.conclusive) return [];
  const seen = new Set(input.remotes.map(({ externalId }) => externalId));
  return [...input.links].flatMap(([externalId, accountId]) => {
    const current = roster.get(accountId);
    if (seen.has(externalId) || current === undefined) return [];
    const match = { situation: 'DELETED' as const, accountId, candidates: [], keyIndex: null };
    return [{ externalId, remote: null, current, match }];
  });
};

const withClashes = (rows: readonly PlannedAccount[], input: AccountPlanInput): PlannedAccount[] => {
  const writing = rows.filter(({ changes }) => changes.length > 0);
  const clashes = findClashes(writing, input.roster, input.context.definitions);
  return rows.map((row) => addIssues(row, clashes.get(row.externalId) ?? []));
};

const withQuota = (rows: readonly PlannedAccount[], room: number | null): PlannedAccount[] => {
  const creates = rows.filter(({ action }) => action === 'CREATE');
  const beyond = beyondQuota(creates, room);
  const over: readonly Issue[] = [issue('QUOTA_EXCEEDED', null, String(room))];
  return rows.map((row) => (beyond.has(row.externalId) ? addIssues(row, over) : row));
};

const tripped = (guards: Guards, action: string): boolean =>
  (action === 'DISABLE' && guards.disables.tripped) || (action === 'MOVE' && guards.moves.tripped);

/**
 * Plan of a whole pull of people, in memory: matching, difference, issues, quota and guards.
 *
 * This is the meaning of staging. The flow stages the same in SQL and in batches; this function is the oracle
 * that it is held to, and nothing else calls it.
 */
export const planAccounts = (input: AccountPlanInput): AccountPlan => {
  const roster = new Map(input.roster.map((account) => [account.id, account]));
  const rows = [...presentRows(input, roster), ...absentRows(input, roster)];
  const context: AccountPlanContext = { ...input.context, accountOf: accountsOf(input, rows, roster) };
  const planned = rows
    .map((row) => planAccount(context, row))
    .sort((a, b) => compareCodePoints(a.externalId, b.externalId));
  const judged = withQuota(withClashes(planned, input), input.room);
  const counted = (action: string): number => judged.filter((row) => row.action === action).length;
  const guards = judgeGuards(input.rules.guard, {
    linked: input.links.size,
    disables: counted('DISABLE'),
    moves: counted('MOVE'),
  });
  const held = [issue('GUARD_TRIPPED', null, null, false)];
  return {
    rows: judged.map((row) => (tripped(guards, row.action) ? addIssues(row, held) : row)),
    guards,
  };
};
