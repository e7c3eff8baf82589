import { beforeAll, expect, test } from 'vitest';
import type { AccountId } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { systemContext } from '../support/index.ts';
import { approveAndApply, plan, push, pushAll, setPushRules } from '../sync/support.ts';
import type { PushWorld } from '../sync-apply/support/world.ts';
import {
  accountOf,
  type EventWorld,
  happen,
  lastOutcome,
  openEventWorld,
  openHintCount,
  person,
  unit,
  unitOf,
} from './support.ts';

/*
 * What Muster writes comes back to it as events. It must not be taken for news: neither staged, nor written into the
 * roster, nor pushed again.
 */
let world: EventWorld;
/** The same world for those who push. */
let pushing: PushWorld;

const change = (sql: string, values: readonly unknown[]): Promise<number> =>
  world.context.db.transaction(systemContext(world.tenantId, { source: 'API' }), (tx) =>
    tx.execute(sql, [...values]),
  );

/** Everything of the roster, and what was staged for it: none of it may change by an echo. */
const traces = () =>
  world.database.look(
    `select (select jsonb_agg(jsonb_build_array(id, version) order by id) from muster.account where tenant_id = $1)
       as accounts,
       (select jsonb_agg(jsonb_build_array(id, version) order by id) from muster.org_unit where tenant_id = $1) as units,
       (select count(*) from muster.staged_account where tenant_id = $1 and action <> 'NONE') as "stagedAccounts",
       (select count(*) from muster.staged_org_unit where tenant_id = $1 and action <> 'NONE') as "stagedUnits",
       (select count(*) from muster.import_run where tenant_id = $1 and kind = 'HELD') as held`,
    [world.tenantId],
  );

const somebody = async (at: number) => {
  const { userid } = world.simulator.people()[at] ?? expect.fail('nobody');
  const account = (await accountOf(world, userid)) ?? expect.fail('not imported');
  return { userid, id: account.id as AccountId };
};

/** The next push must find nothing to do, either. */
const expectNothingToPush = async (): Promise<void> => {
  const made = await plan(pushing);
  expect(made.phase).not.toBe('REVIEW');
};

beforeAll(async () => {
  world = await openEventWorld({ events: 'COMMIT', people: 12, orgUnits: 4 });
  const connection = await updateConnection(world.context, {
    id: world.connection.id,
    mode: 'READ_WRITE',
    pushRules: {
      guards: Object.fromEntries(
        ['ACCOUNT_MOVE', 'ACCOUNT_RENAME', 'MEMBERSHIP_REMOVE'].map((kind) => [
          kind,
          { fraction: 0.5, count: 100 },
        ]),
      ),
    },
  });
  world = { ...world, connection };
  pushing = world as never;
  await pushAll(pushing);
});

test('a person whom Muster has changed', async () => {
  const { userid, id } = await somebody(2);
  // DingTalk says who leads somebody only to those who ask for him alone: known once, that is news no more.
  await happen(world, person(userid));
  await change('update muster.account set display_name = $2, title = $3 where id = $1', [id, '改名', '掌门']);
  await approveAndApply(pushing, await plan(pushing));
  expect(world.simulator.corp.users.get(userid)).toMatchObject({ name: '改名', title: '掌门' });
  const before = await traces();
  await happen(world, person(userid));
  expect(await lastOutcome(world)).toBe('UNCHANGED');
  expect(await traces()).toEqual(before);
  expect(await openHintCount(world)).toBe(0);
  await expectNothingToPush();
  // Whoever has no leader is exactly what was written.
  const leaderless = await somebody(0);
  await change('update muster.account set title = $2 where id = $1', [leaderless.id, '总舵主']);
  await approveAndApply(pushing, await plan(pushing));
  const then = await traces();
  await happen(world, person(leaderless.userid));
  expect(await lastOutcome(world)).toBe('ECHO');
  expect(await traces()).toEqual(then);
});

test('a unit that Muster has renamed, and one that it has made with a person in it', async () => {
  const department = world.simulator.departments().find(({ id }) => id !== 1) ?? expect.fail('no unit');
  const standing = (await unitOf(world, department.id)) ?? expect.fail('not imported');
  await change('update muster.org_unit set name = $2 where id = $1', [standing.id, '改名部']);
  await change(
    `with u as (insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name)
         select tenant_id, muster.new_id(), id, path, '新部' from muster.org_unit where id = $1 returning tenant_id, id),
       a as (select muster.new_id() as id),
       m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id)
         select u.tenant_id, muster.new_id(), a.id, u.id from u, a)
     insert into muster.account (tenant_id, id, user_name, display_name, mobile, primary_org_unit_id)
     select u.tenant_id, a.id, 'echo', '回声', '13900001111', u.id from u, a`,
    [standing.id],
  );
  await approveAndApply(pushing, await plan(pushing));
  const made = world.simulator.departments().find(({ name }) => name === '新部') ?? expect.fail('not pushed');
  const there = world.simulator.people().find(({ name }) => name === '回声') ?? expect.fail('not pushed');
  const before = await traces();
  await happen(world, person(there.userid), unit(made.id), unit(department.id));
  // The platform tells more of both than Muster has written.
  expect(await lastOutcome(world)).toBe('UNCHANGED');
  expect(await traces()).toEqual(before);
  await expectNothingToPush();
});

test('somebody whom Muster has moved, and the platform has then changed: only that is news', async () => {
  const { userid, id } = await somebody(3);
  const target =
    (await unitOf(world, world.simulator.departments().at(-1)?.id ?? 1)) ?? expect.fail('no unit');
  await change(
    `with old as (delete from muster.membership where account_id = $1),
       m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id)
         select tenant_id, muster.new_id(), $1, id from muster.org_unit where id = $2)
     update muster.account set primary_org_unit_id = $2 where id = $1`,
    [id, target.id],
  );
  await approveAndApply(pushing, await plan(pushing));
  world.simulator.mutate.renameUser(userid, '又改');
  await happen(world, person(userid));
  expect(await lastOutcome(world)).toBe('COMMITTED');
  expect(await accountOf(world, userid)).toMatchObject({ name: '又改', units: [target.name] });
  await expectNothingToPush();
});

test('an event, which vouches for nothing but what it names, holds back nothing that goes by itself', async () => {
  await setPushRules(pushing, { incremental: 'APPLY' });
  const { userid } = await somebody(4);
  world.simulator.mutate.renameUser(userid, '三改');
  await happen(world, person(userid));
  expect(await lastOutcome(world)).toBe('COMMITTED');
  await change(
    `with u as (select tenant_id, id from muster.org_unit where tenant_id = $1 and parent_id is null),
       a as (select muster.new_id() as id),
       m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id)
         select u.tenant_id, muster.new_id(), a.id, u.id from u, a)
     insert into muster.account (tenant_id, id, user_name, display_name, mobile, primary_org_unit_id)
     select u.tenant_id, a.id, 'newcomer', '新人', '13900002222', u.id from u, a`,
    [world.tenantId],
  );
  await push(pushing);
  expect(world.simulator.people().map(({ name }) => name)).toContain('新人');
});
