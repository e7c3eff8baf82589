import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { readOrgUnits } from '../../src/flows/roster/read-org-units.ts';
import {
  readAttempts,
  readOperationCounts,
  readPlanApprovals,
} from '../../src/flows/sync/read-sync-views.ts';
import type { GraphqlContext } from '../context.ts';
import { failureOf } from '../failure.type.ts';
import { orgUnitFields } from '../projection.ts';
import { selectionOf } from '../selection.ts';

/** Rows of a plan by state, as they are now. */
export const loadCounts = (context: GraphqlContext, planId: string) =>
  context
    .loader(
      'counts of plan',
      () => new DataLoader((ids: readonly string[]) => readOperationCounts(context.flow, ids)),
    )
    .load(planId);

/** Who has approved a plan. */
export const loadApprovals = (context: GraphqlContext, planId: string) =>
  context
    .loader(
      'approvals of plan',
      () => new DataLoader((ids: readonly string[]) => readPlanApprovals(context.flow, ids)),
    )
    .load(planId);

const attemptsView = async (context: GraphqlContext, keys: readonly string[]) =>
  (await readAttempts(context.flow, keys)).map((rows) =>
    rows.map((row) => ({ ...row, error: failureOf(row.errorCode, row.errorDetails) })),
  );

/** Every attempt at a row of a plan. */
export const loadAttempts = (context: GraphqlContext, planId: string, ordinal: number) =>
  context
    .loader(
      'attempts at operation',
      () => new DataLoader((keys: readonly string[]) => attemptsView(context, keys)),
    )
    .load(`${planId}:${ordinal}`);

/** The org unit of an id, deleted ones too. */
export const loadOrgUnit = (context: GraphqlContext, id: string, info: GraphQLResolveInfo) => {
  const fields = orgUnitFields(selectionOf(info));
  return context
    .loader(
      `org unit ${fields.join(' ')}`,
      () => new DataLoader((ids: readonly string[]) => readOrgUnits(context.flow, ids, fields)),
    )
    .load(id);
};
