import { randomUUID } from 'node:crypto';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { ChangeEvent, ChangeHint, EventPolicy, PullRules, TenantId } from '../../src/domain/index.ts';
import { pullChanges } from '../../src/flows/events/pull-changes.ts';
import { takeEvents } from '../../src/flows/events/take-events.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import {
  commit,
  connectTo,
  createWorld,
  type ImportContext,
  type ImportWorld,
  pull,
  runOf,
  startDingTalk,
} from '../import/support.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';

/** A company that was pulled and committed once, whose events are followed from now on. */
export interface EventWorld extends ImportWorld {
  readonly database: TestDatabase;
  readonly simulator: DingTalkSimulator;
  readonly connection: ConnectionRow;
}

/** Where a worker is at work, it pulls. */
const pullByJob = async (world: ImportWorld, connection: ConnectionRow): Promise<ImportRunRow> => {
  const { id } = await startImport(world.context, { connectionId: connection.id, scope: 'ALL' });
  return until(async () => {
    const run = await runOf(world, id);
    return run.phase === 'REVIEW' && run;
  });
};

export const openEventWorld = async (
  options: {
    readonly events?: EventPolicy;
    readonly people?: number;
    readonly orgUnits?: number;
    readonly pullRules?: Partial<PullRules>;
    readonly database?: TestDatabase;
    /** Of a gateway whose worker does the jobs. */
    readonly context?: (tenantId: TenantId) => ImportContext;
  } = {},
): Promise<EventWorld> => {
  const database = options.database ?? (await createTestDatabase());
  const made = await createWorld(database);
  const world = options.context === undefined ? made : { ...made, context: options.context(made.tenantId) };
  const simulator = await startDingTalk({
    people: options.people ?? 40,
    orgUnits: options.orgUnits ?? 10,
    seed: 5,
  });
  const connection = await connectTo(world, simulator, {
    pullRules: { events: options.events ?? 'COMMIT', ...options.pullRules },
  });
  await commit(
    world,
    options.context === undefined ? await pull(world, connection) : await pullByJob(world, connection),
  );
  return { ...world, database, simulator, connection };
};

export const person = (externalId: string): ChangeHint => ({ kind: 'ACCOUNT', externalId });
export const unit = (externalId: number | string): ChangeHint => ({
  kind: 'ORG_UNIT',
  externalId: String(externalId),
});

export const eventOf = (...hints: readonly ChangeHint[]): ChangeEvent => ({
  dedupeKey: randomUUID(),
  type: 'test_change',
  occurredAt: new Date(),
  hints,
});

/** Tells Muster that something has changed, as an adapter would after it has verified a callback. */
export const tell = (world: EventWorld, ...events: readonly ChangeEvent[]) =>
  takeEvents(world.context, {
    connectionId: world.connection.id,
    appId: null,
    transport: 'CALLBACK',
    follow: true,
    events,
  });

/** What the job does. */
export const follow = (world: EventWorld, options: { readonly attempt?: number } = {}): Promise<void> =>
  pullChanges(world.context, { connectionId: world.connection.id }, options);

/** Tells and follows. */
export const happen = async (world: EventWorld, ...hints: readonly ChangeHint[]): Promise<void> => {
  await tell(world, eventOf(...hints));
  await follow(world);
};

export const outcomes = async (world: EventWorld): Promise<(string | null)[]> =>
  (
    await world.database.look<{ outcome: string | null }>(
      'select outcome from muster.received_event where connection_id = $1 order by id',
      [world.connection.id],
    )
  ).map(({ outcome }) => outcome);

export const lastOutcome = async (world: EventWorld): Promise<string | null | undefined> =>
  (await outcomes(world)).at(-1);

export const openHintCount = async (world: EventWorld): Promise<number> =>
  (
    await world.database.look('select from muster.change_hint where connection_id = $1', [
      world.connection.id,
    ])
  ).length;

export interface SeatedAccount {
  readonly id: string;
  readonly name: string;
  readonly mobile: string | null;
  readonly status: string;
  readonly units: readonly string[];
}

/** The account that a platform's person is linked to, with the names of its units; `null` = nobody. */
export const accountOf = async (world: EventWorld, externalId: string): Promise<SeatedAccount | null> => {
  const rows = await world.database.look<SeatedAccount>(
    `select a.id, a.display_name as name, a.mobile, a.status,
       coalesce((select array_agg(u.name order by u.name) from muster.membership m
         join muster.org_unit u on u.id = m.org_unit_id where m.account_id = a.id), '{}') as units
     from muster.account a
     join muster.account_link l on l.account_id = a.id
     join muster.remote_account r on r.id = l.remote_account_id
     where r.connection_id = $1 and r.external_id = $2`,
    [world.connection.id, externalId],
  );
  return rows[0] ?? null;
};

export interface PlacedUnit {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
}

export const unitOf = async (world: EventWorld, externalId: number | string): Promise<PlacedUnit | null> => {
  const rows = await world.database.look<PlacedUnit>(
    `select u.id, u.name, p.name as parent from muster.org_unit u
     left join muster.org_unit p on p.id = u.parent_id
     join muster.org_unit_link l on l.org_unit_id = u.id
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     where r.connection_id = $1 and r.external_id = $2`,
    [world.connection.id, String(externalId)],
  );
  return rows[0] ?? null;
};

/** Runs of a connection by kind and phase, the oldest first. */
export const runsOf = (world: EventWorld): Promise<{ id: string; kind: string; phase: string }[]> =>
  world.database.look('select id, kind, phase from muster.import_run where connection_id = $1 order by id', [
    world.connection.id,
  ]);

export const someone = (
  world: EventWorld,
  at: number,
): { userid: string; name: string; deptIds: number[] } => {
  const found = world.simulator.people()[at];
  if (found === undefined) throw new Error(`no person ${at}`);
  return { ...found, deptIds: [...found.deptIds] };
};

/** Departments right below the company, which have people or children as it comes. */
export const department = (world: EventWorld, at: number): { id: number; name: string } => {
  const found = world.simulator.departments().filter(({ parentId }) => parentId === 1)[at];
  if (found === undefined) throw new Error(`no department ${at}`);
  return found;
};
