import type { getPlan } from '../../src/flows/sync/find-plans.ts';
import { failureOf } from '../failure.type.ts';

type PlanRow = Awaited<ReturnType<typeof getPlan>>;

/** A plan in the shape of the API. */
export const planView = ({ rules, scope, errorCode, errorDetails, ...row }: PlanRow) => ({
  ...row,
  scope: {
    orgUnitIds: scope.orgUnitIds ?? [],
    withDescendants: scope.withDescendants ?? false,
    accountIds: scope.accountIds ?? [],
    runId: scope.runId ?? null,
  },
  approvalsNeeded: rules?.approval.secondApprover === true ? 2 : 1,
  error: failureOf(errorCode, errorDetails),
});
