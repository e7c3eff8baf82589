import type { PushIssue } from '../../src/domain/index.ts';
import {
  describeHold,
  describePushIssue,
  describePushReason,
  describeState,
} from '../../src/flows/sync/describe-operation.ts';
import type { findOperations } from '../../src/flows/sync/find-plans.ts';
import type { HiddenFields } from '../../src/flows/sync/hidden-fields.ts';
import { failureOf } from '../failure.type.ts';

export type OperationRow = Awaited<ReturnType<typeof findOperations>>[number];

const isHidden = (issue: PushIssue, hidden: HiddenFields): boolean =>
  (issue.field !== null && hidden.fields.has(issue.field)) ||
  (hidden.externalIds && issue.code.startsWith('EXTERNAL_ID_'));

/** Issues in the shape of the API, without values that the reader may not see. */
export const issuesView = (issues: readonly PushIssue[], hidden: HiddenFields) =>
  issues.map((issue) => {
    const shown = isHidden(issue, hidden) ? { ...issue, value: null } : issue;
    return { ...shown, text: describePushIssue(shown) };
  });

/** A row of a plan in the shape of the API, as its reader may see it. */
export const operationView = (row: OperationRow, hidden: HiddenFields) => ({
  // Not shown: cursors are made of it.
  id: row.planId,
  planId: row.planId,
  ordinal: row.ordinal,
  kind: row.kind,
  objectType: row.objectType,
  objectId: row.objectId,
  externalId: row.externalId,
  name: row.name,
  reasonCode: row.reason,
  reason: describePushReason(row.reason),
  rule: row.rule,
  changes: row.changes.filter(({ field }) => !hidden.fields.has(field)),
  holds: row.holds.map((code) => ({ code, text: describeHold(code) })),
  issues: issuesView(row.issues, hidden),
  dependsOn: row.dependsOn,
  wave: row.wave,
  state: row.state,
  stateText: describeState(row.state),
  outcomeCode: row.outcomeCode,
  decision: row.decision,
  decidedById: row.decidedById,
  decidedByName: row.decidedByName,
  decidedAt: row.decidedAt,
  attempt: row.attempt,
  outcomeUnknown: row.outcomeUnknown,
  retryAt: row.retryAt,
  error: failureOf(row.errorCode, row.errorDetails),
  endedAt: row.endedAt,
});
