import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AccountId,
  newId,
  type OrgUnitId,
  type PlannedOperation,
  type Principal,
  type SyncPlanId,
} from '../../src/domain/index.ts';
import type { PushRulesInput } from '../../src/flows/connection/push-rules.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { approvePlan } from '../../src/flows/sync/approve-plan.ts';
import { findOperations, getPlan } from '../../src/flows/sync/find-plans.ts';
import { planChanges } from '../../src/flows/sync/plan-changes.ts';
import { type PlanSyncInput, planSync } from '../../src/flows/sync/plan-sync.ts';
import { runPlan } from '../../src/flows/sync/run-plan.ts';
import { runSync } from '../../src/flows/sync/run-sync.ts';
import type { PlanOperationRow } from '../../src/store/queries/plan-operations.ts';
import type { SyncPlanRow } from '../../src/store/queries/sync-plans.ts';
import type { Tx } from '../../src/store/transaction.ts';
import { systemContext } from '../support/index.ts';
import { type PushWorld, tenantOf } from '../sync-apply/support/world.ts';

export {
  addAccounts,
  addUnits,
  createPushWorld,
  linksOf,
  type PushWorld,
  tenantOf,
} from '../sync-apply/support/world.ts';

/** Changes the roster as somebody does. */
export const change = <T>(world: PushWorld, work: (tx: Tx) => Promise<T>): Promise<T> =>
  world.context.db.transaction(systemContext(tenantOf(world), { source: 'API' }), work);

export const rename = (world: PushWorld, id: AccountId, name: string): Promise<number> =>
  change(world, (tx) => tx.execute('update muster.account set display_name = $2 where id = $1', [id, name]));

export const disable = (world: PushWorld, ids: readonly AccountId[]): Promise<number> =>
  change(world, (tx) =>
    tx.execute(`update muster.account set status = 'DISABLED' where id = any ($1::uuid[])`, [ids]),
  );

/** Makes a plan as request and job do. */
export const plan = async (
  world: PushWorld,
  input: Omit<PlanSyncInput, 'connectionId'> = { kind: 'FULL' },
): Promise<SyncPlanRow> => {
  const { id } = await planSync(world.context, { connectionId: world.connection.id, ...input });
  await runPlan(world.context, { planId: id });
  return getPlan(world.context, { planId: id });
};

export const rowsOf = (world: PushWorld, planId: SyncPlanId): Promise<PlanOperationRow[]> =>
  findOperations(world.context, { planId, first: 201 });

/** Kind and name of each row, in order. */
export const saying = (rows: readonly Pick<PlannedOperation, 'kind' | 'name'>[]): string[] =>
  rows.map(({ kind, name }) => `${kind} ${name}`);

export const approveAndApply = async (world: PushWorld, made: SyncPlanRow): Promise<void> => {
  const digest = made.digest ?? '';
  await approvePlan(world.context, { planId: made.id, digest });
  await apply(world, made);
};

/** Applies an approved plan to its end. */
export const apply = async (world: PushWorld, made: Pick<SyncPlanRow, 'id' | 'digest'>): Promise<void> => {
  const run = await applyPlan(world.context, { planId: made.id, digest: made.digest ?? '' });
  await runSync(world.context, { runId: run.id });
};

/** Brings the platform to what the roster says. */
export const pushAll = async (world: PushWorld): Promise<void> => {
  const made = await plan(world);
  if (made.phase === 'REVIEW') await approveAndApply(world, made);
};

export const setPushRules = async (world: PushWorld, pushRules: PushRulesInput): Promise<void> => {
  await updateConnection(world.context, { id: world.connection.id, pushRules });
};

/** Runs what waits to be applied, as the job does. */
export const work = async (world: PushWorld): Promise<void> => {
  const runs = await world.database.look<{ id: string }>(
    `select id from muster.sync_run where tenant_id = $1 and phase = 'QUEUED' order by id`,
    [tenantOf(world)],
  );
  for (const { id } of runs) await runSync(world.context, { runId: id as never });
};

/** What the job does that changes of the roster make. */
export const push = async (world: PushWorld, input: { readonly urgent?: boolean } = {}): Promise<void> => {
  await planChanges(world.context, input);
  await work(world);
};

/** Plans of the connection, the oldest first. */
export const plansOf = (world: PushWorld): Promise<SyncPlanRow[]> =>
  world.database.look(
    `select id, kind, phase, trigger, urgent, digest, content_digest as "contentDigest",
       superseded_by_id as "supersededById", error_code as "errorCode", carried_on as "carriedOn"
     from muster.sync_plan where connection_id = $1 order by id`,
    [world.connection.id],
  ) as Promise<SyncPlanRow[]>;

export interface JobRow {
  readonly task: string;
  readonly key: string | null;
  readonly payload: { readonly tenantId: string; readonly urgent?: boolean };
  readonly inSeconds: number;
}

/** Jobs that wait for a worker, of this world's tenant. */
export const jobsOf = (world: PushWorld, task = 'push-changes'): Promise<JobRow[]> =>
  world.database.look(
    `select t.identifier as task, j.key, j.payload,
       extract(epoch from j.run_at - j.created_at)::float8 as "inSeconds"
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = $2 and j.payload->>'tenantId' = $1 order by j.id`,
    [tenantOf(world), task],
  );

export const forgetJobs = (world: PushWorld): Promise<unknown> =>
  world.database.look(`delete from graphile_worker._private_jobs where payload->>'tenantId' = $1`, [
    tenantOf(world),
  ]);

/** The same world as somebody else sees it. */
export const as = (world: PushWorld, kind: 'ACCOUNT' | 'MACHINE', name: string): FlowContext => {
  const common = { name, tenantId: tenantOf(world), requestId: 'test', address: null };
  const principal: Principal =
    kind === 'ACCOUNT'
      ? {
          ...common,
          kind,
          id: newId<'Account'>(),
          sessionId: newId<'Session'>(),
          roles: ['OWNER'],
          subtree: null,
        }
      : { ...common, kind, id: newId<'MachineClient'>(), scopes: ['sync:write'] };
  return { ...world.context, principal };
};

/** Waits until something holds; fails after ten seconds. */
export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 500; i += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error('it did not come to hold');
};

export type { OrgUnitId };
