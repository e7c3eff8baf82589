import { expect } from 'vitest';
import { until } from '../jobs/probe.ts';
import type { Client, Data } from './graphql-client.ts';

const PLAN = `query ($id: ID!) { syncPlan(id: $id) {
  id kind phase trigger digest contentDigest signature remoteComplete approvalsNeeded expiresAt counts
  totals { orgUnits accounts accountsInScope unchangedOrgUnits unchangedAccounts byKind byState }
  guards { kind tripped counted limit base } approvals { approverName digest }
  error { code text { zh en } remedy { zh en } } } }`;

export const readPlan = async (client: Client, id: string): Promise<Data> =>
  (await client.ask(PLAN, { id })).syncPlan;

/** Asks for a plan and waits for it, by asking again and again as a console does. */
export const plan = async (client: Client, input: object): Promise<Data> => {
  const ASK = 'mutation ($input: PlanSyncInput!) { planSync(input: $input) { syncPlan { id phase } } }';
  const { id } = (await client.ask(ASK, { input })).planSync.syncPlan;
  let made: Data;
  await until(async () => {
    made = await readPlan(client, id);
    return made.phase !== 'PLANNING';
  });
  return made;
};

const ROWS = `query ($planId: ID!, $filter: PlanOperationFilter, $after: String) {
  planOperations(planId: $planId, filter: $filter, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { ordinal kind objectId externalId name reasonCode reason { zh en } rule wave dependsOn state outcomeCode
      holds { code } issues { code field text { zh en } } changes { field before after } } } }`;

/** All rows of a plan that a filter selects, page by page. */
export const operations = async (client: Client, planId: string, filter: object = {}): Promise<Data[]> => {
  const rows: Data[] = [];
  for (let after: string | null = null; ; ) {
    const { planOperations: page } = await client.ask(ROWS, { planId, filter, after });
    rows.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return rows;
    after = page.pageInfo.endCursor;
  }
};

const APPROVE = `mutation ($input: ApprovePlanInput!) {
  approvePlan(input: $input) { missing syncPlan { phase } } }`;
const APPLY = `mutation ($input: ApplyPlanInput!) { applyPlan(input: $input) { syncRun { id phase } } }`;
const RUN = `query ($id: ID!) { syncRun(id: $id) { id phase counts progress { ended left calls } error { code } } }`;

export const approve = async (client: Client, input: { planId: string; digest: string }): Promise<Data> =>
  (await client.ask(APPROVE, { input })).approvePlan;

/** Applies an approved plan and waits for the end of its run. */
export const apply = async (client: Client, input: { planId: string; digest: string }): Promise<Data> => {
  const { id } = (await client.ask(APPLY, { input })).applyPlan.syncRun;
  let run: Data;
  await until(async () => {
    run = (await client.ask(RUN, { id })).syncRun;
    return ['DONE', 'FAILED', 'STOPPED'].includes(run.phase);
  });
  return run;
};

/** Approves a plan as it is now and applies it. @returns the run, done */
export const approveAndApply = async (client: Client, made: Data): Promise<Data> => {
  const { digest } = await readPlan(client, made.id);
  const input = { planId: made.id, digest };
  expect(await approve(client, input)).toMatchObject({ missing: 0, syncPlan: { phase: 'APPROVED' } });
  const run = await apply(client, input);
  expect(run).toMatchObject({ phase: 'DONE', error: null });
  return run;
};
