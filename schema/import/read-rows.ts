import type { ImportRunId } from '../../src/domain/index.ts';
import { findStagedAccounts, findStagedOrgUnits } from '../../src/flows/import/find-runs.ts';
import type { GraphqlContext } from '../context.ts';
import { hiddenIn, rowView } from './row-view.ts';

/** The staged row of an id, which is one of a person or one of an org unit. */
export const readStagedRow = async (context: GraphqlContext, runId: ImportRunId, rowId: string) => {
  const wanted = { runId, filter: { ids: [rowId] }, first: 1 };
  const [accounts, orgUnits] = await Promise.all([
    findStagedAccounts(context.flow, wanted),
    findStagedOrgUnits(context.flow, wanted),
  ]);
  const [account] = accounts;
  const [orgUnit] = orgUnits;
  return {
    stagedAccount: account === undefined ? null : rowView(account, await hiddenIn(context, 'ACCOUNT')),
    stagedOrgUnit: orgUnit === undefined ? null : rowView(orgUnit, await hiddenIn(context, 'ORG_UNIT')),
  };
};
