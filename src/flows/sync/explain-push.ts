import {
  type AccountId,
  AppError,
  type ConnectionId,
  type PlannedOperation,
  type Text,
} from '../../domain/index.ts';
import type { PushInput, PushPlan } from '../../planner/push/facts.ts';
import { type ConnectionRow, selectConnection } from '../../store/queries/connections.ts';
import {
  type LastOperationRow,
  type PushFactsRow,
  readLastOperation,
  readPushFacts,
} from '../../store/queries/push-explain.ts';
import { lastPullComplete } from '../../store/queries/push-input.ts';
import { readQuarantine } from '../../store/queries/sync-failures.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { capabilitiesOf } from './capabilities.ts';
import { describeHold, describePushIssue, describePushReason } from './describe-operation.ts';
import {
  OBSTACLE_TEXTS,
  PUSH_OBSTACLES,
  type PushObstacle,
  type PushStanding,
  STANDING_TEXTS,
} from './explain-push-texts.ts';
import { planActor, tenantOf } from './plan-context.ts';
import { planObjects } from './plan-objects.ts';

export interface Sentence {
  /** Stable. */
  readonly code: string;
  readonly text: Text;
}

/** Why an account is or is not on a platform, and what the next push would do about it. */
export interface PushExplanation {
  /** Stable: the standing, then the codes of what keeps it so, joined by `+`. */
  readonly code: string;
  readonly standing: PushStanding;
  readonly obstacles: readonly PushObstacle[];
  /** All of it as sentences: the standing first, then obstacles, then the reasons, holds and issues of the rows. */
  readonly sentences: readonly Sentence[];
  readonly facts: PushFactsRow;
  /** What a plan for this account alone would say now; empty when there is nothing to do, or no plan can be made. */
  readonly operations: readonly PlannedOperation[];
  /** The newest operation that was sent, or is going to be, with its run. */
  readonly lastOperation: LastOperationRow | null;
}

export interface ExplainPushInput {
  readonly accountId: AccountId;
  readonly connectionId: ConnectionId;
}

interface Found {
  readonly connection: ConnectionRow;
  readonly facts: PushFactsRow;
  readonly lastOperation: LastOperationRow | null;
  readonly input: PushInput;
  readonly plan: PushPlan;
  readonly operations: readonly PlannedOperation[];
  readonly quarantined: boolean;
}

const has = (operations: readonly PlannedOperation[], state: PlannedOperation['state']): boolean =>
  operations.some((operation) => operation.state === state);

const CREATES: ReadonlySet<string> = new Set(['CREATE_ACCOUNT', 'LINK_ACCOUNT']);

/** Nothing is planned for somebody who is not there: who is not pushed at all. */
const outside = ({ facts, connection }: Found): PushStanding => {
  if (connection.pushRules.scope.excludeAccountIds.includes(facts.accountId)) return 'EXCLUDED';
  return facts.status === 'ACTIVE' ? 'OUT_OF_SCOPE' : 'NOT_ACTIVE';
};

/** Nothing is planned for somebody who is there: nothing differs, or the rules leave a person alone who is not pushed. */
const inside = ({ connection, facts, input, plan }: Found): PushStanding => {
  if (plan.outcome === 'PLANNED' && plan.totals.accountsInScope > 0) return 'IN_SYNC';
  const there = input.remoteAccounts.find(({ value }) => value.externalId === facts.externalId);
  if (there?.value.active === false) return 'IN_SYNC';
  const leaves =
    facts.status !== 'ACTIVE' || connection.pushRules.scope.excludeAccountIds.includes(facts.accountId);
  return leaves ? 'LEAVER_KEPT' : 'OUT_OF_SCOPE_KEPT';
};

const standingOf = (found: Found): PushStanding => {
  const { facts, operations, plan } = found;
  if (plan.outcome === 'ABORTED') return 'NO_PLAN';
  if (facts.quarantinedAt !== null) return 'QUARANTINED';
  if (has(operations, 'HELD')) return 'HELD';
  if (has(operations, 'PLANNED')) {
    return operations.some(({ kind }) => CREATES.has(kind)) ? 'TO_BE_CREATED' : 'CHANGES_PENDING';
  }
  if (facts.invitedAt !== null) return 'INVITED';
  if (operations.length > 0) return 'BLOCKED';
  return facts.externalId === null ? outside(found) : inside(found);
};

const obstaclesOf = ({ connection, facts, input, quarantined }: Found): PushObstacle[] => {
  const seats = input.accounts.find(({ id }) => id === facts.accountId)?.memberships ?? [];
  const is: Readonly<Record<PushObstacle, boolean>> = {
    CONNECTION_DISABLED: !connection.enabled,
    CONNECTION_READ_ONLY: connection.mode === 'READ_ONLY',
    CONNECTION_QUARANTINED: quarantined,
    REMOTE_INCOMPLETE: !input.remoteComplete,
    COPY_GONE: facts.goneAt !== null,
    PLATFORM_UNIT_MISSING: seats.some(
      ({ orgUnitId }) => !input.links.units.has(orgUnitId) && orgUnitId !== input.tenantRootId,
    ),
  };
  return PUSH_OBSTACLES.filter((obstacle) => is[obstacle]);
};

const standingText = (standing: PushStanding, plan: PushPlan): Text => {
  const text = STANDING_TEXTS[standing];
  if (plan.outcome !== 'ABORTED') return text;
  const error = new AppError(plan.code, { details: plan.details });
  const put = (template: string, reason: string): string => template.replace('{reason}', reason);
  return { zh: put(text.zh, error.text.zh), en: put(text.en, error.text.en) };
};

const rowSentences = (operations: readonly PlannedOperation[]): Sentence[] => {
  const found = new Map<string, Text>();
  for (const { reason, holds, issues } of operations) {
    found.set(reason, describePushReason(reason));
    for (const hold of holds) found.set(hold, describeHold(hold));
    for (const issue of issues) found.set(issue.code, describePushIssue(issue));
  }
  return [...found].map(([code, text]) => ({ code, text }));
};

const explain = (found: Found): PushExplanation => {
  const { facts, lastOperation, operations, plan } = found;
  const standing = standingOf(found);
  const obstacles = obstaclesOf(found);
  const rows = rowSentences(operations);
  return {
    code: [...new Set([standing, ...obstacles, ...rows.map(({ code }) => code)])].join('+'),
    standing,
    obstacles,
    sentences: [
      { code: standing, text: standingText(standing, plan) },
      ...obstacles.map((code) => ({ code, text: OBSTACLE_TEXTS[code] })),
      ...rows,
    ],
    facts,
    operations,
    lastOperation,
  };
};

const find = async (
  context: FlowContext,
  tx: Tx,
  asked: ExplainPushInput & {
    readonly connection: ConnectionRow;
    readonly capabilities: PushInput['capabilities'];
  },
): Promise<Found> => {
  const { accountId, connection, connectionId } = asked;
  const facts = await readPushFacts(tx, asked);
  if (facts === null) throw new AppError('NOT_FOUND', { details: { type: 'Account', id: accountId } });
  const task = {
    connectionId,
    rules: connection.pushRules,
    matchKeys: connection.pullRules.matchKeys,
    masters: connection.pullRules.masters,
    capabilities: asked.capabilities,
    remoteComplete: await lastPullComplete(tx, connectionId),
    previousAccountsInScope: null,
    now: context.now(),
  };
  const scope = { kind: 'FILTER', orgUnitIds: new Set<never>(), accountIds: new Set([accountId]) } as const;
  const { input, plan } = await planObjects(tx, task, scope);
  const operations =
    plan.outcome === 'ABORTED' ? [] : plan.operations.filter(({ objectId }) => objectId === accountId);
  return {
    connection,
    facts,
    lastOperation: await readLastOperation(tx, asked),
    input,
    plan,
    operations,
    quarantined: (await readQuarantine(tx, connectionId)) !== null,
  };
};

/**
 * Why an account is or is not on a platform: link and copy, what a plan for it alone would say now and by which rules,
 * the last operation with its run, invitation, quarantine; as codes and sentences. Nothing is stored.
 * @throws AppError NOT_FOUND, CONNECTION_CANNOT_PUSH
 */
export const explainPush = async (
  context: FlowContext,
  input: ExplainPushInput,
): Promise<PushExplanation> => {
  const connection = await selectConnection(context.db, tenantOf(context), input.connectionId);
  if (connection === null) throw connectionNotFound(input.connectionId);
  const capabilities = await capabilitiesOf(context, connection.id);
  return context.db.transaction(
    planActor(context),
    async (tx) => explain(await find(context, tx, { ...input, connection, capabilities })),
    { isolation: 'REPEATABLE READ' },
  );
};
