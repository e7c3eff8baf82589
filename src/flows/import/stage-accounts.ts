import { type AccountId, type AttributeDefinition, newId } from '../../domain/index.ts';
import type { AccountPlanContext } from '../../planner/facts.ts';
import { issue } from '../../planner/issues.ts';
import { concludeLeavers, type LeaverVerdict } from '../../planner/leavers.ts';
import { mergesAny } from '../../planner/masters.ts';
import { buildMatchIndex, linkedMatch, type Matched, matchAccounts } from '../../planner/match.ts';
import {
  keepPreviousAccounts,
  type ManagerRow,
  readDefinitions,
  readManagers,
  readMatchables,
  readRosterAccounts,
  readUnlinked,
  readWork,
  type WorkRow,
} from '../../store/queries/import-facts.ts';
import { readSharedIdentities } from '../../store/queries/import-identities.ts';
import { StagedAccountWriter } from '../../store/queries/import-staged.ts';
import type { Tx } from '../../store/transaction.ts';
import { chosenAccount } from './mend.ts';
import { type AccountStaging, type Candidate, planStagedAccount } from './plan-staged-account.ts';
import type { UnitMap } from './stage-org-units.ts';
import { mastersOf, type StagingRun } from './staging-run.ts';

const UNMATCHED: Matched = {
  match: { situation: 'UNMATCHED', candidates: [], keyIndex: null },
  dispute: null,
};

/** Matches of everybody without a link, by platform id; people who match nobody are left out. */
const matchUnlinked = async (tx: Tx, run: StagingRun): Promise<ReadonlyMap<string, Matched>> => {
  const keys = run.connection.pullRules.matchKeys;
  if (keys.length === 0) return new Map();
  const remotes = await readUnlinked(tx, run, keys);
  if (remotes.length === 0) return new Map();
  const index = buildMatchIndex(await readMatchables(tx, run.connectionId), keys);
  const matches = matchAccounts(
    index,
    remotes.map((remote) => ({ remote, linkedTo: null })),
  );
  const found = new Map<string, Matched>();
  for (const [at, remote] of remotes.entries()) {
    const matched = matches[at];
    if (matched !== undefined && matched.match.situation !== 'UNMATCHED')
      found.set(remote.externalId, matched);
  }
  return found;
};

/** Accounts of managers: linked, matched, or promised to be made in this run. */
export const resolveManagers = (
  managers: readonly ManagerRow[],
  matches: ReadonlyMap<string, Matched>,
): {
  readonly accounts: ReadonlyMap<string, AccountId>;
  readonly promised: ReadonlyMap<string, AccountId>;
} => {
  const accounts = new Map<string, AccountId>();
  const promised = new Map<string, AccountId>();
  for (const { externalId, accountId, createdId } of managers) {
    const matched = matches.get(externalId);
    if (accountId !== null) accounts.set(externalId, accountId);
    else if (matched?.match.accountId !== undefined) accounts.set(externalId, matched.match.accountId);
    else if (matched === undefined) {
      const id = createdId ?? newId<'Account'>();
      promised.set(externalId, id);
      accounts.set(externalId, id);
    }
  }
  return { accounts, promised };
};

const matchOf = (work: WorkRow, matches: ReadonlyMap<string, Matched>): Matched => {
  if (work.current !== null) {
    const linked = linkedMatch(work.current.id);
    return work.remote === null ? { ...linked, match: { ...linked.match, situation: 'DELETED' } } : linked;
  }
  // What the reviewer chose comes before what a rule would.
  const choice = chosenAccount(work.previous?.mended ?? {});
  if (choice === null) return UNMATCHED;
  if (choice !== undefined) {
    return {
      match: { situation: 'UNLINKED', accountId: choice, candidates: [], keyIndex: null },
      dispute: null,
    };
  }
  return matches.get(work.externalId) ?? UNMATCHED;
};

/** Joins a batch with the accounts that it is matched with. A chosen account that is gone is chosen no longer. */
export const candidatesOf = async (
  tx: Tx,
  batch: readonly WorkRow[],
  matches: ReadonlyMap<string, Matched>,
): Promise<readonly Candidate[]> => {
  const matched = batch.map((work) => ({ work, matched: matchOf(work, matches) }));
  const wanted = matched.flatMap(({ work, matched: { match } }) =>
    work.current === null && match.situation === 'UNLINKED' && match.accountId !== undefined
      ? [match.accountId]
      : [],
  );
  const accounts = await readRosterAccounts(tx, wanted);
  return matched.map((one) => {
    const { work } = one;
    const { situation, accountId } = one.matched.match;
    if (work.current !== null || situation !== 'UNLINKED') return { ...one, current: work.current };
    const current = accountId === undefined ? null : (accounts.get(accountId) ?? null);
    if (current !== null && current.status !== 'DELETED') return { ...one, current };
    return { work, matched: matches.get(work.externalId) ?? UNMATCHED, current: null };
  });
};

/** What the people of a run are planned with. */
const prepareAccounts = async (
  tx: Tx,
  run: StagingRun,
  known: { readonly units: UnitMap; readonly definitions: readonly AttributeDefinition[] },
): Promise<{ readonly staging: AccountStaging; readonly matches: ReadonlyMap<string, Matched> }> => {
  const { units, definitions } = known;
  const matches = await matchUnlinked(tx, run);
  const masters = mastersOf(run);
  const managers = await readManagers(tx, run, { merges: mergesAny(masters) });
  const { accounts, promised } = resolveManagers(managers, matches);
  const context: AccountPlanContext = {
    rules: run.connection.pullRules,
    definitions,
    orgUnitOf: (externalId) => units.byExternalId.get(externalId),
    ownsOrgUnit: (id) => units.owned.has(id),
    accountOf: (externalId) => accounts.get(externalId),
    masters,
  };
  const shared = await readSharedIdentities(tx, run.id);
  const staging: AccountStaging = {
    context,
    matchKeys: run.connection.pullRules.matchKeys,
    promisedId: (externalId) => promised.get(externalId),
    issuesOf: (externalId) =>
      (shared.get(externalId) ?? []).map(({ kind, value }) => issue('IDENTITY_DUPLICATE', kind, value)),
  };
  return { staging, matches };
};

/** Whom there is to plan: those who were fetched, and those whose absence means something. */
const workOf = ({ kind }: StagingRun, { conclusive }: LeaverVerdict) => {
  if (kind !== 'WHOLE') return ['NAMED', 'GONE'] as const;
  return conclusive ? (['PRESENT', 'ABSENT'] as const) : (['PRESENT'] as const);
};

/**
 * Stages the people of a run in batches. Who is unchanged since both sides last agreed gets no row. Leavers are
 * looked for only when the fetch is conclusive.
 */
export const stageAccounts = async (tx: Tx, run: StagingRun, units: UnitMap): Promise<LeaverVerdict> => {
  const leavers = concludeLeavers(run.statement, { asked: run.scope !== 'ORG_UNITS', stored: run.accounts });
  await keepPreviousAccounts(tx, run.id);
  await tx.query('delete from muster.staged_account where run_id = $1', [run.id]);
  if (run.scope === 'ORG_UNITS') return leavers;
  const definitions = await readDefinitions(tx, 'ACCOUNT');
  const attributes = definitions.map(({ name }) => name);
  const merges = mergesAny(mastersOf(run));
  // The company is looked over for what planning needs only when there is somebody to plan.
  let prepared: ReturnType<typeof prepareAccounts> | undefined;
  const writer = await StagedAccountWriter.open(tx, run.id);
  let ordinal = 0;
  for (const which of workOf(run, leavers)) {
    for await (const batch of readWork(tx, run, { which, attributes, merges })) {
      prepared ??= prepareAccounts(tx, run, { units, definitions });
      const { staging, matches } = await prepared;
      const candidates = await candidatesOf(tx, batch, matches);
      await writer.write(
        candidates.map((candidate) => {
          ordinal += 1;
          return planStagedAccount(staging, candidate, ordinal);
        }),
      );
    }
  }
  await writer.close();
  await tx.query('drop table pg_temp.previous_account');
  return leavers;
};
