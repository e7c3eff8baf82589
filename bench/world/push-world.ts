import type pg from 'pg';
import {
  type AccountId,
  type ConnectionId,
  newId,
  type PlannedOperation,
  type SyncRunId,
  type TenantId,
} from '../../src/domain/index.ts';
import type { PushRulesInput } from '../../src/flows/connection/push-rules.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { planChanges } from '../../src/flows/sync/plan-changes.ts';
import { planSigner } from '../../src/flows/sync/sign-plan.ts';
import { operationDigest, planDigest, reviewDigest } from '../../src/planner/push/plan-digest.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { storeOperations } from '../../src/store/queries/plan-operations.ts';
import { insertPlan } from '../../src/store/queries/sync-plans.ts';
import { ImportWorld, type Place } from './import-world.ts';
import { type BenchDatabase, withClient } from './server.ts';
import type { SimulatedCompany } from './simulator.ts';

/** A tenant from which changes are pushed to a simulated company, by hand-made plans. */
export class PushWorld {
  readonly place: Place;
  readonly database: BenchDatabase;
  readonly #world: ImportWorld;
  readonly #close: () => Promise<void>;

  private constructor(database: BenchDatabase, place: Place, world: ImportWorld, close: () => Promise<void>) {
    this.database = database;
    this.place = place;
    this.#world = world;
    this.#close = close;
  }

  static async create(database: BenchDatabase, company: SimulatedCompany): Promise<PushWorld> {
    const place = await ImportWorld.create(database.app, company.form(1), newMasterKey());
    const { http } = createPlatformServices();
    const world = ImportWorld.enter(database.app, place, http);
    return new PushWorld(database, place, world, async () => {
      await world.close();
      await http.close();
    });
  }

  get tenantId(): TenantId {
    return this.place.tenantId;
  }

  /** One more connection to the same app of the company. */
  async connect(
    company: SimulatedCompany,
    options: {
      readonly name: string;
      readonly callsPerSecond: number;
      readonly settings?: Readonly<Record<string, string>>;
      readonly pushRules?: PushRulesInput;
    },
  ): Promise<ConnectionId> {
    const { platform, settings, secrets } = company.form(options.callsPerSecond);
    const { id } = await createConnection(this.#world.context, {
      platform,
      name: options.name,
      enabled: true,
      mode: 'READ_WRITE',
      allowPrivateNetwork: true,
      settings: { ...settings, ...secrets, ...options.settings },
      ...(options.pushRules === undefined ? {} : { pushRules: options.pushRules }),
    });
    return id;
  }

  /** People of the roster in its root unit. */
  hire(count: number): Promise<AccountId[]> {
    return withClient(this.database.superuser, async (client) => {
      await client.query('begin');
      const { rows } = await client.query<{ id: AccountId }>(
        `with root as (select tenant_id, id from muster.org_unit where tenant_id = $1 and parent_id is null),
         made as (
           insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id)
           select root.tenant_id, muster.new_id(), 'push-' || gen_random_uuid(), '员工' || n, root.id
           from root, generate_series(1, $2) as n returning tenant_id, id, primary_org_unit_id),
         seated as (
           insert into muster.membership (tenant_id, id, account_id, org_unit_id)
           select tenant_id, muster.new_id(), id, primary_org_unit_id from made)
         select id from made`,
        [this.tenantId, count],
      );
      await client.query('commit');
      return rows.map(({ id }) => id);
    });
  }

  /** Begins to apply a plan that says this and nothing else; a worker has to execute the run. */
  async begin(connectionId: ConnectionId, operations: readonly PlannedOperation[]): Promise<SyncRunId> {
    const { context } = this.#world;
    const id = newId<'SyncPlan'>();
    const contentDigest = planDigest(operations);
    const digest = reviewDigest(contentDigest, []);
    const sign = await planSigner(context);
    const signature = await sign({ id, connectionId, kind: 'FULL', contentDigest });
    const actor = {
      tenantId: this.tenantId,
      actor: { kind: 'SYSTEM', id: null, name: 'bench' },
      source: 'SYNC',
    } as const;
    await context.db.transaction(actor, async (tx) => {
      await insertPlan(tx, { id, connectionId, kind: 'FULL', scope: {}, trigger: 'MANUAL' });
      await storeOperations(tx, { id, connectionId }, { operations, digestOf: operationDigest });
      await tx.query(
        `update muster.sync_plan set phase = 'APPROVED', content_digest = $2, signature = $3, digest = $4,
           roster_snapshot = pg_current_snapshot(), expires_at = now() + interval '1 day'
         where tenant_id = muster.current_tenant() and id = $1`,
        [id, contentDigest, signature, digest],
      );
    });
    return (await applyPlan(context, { planId: id, digest })).id;
  }

  /** Plans what the outbox holds, for every connection that pushes by itself. */
  planChanges(): Promise<void> {
    return planChanges(this.#world.context);
  }

  look<Row extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return withClient(
      this.database.superuser,
      async (client) => (await client.query<Row>(sql, [...params])).rows,
    );
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const plain = {
  reason: 'NEW_IN_ROSTER',
  rule: 'bench',
  changes: [],
  wave: 1,
  dependsOn: [],
  base: { version: 1, remoteHash: null },
  effects: [],
  state: 'PLANNED',
  holds: [],
  issues: [],
} as const;

/** One new person in the company's root: one call. */
export const createOperation = (
  objectId: AccountId,
  ordinal: number,
  who: { readonly userid: string; readonly mobile: string },
): PlannedOperation => ({
  ...plain,
  ordinal,
  kind: 'CREATE_ACCOUNT',
  objectType: 'ACCOUNT',
  objectId,
  externalId: null,
  name: who.userid,
  content: {
    wantedExternalId: who.userid,
    values: { name: who.userid, mobile: who.mobile },
    memberships: [{ orgUnit: { externalId: '1' }, primary: true }],
  },
});

/** One person less: one call. */
export const deleteOperation = (objectId: AccountId, ordinal: number, userid: string): PlannedOperation => ({
  ...plain,
  ordinal,
  kind: 'DELETE_ACCOUNT',
  objectType: 'ACCOUNT',
  objectId,
  externalId: userid,
  name: userid,
  content: {},
});
