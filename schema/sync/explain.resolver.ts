import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { AccountId, ConnectionId, PlannedOperation } from '../../src/domain/index.ts';
import { getConnection } from '../../src/flows/connection/manage-connection.ts';
import {
  describeHold,
  describePushIssue,
  describePushReason,
} from '../../src/flows/sync/describe-operation.ts';
import { explainPush } from '../../src/flows/sync/explain-push.ts';
import { type HiddenFields, hiddenPushFields } from '../../src/flows/sync/hidden-fields.ts';
import { GraphqlContext } from '../context.ts';
import { failureOf } from '../failure.type.ts';
import { requireId } from '../ids.ts';
import { PushExplanationType } from './explanation.type.ts';
import { issuesView, operationView } from './operation-view.ts';

const changeView = ({ reason, ...row }: PlannedOperation, hidden: HiddenFields) => ({
  ...row,
  reasonCode: reason,
  reason: describePushReason(reason),
  changes: row.changes.filter(({ field }) => !hidden.fields.has(field)),
  holds: row.holds.map((code) => ({ code, text: describeHold(code) })),
  issues: issuesView(row.issues, hidden),
});

type Explanation = Awaited<ReturnType<typeof explainPush>>;

const explanationView = (explanation: Explanation, hidden: HiddenFields) => {
  const { facts, operations, lastOperation, ...shown } = explanation;
  const changes = operations.map((row) => changeView(row, hidden));
  // Sentences about issues name values; those that may not be seen are left out of them as well.
  const issues = new Map(changes.flatMap((row) => row.issues.map((issue) => [issue.code as string, issue])));
  return {
    ...shown,
    ...facts,
    linkOrigin: facts.origin,
    failure: failureOf(facts.failureCode, null),
    sentences: shown.sentences.map(({ code, text }) => {
      const issue = issues.get(code);
      return issue === undefined ? text : describePushIssue(issue);
    }),
    changes,
    lastOperation: lastOperation === null ? null : operationView(lastOperation, hidden),
    lastRunId: lastOperation?.runId ?? null,
  };
};

@Resolver()
export class ExplainResolver {
  @Query(() => PushExplanationType, {
    description:
      'Why an account is or is not on a platform: the link, what a plan for it alone would do now and by which rule, the last row of a plan with its run. Nothing is stored, the platform is not called.',
  })
  async explainPush(
    @Arg('accountId', () => ID, { description: 'The account.' }) accountId: AccountId,
    @Arg('connectionId', () => ID, { description: 'The connection.' }) connectionId: ConnectionId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Account', accountId, ['accountId']);
    requireId('Connection', connectionId, ['connectionId']);
    const { pushRules } = await getConnection(context.flow, { id: connectionId });
    const [explanation, hidden] = await Promise.all([
      explainPush(context.flow, { accountId, connectionId }),
      hiddenPushFields(context.flow, pushRules),
    ]);
    return explanationView(explanation, hidden);
  }
}
