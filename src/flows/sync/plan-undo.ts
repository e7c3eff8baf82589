import { type AccountRef, AppError, newId, type SyncRunId, type SyncRunPhase } from '../../domain/index.ts';
import type { RemoteUnitState } from '../../planner/push/facts.ts';
import { type AppliedOperation, invertPlan, type UndoInput } from '../../planner/push/invert-plan.ts';
import { totalsOf } from '../../planner/push/totals.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type ConnectionRow, lockConnection } from '../../store/queries/connections.ts';
import { type PlanOperationRow, plannedOf } from '../../store/queries/plan-operations.ts';
import { remoteMembers } from '../../store/queries/push-context.ts';
import {
  countLinked,
  lastPullComplete,
  readPushUnits,
  readRemoteAccountStates,
  readRemoteUnits,
} from '../../store/queries/push-input.ts';
import { insertPlan, type SyncPlanRow } from '../../store/queries/sync-plans.ts';
import { lockSyncRun } from '../../store/queries/sync-runs.ts';
import { readAccountLinks, readApplied, valueBefore } from '../../store/queries/undo-input.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { BULK_TIMEOUT } from '../import/run-context.ts';
import { syncRunNotFound } from './apply-context.ts';
import { capabilitiesOf } from './capabilities.ts';
import { getSyncRun } from './find-sync-runs.ts';
import { planActor } from './plan-context.ts';
import { planSigner, type SignedPlan } from './sign-plan.ts';
import { storePlan } from './store-plan.ts';

const OVER: ReadonlySet<SyncRunPhase> = new Set(['DONE', 'STOPPED', 'FAILED']);

/** Units that a person led before an operation, as the copy said it. */
const ledBefore = (row: PlanOperationRow): readonly string[] =>
  (valueBefore(row)?.memberships ?? []).flatMap(({ leader, orgUnitExternalId }) =>
    leader ? [orgUnitExternalId] : [],
  );

const appliedOf = (row: PlanOperationRow): AppliedOperation => {
  const told = row.result?.['externalId'];
  return {
    operation: plannedOf(row),
    externalId: typeof told === 'string' ? told : row.externalId,
    ...(row.objectType === 'ACCOUNT' ? { led: ledBefore(row) } : {}),
  };
};

const unitsThere = async (
  tx: Tx,
  connection: ConnectionRow,
): Promise<ReadonlyMap<string, RemoteUnitState>> => {
  const rows = await readRemoteUnits(tx, connection.id);
  return new Map(
    rows.map(({ order, leaderExternalIds, ...row }) => [
      row.externalId,
      {
        ...row,
        ...(order === null ? {} : { order }),
        ...(leaderExternalIds === null ? {} : { leaderExternalIds }),
      },
    ]),
  );
};

/** Platform ids of those who led a unit before its leaders were set. */
const leadersBefore = ({ operation }: AppliedOperation): readonly string[] => {
  const before = operation.changes.find(({ field }) => field === 'leaders')?.before as
    | readonly AccountRef[]
    | null
    | undefined;
  return (before ?? []).flatMap((ref) => ('externalId' in ref ? [ref.externalId] : []));
};

/** Copies of the people concerned: of the operations, of those who lead units that somebody led before, or have led. */
const peopleThere = async (
  tx: Tx,
  connection: ConnectionRow,
  applied: readonly AppliedOperation[],
): Promise<UndoInput['remoteAccounts']> => {
  const led = [...new Set(applied.flatMap((one) => one.led ?? []))];
  const leading = led.length === 0 ? [] : await remoteMembers(tx, connection.id, led);
  const ids = new Set(leading.flatMap(({ leaders }) => leaders));
  for (const one of applied) {
    if (one.externalId !== null) ids.add(one.externalId);
    for (const id of leadersBefore(one)) ids.add(id);
  }
  const states = await readRemoteAccountStates(tx, connection.id, [...ids]);
  return new Map(states.map((state) => [state.value.externalId, state]));
};

const inputOf = async (
  tx: Tx,
  connection: ConnectionRow,
  known: Pick<UndoInput, 'applied' | 'capabilities'>,
): Promise<UndoInput> => {
  const units = await readPushUnits(tx, connection.id);
  const linked = await countLinked(tx, connection.id);
  return {
    ...known,
    remoteUnits: await unitsThere(tx, connection),
    remoteAccounts: await peopleThere(tx, connection, known.applied),
    links: {
      units: new Map(
        units.flatMap(({ id, externalId }) => (externalId === null ? [] : [[id, externalId] as const])),
      ),
      accounts: await readAccountLinks(tx, connection.id),
    },
    guards: connection.pushRules.guards,
    linked: { ...linked, memberships: linked.accounts },
  };
};

const countObjects = (applied: readonly AppliedOperation[], type: 'ORG_UNIT' | 'ACCOUNT'): number =>
  new Set(
    applied.flatMap(({ operation, externalId }) =>
      operation.objectType === type ? [operation.objectId ?? externalId] : [],
    ),
  ).size;

const undoIn = async (
  context: FlowContext,
  tx: Tx,
  asked: {
    readonly runId: SyncRunId;
    readonly capabilities: UndoInput['capabilities'];
    readonly sign: (plan: SignedPlan) => Promise<string>;
  },
): Promise<SyncPlanRow> => {
  const run = await lockSyncRun(tx, asked.runId);
  if (run === null) throw syncRunNotFound(asked.runId);
  if (!OVER.has(run.phase)) throw new AppError('SYNC_RUN_PHASE_WRONG', { details: { phase: run.phase } });
  const connection = await lockConnection(tx, run.connectionId, 'share');
  if (connection === null) throw connectionNotFound(run.connectionId);
  const applied = (await readApplied(tx, run.planId)).map(appliedOf);
  if (applied.length === 0) throw new AppError('SYNC_NOT_UNDOABLE', { details: { runId: run.id } });
  const input = await inputOf(tx, connection, { applied, capabilities: asked.capabilities });
  const { operations, guards } = invertPlan(input);
  const plan = await insertPlan(tx, {
    id: newId<'SyncPlan'>(),
    connectionId: connection.id,
    kind: 'UNDO',
    scope: { runId: run.id },
    trigger: 'UNDO',
  });
  const counted = {
    orgUnits: countObjects(applied, 'ORG_UNIT'),
    accounts: countObjects(applied, 'ACCOUNT'),
    accountsInScope: 0,
  };
  await insertAuditEvent(tx, {
    action: 'plan.start',
    objectType: 'SyncPlan',
    objectId: plan.id,
    details: { connectionId: connection.id, kind: 'UNDO', runId: run.id },
  });
  return storePlan(tx, plan, {
    planned: { outcome: 'PLANNED', operations, guards, totals: totalsOf(operations, counted) },
    made: {
      rules: connection.pushRules,
      remoteComplete: await lastPullComplete(tx, connection.id),
      now: context.now(),
    },
    sign: asked.sign,
  });
};

/**
 * The plan that takes back what a run has done, to be reviewed and applied as any other. What the platform cannot give
 * back, and what was changed there since, is skipped with `IRREVERSIBLE`. The roster stays as it is: a later push
 * brings again what it says.
 * @throws AppError NOT_FOUND, SYNC_RUN_PHASE_WRONG while the run works, SYNC_NOT_UNDOABLE, CONNECTION_CANNOT_PUSH
 */
export const planUndo = async (
  context: FlowContext,
  input: { readonly runId: SyncRunId },
): Promise<SyncPlanRow> => {
  const { connectionId } = await getSyncRun(context, input);
  const capabilities = await capabilitiesOf(context, connectionId);
  const sign = await planSigner(context);
  return context.db.transaction(
    planActor(context),
    (tx) => undoIn(context, tx, { ...input, capabilities, sign }),
    { statementTimeout: BULK_TIMEOUT, isolation: 'REPEATABLE READ' },
  );
};
