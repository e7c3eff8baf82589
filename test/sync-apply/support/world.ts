import {
  type AccountId,
  type ConnectionMode,
  newId,
  type OperationContent,
  type OperationState,
  type OrgUnitId,
  type PlannedOperation,
  type SyncPlanId,
  type SyncRunId,
} from '../../../src/domain/index.ts';
import type { PushRulesInput } from '../../../src/flows/connection/push-rules.ts';
import { createConnection } from '../../../src/flows/connection/save-connection.ts';
import type { FlowContext } from '../../../src/flows/context.ts';
import { applyPlan } from '../../../src/flows/sync/apply-plan.ts';
import { getSyncRun, type SyncRunView } from '../../../src/flows/sync/find-sync-runs.ts';
import { type RunSyncOptions, runSync } from '../../../src/flows/sync/run-sync.ts';
import { planSigner } from '../../../src/flows/sync/sign-plan.ts';
import { operationDigest, planDigest, reviewDigest } from '../../../src/planner/push/plan-digest.ts';
import type { Platform } from '../../../src/ports/platform.ts';
import type { ConnectionRow } from '../../../src/store/queries/connections.ts';
import { storeOperations } from '../../../src/store/queries/plan-operations.ts';
import { insertPlan } from '../../../src/store/queries/sync-plans.ts';
import { systemContext, type TestDatabase } from '../../support/index.ts';
import { MemoryCompany } from './company.ts';
import { doorOf, memoryPlatform, memoryTarget } from './memory-platform.ts';
import { createTenantWorld } from './tenant.ts';

/** A tenant whose roster is pushed to a company in memory. */
export interface PushWorld {
  readonly database: TestDatabase;
  readonly company: MemoryCompany;
  readonly context: FlowContext;
  readonly connection: ConnectionRow;
  readonly rootId: OrgUnitId;
  /** Milliseconds by which this world's clock is ahead. */
  readonly clock: { aheadMs: number };
}

export const createPushWorld = async (
  database: TestDatabase,
  options: {
    readonly mode?: ConnectionMode;
    readonly platform?: Platform;
    readonly pushRules?: PushRulesInput;
  } = {},
): Promise<PushWorld> => {
  const { context: base, rootId } = await createTenantWorld(database);
  const company = new MemoryCompany();
  const platform = options.platform ?? memoryPlatform(memoryTarget(doorOf(company)), company);
  const clock = { aheadMs: 0 };
  const context = {
    ...base,
    platforms: new Map([[platform.name, platform]]),
    now: () => new Date(Date.now() + clock.aheadMs),
  };
  const connection = await createConnection(context, {
    platform: platform.name,
    name: '内存公司',
    enabled: true,
    mode: options.mode ?? 'READ_WRITE',
    settings: {},
    ...(options.pushRules === undefined ? {} : { pushRules: options.pushRules }),
  });
  return { database, company, context, connection, rootId, clock };
};

export const tenantOf = ({ context }: PushWorld) => context.principal.tenantId;

/** As many as were asked for; a test names no more of them than that. */
export type Several<T> = readonly [T, T, T, ...T[]];

const several = <T>(ids: readonly T[]): Several<T> => ids as unknown as Several<T>;

/** Accounts of the roster in its root unit. */
export const addAccounts = async (world: PushWorld, count: number): Promise<Several<AccountId>> => {
  const ids = Array.from({ length: count }, () => newId<'Account'>());
  await world.context.db.transaction(systemContext(tenantOf(world)), async (tx) => {
    await tx.query(
      `with made as (
         insert into muster.account (tenant_id, id, user_name, display_name, mobile, primary_org_unit_id)
         select muster.current_tenant(), id, 'user-' || right(id::text, 12), '员工' || n,
           (13000000000 + n)::text, $2
         from unnest($1::uuid[]) with ordinality as a(id, n) returning id)
       insert into muster.membership (tenant_id, id, account_id, org_unit_id)
       select muster.current_tenant(), muster.new_id(), id, $2 from made`,
      [ids, world.rootId],
    );
  });
  return several(ids);
};

/** Units of the roster below another. */
export const addUnits = async (
  world: PushWorld,
  names: readonly string[],
  parentId: OrgUnitId = world.rootId,
): Promise<Several<OrgUnitId>> => {
  const ids = names.map(() => newId<'OrgUnit'>());
  await world.context.db.transaction(systemContext(tenantOf(world)), async (tx) => {
    await tx.query(
      `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name)
       select muster.current_tenant(), n.id, p.id, p.path, n.name
       from unnest($1::uuid[], $2::text[]) as n(id, name), muster.org_unit p
       where p.tenant_id = muster.current_tenant() and p.id = $3`,
      [ids, names, parentId],
    );
  });
  return several(ids);
};

export type Draft = Pick<PlannedOperation, 'kind' | 'objectId'> &
  Partial<Omit<PlannedOperation, 'ordinal' | 'kind' | 'objectId' | 'content'>> & {
    readonly content?: OperationContent;
  };

/** A row of a plan with everything that a test does not care about. */
export const operation = (draft: Draft, ordinal: number): PlannedOperation => ({
  objectType: draft.kind.endsWith('ACCOUNT') || draft.kind === 'SET_MANAGER' ? 'ACCOUNT' : 'ORG_UNIT',
  externalId: null,
  name: `第${ordinal}行`,
  reason: 'NEW_IN_ROSTER',
  rule: 'test',
  changes: [],
  content: {},
  wave: 1,
  dependsOn: [],
  base: { version: 1, remoteHash: null },
  effects: [],
  state: 'PLANNED',
  holds: [],
  issues: [],
  ...draft,
  ordinal,
});

export const createOf = (
  objectId: AccountId,
  name: string,
  more: Partial<Draft> & { readonly values?: Readonly<Record<string, string | null>> } = {},
): Draft => {
  const { values, ...rest } = more;
  return {
    kind: 'CREATE_ACCOUNT',
    objectId,
    content: {
      values: { name, ...values },
      memberships: [{ orgUnit: { externalId: '1' }, primary: true }],
    },
    ...rest,
  };
};

export interface StoredPlan {
  readonly id: SyncPlanId;
  readonly digest: string;
}

/** An approved plan of these rows, as the planning side leaves it. */
export const storePlan = async (
  world: PushWorld,
  drafts: readonly Draft[],
  options: { readonly urgent?: boolean } = {},
): Promise<StoredPlan> => {
  const operations = drafts.map(operation);
  const id = newId<'SyncPlan'>();
  const connectionId = world.connection.id;
  const contentDigest = planDigest(operations);
  const digest = reviewDigest(contentDigest, []);
  const sign = await planSigner(world.context);
  const kind = 'FULL';
  const signature = await sign({ id, connectionId, kind, contentDigest });
  await world.context.db.transaction(systemContext(tenantOf(world)), async (tx) => {
    const urgent = options.urgent ?? false;
    await insertPlan(tx, { id, connectionId, kind, scope: {}, trigger: 'MANUAL', urgent });
    await storeOperations(tx, { id, connectionId }, { operations, digestOf: operationDigest });
    await tx.query(
      `update muster.sync_plan set phase = 'APPROVED', content_digest = $2, signature = $3, digest = $4,
         roster_snapshot = pg_current_snapshot(), expires_at = now() + interval '1 day', planned_at = now()
       where tenant_id = muster.current_tenant() and id = $1`,
      [id, contentDigest, signature, digest],
    );
  });
  return { id, digest };
};

/** Begins to apply a plan; nobody works on it yet. */
export const begin = async (world: PushWorld, plan: StoredPlan): Promise<SyncRunId> =>
  (await applyPlan(world.context, { planId: plan.id, digest: plan.digest })).id;

export const work = (world: PushWorld, runId: SyncRunId, options: RunSyncOptions = {}): Promise<void> =>
  runSync(world.context, { runId }, options);

export const runOf = (world: PushWorld, runId: SyncRunId): Promise<SyncRunView> =>
  getSyncRun(world.context, { runId });

/** Applies a plan as far as it goes at once. */
export const applied = async (
  world: PushWorld,
  drafts: readonly Draft[],
  options: RunSyncOptions & { readonly urgent?: boolean } = {},
): Promise<{ readonly plan: StoredPlan; readonly runId: SyncRunId; readonly run: SyncRunView }> => {
  const plan = await storePlan(world, drafts, options.urgent === undefined ? {} : { urgent: options.urgent });
  const runId = await begin(world, plan);
  await work(world, runId, options);
  return { plan, runId, run: await runOf(world, runId) };
};

export interface OutcomeRow {
  readonly ordinal: number;
  readonly state: OperationState;
  readonly code: string | null;
  readonly attempt: number;
  readonly unknown: boolean;
  readonly retryAt: Date | null;
}

export const outcomes = (world: PushWorld, plan: StoredPlan): Promise<OutcomeRow[]> =>
  world.database.look(
    `select ordinal, state, outcome_code as code, attempt, outcome_unknown as unknown, retry_at as "retryAt"
     from muster.plan_operation where plan_id = $1 order by ordinal`,
    [plan.id],
  );

export const statesOf = async (world: PushWorld, plan: StoredPlan): Promise<string[]> =>
  (await outcomes(world, plan)).map(({ state, code }) => (code === null ? state : `${state} ${code}`));

/** Links of this world's connection: platform id by roster id. */
export const linksOf = async (world: PushWorld): Promise<ReadonlyMap<string, string>> => {
  const rows = await world.database.look<{ id: string; externalId: string }>(
    `select l.account_id as id, r.external_id as "externalId" from muster.account_link l
     join muster.remote_account r on r.id = l.remote_account_id where l.connection_id = $1
     union all
     select l.org_unit_id, r.external_id from muster.org_unit_link l
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id where l.connection_id = $1`,
    [world.connection.id],
  );
  return new Map(rows.map(({ id, externalId }) => [id, externalId]));
};
