import { beforeAll, expect, test } from 'vitest';
import {
  type AccountId,
  GUARD_KINDS,
  type GuardKind,
  type GuardRule,
  type OrgUnitId,
  type SyncRunId,
} from '../../src/domain/index.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { planChanges } from '../../src/flows/sync/plan-changes.ts';
import { pickFrom } from '../import/random-changes.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { addAccounts, addUnits, createPushWorld, type PushWorld, work } from './support/world.ts';

/** Goal R11: each event five times, in random order. */
const SEEDS = Array.from({ length: Number(process.env['REPLAYS'] ?? 2) }, (_, at) => at + 1);
const TIMES = 5;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const openRuns = (world: PushWorld): Promise<{ id: SyncRunId }[]> =>
  database.look(
    `select id from muster.sync_run where connection_id = $1 and phase in ('QUEUED', 'RUNNING', 'WAITING')
     order by id`,
    [world.connection.id],
  );

/** Tells of changes, or works on a run that is there: five times each, in any order and side by side. */
const disturb = async (world: PushWorld, pick: (limit: number) => number): Promise<void> => {
  for (let time = 0; time < TIMES; time += 1) {
    const runs = await openRuns(world);
    const acts = [
      () => planChanges(world.context),
      () => planChanges(world.context, { urgent: true }),
      ...runs.flatMap(({ id }) => [() => work(world, id), () => work(world, id)]),
    ];
    const order = acts.map((act) => ({ act, at: pick(1_000) })).sort((a, b) => a.at - b.at);
    // What is refused for now (another run works) is delivered again.
    const outcome = await Promise.allSettled(order.map(({ act }) => act()));
    for (const one of outcome) {
      if (one.status === 'rejected') expect(String(one.reason)).toMatch(/applying the run|pushed/);
    }
  }
};

const settle = async (world: PushWorld): Promise<void> => {
  for (let quiet = 0; quiet < 2; ) {
    await planChanges(world.context);
    const runs = await openRuns(world);
    quiet = runs.length === 0 ? quiet + 1 : 0;
    world.clock.aheadMs += 3_600_000;
    for (const { id } of runs) await work(world, id);
  }
};

/** So many that half of them are more than ever change in one hour: how guards hold is told elsewhere. */
const PEOPLE = 40;
const WIDE = Object.fromEntries(
  GUARD_KINDS.map((kind): [GuardKind, GuardRule] => [kind, { fraction: 0.5, count: 1_000 }]),
) as Record<GuardKind, GuardRule>;

const CHANGES = ['RENAME', 'RENAME', 'DISABLE', 'ENABLE', 'MOVE', 'UNIT'] as const;

const change = async (
  people: readonly AccountId[],
  units: readonly OrgUnitId[],
  pick: (limit: number) => number,
): Promise<void> => {
  const id = people[pick(people.length)];
  const unit = units[pick(units.length)];
  switch (CHANGES[pick(CHANGES.length)]) {
    case 'RENAME':
      await database.look('update muster.account set display_name = $2 where id = $1', [
        id,
        `名${pick(900)}`,
      ]);
      return;
    case 'DISABLE':
      await database.look(`update muster.account set status = 'DISABLED' where id = $1`, [id]);
      return;
    case 'ENABLE':
      await database.look(`update muster.account set status = 'ACTIVE' where id = $1`, [id]);
      return;
    case 'MOVE':
      await database.look(
        `with moved as (update muster.membership set org_unit_id = $2 where account_id = $1 returning account_id)
         update muster.account set primary_org_unit_id = $2 where id in (select account_id from moved)`,
        [id, unit],
      );
      return;
    default:
      await database.look('update muster.org_unit set name = $2 where id = $1', [unit, `部门${pick(9_000)}`]);
  }
};

/** Both sides in the same words: people by number, with name, access and unit; of a leaver only that he is one. */
const rosterPicture = async (world: PushWorld): Promise<readonly string[]> => {
  const rows = await database.look<{ line: string }>(
    `select case when a.status = 'ACTIVE' then concat_ws('|', a.mobile, a.display_name, u.name)
       else a.mobile || ' has left' end as line from muster.account a
     join muster.org_unit u on u.id = a.primary_org_unit_id where a.tenant_id = $1 order by 1`,
    [world.context.principal.tenantId],
  );
  return rows.map(({ line }) => line);
};

const companyPicture = ({ company }: PushWorld): readonly string[] =>
  [...company.people.values()]
    .map(({ values, active, memberships }) => {
      const unit = company.units.get(memberships[0]?.orgUnitExternalId ?? '')?.name;
      return active ? `${values['mobile']}|${values['name']}|${unit}` : `${values['mobile']} has left`;
    })
    .sort();

test.each(SEEDS)(
  'R11: changes that are told five times, in any order, come to what the roster says (seed %i)',
  async (seed) => {
    const pick = pickFrom(seed * 7_919);
    const world = await createPushWorld(database, {
      pushRules: { incremental: 'APPLY', guards: WIDE },
    });
    const { id: runId } = await startImport(world.context, {
      connectionId: world.connection.id,
      scope: 'ALL',
    });
    await runImport(world.context, { runId });
    const units = await addUnits(world, ['甲', '乙', '丙']);
    const people = await addAccounts(world, PEOPLE);
    await settle(world);
    expect(companyPicture(world)).toEqual(await rosterPicture(world));
    for (let round = 0; round < 4; round += 1) {
      for (let at = 0; at < 4; at += 1) await change(people, units, pick);
      await disturb(world, pick);
    }
    await settle(world);
    expect(companyPicture(world)).toEqual(await rosterPicture(world));
    expect(world.company.people.size).toBe(PEOPLE);
    expect(world.company.units.size).toBe(4);
  },
  120_000,
);
