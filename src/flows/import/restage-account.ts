import { AppError, type OrgUnitId } from '../../domain/index.ts';
import { linkedMatch, type Matched } from '../../planner/match.ts';
import {
  keepPreviousAccounts,
  readDefinitions,
  readManagers,
  readOneWork,
} from '../../store/queries/import-facts.ts';
import { readUnitsOfRun } from '../../store/queries/import-review.ts';
import type { StagedAccountView } from '../../store/queries/import-rows.ts';
import { deleteStagedAccount, StagedAccountWriter } from '../../store/queries/import-staged.ts';
import type { Tx } from '../../store/transaction.ts';
import { type AccountStaging, planStagedAccount } from './plan-staged-account.ts';
import type { ReviewedRun } from './review-step.ts';
import { candidatesOf, resolveManagers } from './stage-accounts.ts';
import { mastersOf } from './staging-run.ts';

/** The match that stands in the row; matching afresh is another step. */
const standingMatch = (row: StagedAccountView): Matched => {
  const { situation, accountId, candidates } = row;
  if (situation === 'LINKED' && accountId !== null) return linkedMatch(accountId);
  const dispute = row.issues.some(({ code }) => code === 'MATCH_TAKEN') ? 'MATCH_TAKEN' : 'MATCH_DISPUTED';
  return {
    match: {
      situation,
      candidates,
      keyIndex: null,
      ...(situation === 'UNLINKED' && accountId !== null ? { accountId } : {}),
    },
    dispute: situation === 'DISPUTED' ? dispute : null,
  };
};

const stagingOf = async (tx: Tx, run: ReviewedRun, row: StagedAccountView): Promise<AccountStaging> => {
  const units = await readUnitsOfRun(tx, run);
  const byExternalId = new Map<string, OrgUnitId>();
  const owned = new Set<OrgUnitId>();
  for (const { externalId: unit, orgUnitId, seatable } of units) {
    owned.add(orgUnitId);
    if (seatable) byExternalId.set(unit, orgUnitId);
  }
  const managers = await readManagers(tx, run, { only: row.externalId, merges: true });
  const { accounts } = resolveManagers(managers, new Map());
  return {
    context: {
      rules: run.connection.pullRules,
      definitions: await readDefinitions(tx, 'ACCOUNT'),
      orgUnitOf: (unit) => byExternalId.get(unit),
      ownsOrgUnit: (id) => owned.has(id),
      accountOf: (person) => accounts.get(person),
      masters: mastersOf(run),
    },
    matchKeys: run.connection.pullRules.matchKeys,
    promisedId: () => undefined,
    // What was fetched is the same as before: so is what it says against the row.
    issuesOf: () => row.issues.filter(({ code }) => code === 'IDENTITY_DUPLICATE'),
  };
};

/**
 * Plans one row again, from what the platform said and the reviewer mended or chose.
 * @throws AppError IMPORT_PHASE_WRONG when the run has not brought that person
 */
export const restageAccount = async (tx: Tx, run: ReviewedRun, row: StagedAccountView): Promise<void> => {
  await keepPreviousAccounts(tx, run.id, row.externalId);
  const work = await readOneWork(tx, run, row.externalId);
  if (work === null)
    throw new AppError('NOT_FOUND', { details: { type: 'RemoteAccount', id: row.externalId } });
  const staging = await stagingOf(tx, run, row);
  const matches = new Map([[row.externalId, standingMatch(row)]]);
  const [candidate] = await candidatesOf(tx, [work], matches);
  if (candidate === undefined) throw new TypeError('one person, one candidate');
  const planned = planStagedAccount(staging, candidate, row.ordinal);
  await deleteStagedAccount(tx, row.id);
  const writer = await StagedAccountWriter.open(tx, run.id);
  await writer.write([{ ...planned, matchKey: planned.matchKey ?? row.matchKey }]);
  await writer.close();
  await tx.query('drop table pg_temp.previous_account');
};
