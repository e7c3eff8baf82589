import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  startDingTalkSimulator,
} from '../../../simulators/dingtalk/index.ts';
import type { AccountId, OrgUnitId, SyncRunId } from '../../../src/domain/index.ts';
import { createConnection } from '../../../src/flows/connection/save-connection.ts';
import { createPlatformServices } from '../../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../../src/platforms/registry.ts';
import type { TestDatabase } from '../../support/index.ts';
import { MemoryCompany } from '../../sync-apply/support/company.ts';
import { createTenantWorld } from '../../sync-apply/support/tenant.ts';
import {
  addAccounts,
  addUnits,
  begin,
  type Draft,
  type PushWorld,
  runOf,
  type StoredPlan,
  storePlan,
  work,
} from '../../sync-apply/support/world.ts';

const services = createPlatformServices();
afterAll(() => services.http.close());
const platforms = createPlatforms(services);

/** How many of each there are; the plan has about three operations for every two people. */
export interface SceneSize {
  readonly units: number;
  readonly people: number;
}

/** A roster, an empty company on DingTalk, and the plan that is to bring the one to the other. */
export interface PushScene {
  readonly world: PushWorld;
  readonly simulator: DingTalkSimulator;
  readonly plan: StoredPlan;
  readonly runId: SyncRunId;
}

const mobileOf = (at: number): string => String(13_900_000_000 + at);

const WRITES = [
  '/topapi/v2/user/create',
  '/topapi/v2/user/update',
  '/topapi/v2/user/delete',
  '/topapi/v2/department/create',
  '/topapi/v2/department/update',
  '/topapi/v2/department/delete',
] as const;

/** Writing calls that the company has received. */
export const writesOf = ({ simulator }: Pick<PushScene, 'simulator'>): number =>
  WRITES.reduce((sum, api) => sum + simulator.ledger.count(api), 0);

/** The next writing call takes effect, and its answer never comes. @returns what ends that */
export const loseNextAnswer = ({ simulator: { faults } }: PushScene): (() => void) => {
  const rules = WRITES.map((api) => faults.add({ api, fault: { kind: 'timeoutAfter' } }));
  return () => {
    for (const rule of rules) faults.remove(rule);
  };
};

export const callsOf = ({ simulator }: Pick<PushScene, 'simulator'>): number =>
  simulator.ledger.summary().calls;

const createUnits = (units: readonly OrgUnitId[], names: readonly string[]): Draft[] =>
  units.map((objectId, at) => {
    const above = at < 5 ? null : Math.floor(at / 5);
    return {
      kind: 'CREATE_ORG_UNIT',
      objectId,
      wave: above === null ? 0 : 1 + above,
      dependsOn: above === null ? [] : [above],
      content: {
        parent: above === null ? { externalId: '1' } : { orgUnitId: units[above] ?? objectId },
        name: names[at] ?? '',
      },
    };
  });

const createPeople = (people: readonly AccountId[], units: readonly OrgUnitId[]): Draft[] =>
  people.map((objectId, at) => {
    const unit = at % units.length;
    return {
      kind: 'CREATE_ACCOUNT',
      objectId,
      wave: 20,
      dependsOn: [unit],
      content: {
        wantedExternalId: `staff-${at}`,
        values: { name: `员工${at}`, mobile: mobileOf(at), title: '工程师' },
        memberships: [{ orgUnit: { orgUnitId: units[unit] ?? ('' as OrgUnitId) }, primary: true }],
      },
    };
  });

/** Every third person changes the title afterwards, every third has a manager, and every tenth leaves again. */
const changePeople = (people: readonly AccountId[], first: number): Draft[] =>
  people.flatMap((objectId, at): Draft[] => {
    const dependsOn = [first + at];
    if (at % 10 === 9) return [{ kind: 'DELETE_ACCOUNT', objectId, wave: 40, dependsOn }];
    if (at % 3 === 0) {
      return [
        { kind: 'UPDATE_ACCOUNT', objectId, wave: 21, dependsOn, content: { values: { title: '主管' } } },
      ];
    }
    const manager = people[0];
    if (at % 3 !== 1 || manager === undefined) return [];
    return [
      {
        kind: 'SET_MANAGER',
        objectId,
        wave: 30,
        dependsOn: [...dependsOn, first],
        content: { manager: { accountId: manager } },
      },
    ];
  });

/** Everything that a plan can do, in one plan. */
const draftsOf = (
  units: readonly OrgUnitId[],
  names: readonly string[],
  people: readonly AccountId[],
): Draft[] => [
  ...createUnits(units, names),
  ...createPeople(people, units),
  ...changePeople(people, units.length),
];

/** Begins to apply a plan; nobody works on it yet. */
export const openScene = async (
  database: TestDatabase,
  size: SceneSize,
  options: { readonly callsPerSecond?: number } = {},
): Promise<PushScene> => {
  const simulator = await startDingTalkSimulator({
    company: { seed: 1, people: 0, orgUnits: 1 },
    settings: NO_LIMITS,
  });
  afterAll(() => simulator.close());
  const { context: base, rootId } = await createTenantWorld(database);
  const clock = { aheadMs: 0 };
  const context = { ...base, platforms, now: () => new Date(Date.now() + clock.aheadMs) };
  const connection = await createConnection(context, {
    platform: 'dingtalk',
    name: '海川科技',
    enabled: true,
    mode: 'READ_WRITE',
    allowPrivateNetwork: true,
    settings: {
      corpId: simulator.describe().corpId,
      clientId: simulator.app.clientId,
      clientSecret: simulator.app.clientSecret,
      apiBase: simulator.url,
      newApiBase: simulator.url,
      callsPerSecond: String(options.callsPerSecond ?? 200),
    },
  });
  const world: PushWorld = {
    database,
    company: new MemoryCompany(),
    context,
    connection,
    rootId,
    clock,
  };
  const names = Array.from({ length: size.units }, (_, at) => `部门${at}`);
  const units = await addUnits(world, names);
  const people = await addAccounts(world, size.people);
  const plan = await storePlan(world, draftsOf(units, names, people));
  return { world, simulator, plan, runId: await begin(world, plan) };
};

/** What the company looks like, in its own words but for the ids that it chose. */
export const pictureOf = ({ simulator: { corp } }: Pick<PushScene, 'simulator'>): readonly string[] => {
  const unitName = (id: number | null): string =>
    id === null ? '' : (corp.departments.get(id)?.name ?? '?');
  const units = [...corp.departments.values()].map(
    ({ name, parentId, managers }) => `unit|${name}|${unitName(parentId)}|${managers.join(',')}`,
  );
  const people = [...corp.users.values()]
    .filter(({ userid }) => !corp.gone.has(userid))
    .map(({ userid, name, mobile, title, managerUserid, memberships }) => {
      const seats = memberships.map(({ deptId }) => unitName(deptId)).sort();
      return `person|${userid}|${name}|${mobile}|${title}|${managerUserid ?? ''}|${seats.join(',')}`;
    });
  return [...units, ...people].sort();
};

/** What a run leaves behind in the database, in words that two tenants can be compared by. */
export const recordsOf = async ({ world, plan }: PushScene): Promise<readonly string[]> => {
  const rows = await world.database.look<{ line: string }>(
    `select concat_ws('|', 'row', ordinal, kind, case when state = 'UNCHANGED' then 'APPLIED' else state end)
       as line from muster.plan_operation where plan_id = $1
     union all
     select concat_ws('|', 'copy', external_id, value->>'name', value->>'title', believed->>'managerExternalId',
       jsonb_array_length(value->'memberships'), gone_at is null) from muster.remote_account
     where connection_id = $2
     union all
     select concat_ws('|', 'unit', r.name, above.name) from muster.remote_org_unit r
     left join muster.remote_org_unit above on above.connection_id = $2
       and above.external_id = r.parent_external_id where r.connection_id = $2
     union all
     select concat_ws('|', 'link', r.external_id, a.display_name, l.origin, l.agreed_version)
     from muster.account_link l join muster.remote_account r on r.id = l.remote_account_id
     join muster.account a on a.id = l.account_id where l.connection_id = $2
     union all
     select concat_ws('|', 'unit link', r.name, u.name) from muster.org_unit_link l
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id join muster.org_unit u on u.id = l.org_unit_id
     where l.connection_id = $2
     union all
     select concat_ws('|', 'identity', i.kind, i.value) from muster.remote_identity i
     where i.connection_id = $2 and i.kind = 'userid'
     union all
     select concat_ws('|', 'phase', r.phase, p.phase) from muster.sync_run r
     join muster.sync_plan p on p.id = r.plan_id where p.id = $1
     order by 1`,
    [plan.id, world.connection.id],
  );
  return rows.map(({ line }) => line);
};

/** Applies everything in this process, undisturbed: what every other scene of this size has to come to. */
export const undisturbed = async (
  database: TestDatabase,
  size: SceneSize,
): Promise<{
  readonly picture: readonly string[];
  readonly records: readonly string[];
  readonly calls: number;
  readonly writes: number;
}> => {
  const scene = await openScene(database, size);
  await database.look(`delete from graphile_worker._private_jobs where key = $1 and locked_at is null`, [
    `sync:${scene.runId}`,
  ]);
  await work(scene.world, scene.runId);
  // Where a gateway runs, its worker may have had the job already.
  await done(scene);
  return {
    picture: pictureOf(scene),
    records: await recordsOf(scene),
    calls: callsOf(scene),
    writes: writesOf(scene),
  };
};

/** Waits until a run is over. */
export const done = async ({ world, runId }: PushScene): Promise<void> => {
  for (;;) {
    const { phase, errorCode } = await runOf(world, runId);
    if (phase === 'DONE') return;
    if (phase === 'FAILED' || phase === 'STOPPED') throw new Error(`${phase} ${errorCode}`);
    await sleep(10);
  }
};

/** Times that something was made on the platform: more than once is a duplicate. */
export const madeTwice = ({ simulator }: PushScene): readonly string[] => {
  const seen = new Map<string, number>();
  for (const api of ['/topapi/v2/user/create', '/topapi/v2/department/create']) {
    for (const { params, outcome } of simulator.ledger.entries({ api, limit: 100_000 })) {
      if (
        outcome !== 'ok' &&
        !outcome.startsWith('fault:timeoutAfter') &&
        !outcome.startsWith('fault:resetAfter')
      )
        continue;
      const key = `${api} ${String(params['userid'] ?? params['name'])}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  return [...seen].filter(([, times]) => times > 1).map(([key]) => key);
};
