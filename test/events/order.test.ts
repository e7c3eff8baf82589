import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { ChangeEvent, ChangeHint } from '../../src/domain/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { type EventWorld, eventOf, follow, openEventWorld, person, tell, unit } from './support.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

/** Changes at the platform, and the events that tell of each. */
const change = (simulator: DingTalkSimulator, seed: number): ChangeEvent[] => {
  const { mutate } = simulator;
  const people = simulator.people();
  const tops = simulator.departments().filter(({ parentId }) => parentId === 1);
  const at = (n: number) => people[(seed * 7 + n * 3) % people.length] ?? expect.fail('nobody');
  const top = (n: number) => tops[(seed + n) % tops.length] ?? expect.fail('no department');
  const events: ChangeEvent[] = [];
  const told = (...hints: readonly ChangeHint[]): void => {
    events.push(eventOf(...hints));
  };
  // A department and somebody in it, both new; and another below it.
  const made = mutate.addDepartment({ name: `新部门${seed}`, parentId: top(0).id });
  const below = mutate.addDepartment({ name: `新部门${seed}之下`, parentId: made });
  const boss = mutate.addUser({ name: '新主管', mobile: `1390000${1000 + seed}`, deptIds: [made] });
  const report = mutate.addUser({
    name: '新下属',
    mobile: `1390001${1000 + seed}`,
    deptIds: [below],
    managerUserid: boss,
  });
  for (const id of [below, made]) told(unit(id));
  for (const userid of [report, boss]) told(person(userid));
  // Somebody who was there reports to the new one from now on.
  const other = at(1);
  mutate.changeUser(other.userid, { managerUserid: boss });
  told(person(other.userid));
  // Two exchange their numbers.
  const [a, b] = [at(2), at(5)];
  const numbers = [a, b].map(({ userid }) => simulator.corp.users.get(userid)?.mobile ?? '');
  mutate.changeUser(a.userid, { mobile: '13700000000' });
  mutate.changeUser(b.userid, { mobile: numbers[0] ?? '' });
  mutate.changeUser(a.userid, { mobile: numbers[1] ?? '' });
  told(person(a.userid));
  told(person(b.userid));
  // Two departments exchange their names; what was below one of them comes up, and that one goes below it.
  const [x, y] = [top(0), top(1)];
  mutate.renameDepartment(x.id, `${y.name}#`);
  mutate.renameDepartment(y.id, x.name);
  mutate.renameDepartment(x.id, y.name);
  told(unit(x.id));
  told(unit(y.id));
  mutate.moveDepartment(made, 1);
  mutate.moveDepartment(x.id, below);
  told(unit(made));
  told(unit(x.id));
  // Somebody moves, somebody leaves, somebody is renamed twice.
  const [mover, leaver, renamed] = [at(7), at(8), at(9)];
  mutate.moveUser(mover.userid, [made]);
  told(person(mover.userid));
  mutate.removeUser(leaver.userid);
  told(person(leaver.userid));
  mutate.renameUser(renamed.userid, '改一次');
  told(person(renamed.userid));
  mutate.renameUser(renamed.userid, '改两次');
  told(person(renamed.userid));
  return events;
};

/** The roster as the platform's ids name it: units by parents, people with everything that a pull writes. */
const picture = async (world: EventWorld) => {
  const units = await database.look<{ external_id: string; name: string; parent: string | null }>(
    `select r.external_id, u.name, u.status, p.external_id as parent from muster.remote_org_unit r
     join muster.org_unit_link l on l.remote_org_unit_id = r.id
     join muster.org_unit u on u.id = l.org_unit_id
     left join muster.org_unit_link pl on pl.org_unit_id = u.parent_id and pl.connection_id = r.connection_id
     left join muster.remote_org_unit p on p.id = pl.remote_org_unit_id
     where r.connection_id = $1 order by 1`,
    [world.connection.id],
  );
  const people = await database.look<{
    external_id: string;
    display_name: string;
    status: string;
    units: string[];
  }>(
    `select r.external_id, a.display_name, a.mobile, a.email, a.job_number, a.title, a.status,
       (select mr.external_id from muster.account_link ml join muster.remote_account mr on mr.id = ml.remote_account_id
         where ml.account_id = a.manager_id and ml.connection_id = r.connection_id) as manager,
       (select jsonb_agg(ur.external_id order by ur.external_id) from muster.membership m
         join muster.org_unit_link ul on ul.org_unit_id = m.org_unit_id and ul.connection_id = r.connection_id
         join muster.remote_org_unit ur on ur.id = ul.remote_org_unit_id
         where m.account_id = a.id) as units
     from muster.remote_account r
     join muster.account_link l on l.remote_account_id = r.id
     join muster.account a on a.id = l.account_id
     where r.connection_id = $1 order by 1`,
    [world.connection.id],
  );
  return { units, people };
};

/** The same of the platform, as far as both tell of it. */
const truth = ({ simulator }: EventWorld) => ({
  units: simulator.departments().map(({ id, name, parentId }) => ({
    external_id: String(id),
    name,
    parent: parentId === null ? null : String(parentId),
  })),
  people: simulator.people().map(({ userid, name, deptIds }) => ({
    external_id: userid,
    display_name: name,
    units: deptIds.map(String).toSorted(),
  })),
});

const expectTruth = (world: EventWorld, { units, people }: Awaited<ReturnType<typeof picture>>): void => {
  const there = truth(world);
  for (const unit of there.units) expect(units).toContainEqual(expect.objectContaining(unit));
  for (const one of there.people)
    expect(people).toContainEqual(expect.objectContaining({ ...one, status: 'ACTIVE' }));
  expect(people.filter(({ status }) => status === 'ACTIVE')).toHaveLength(there.people.length);
};

const leftOver = async (world: EventWorld): Promise<unknown> =>
  database.look(
    `select state, outcome, count(*)::int from muster.received_event where connection_id = $1 and state <> 'DONE'
     group by 1, 2`,
    [world.connection.id],
  );

/** What comes in between two runs: events in some order, in portions. */
const deliver = async (world: EventWorld, portions: readonly (readonly ChangeEvent[])[]): Promise<void> => {
  for (const events of portions) {
    await tell(world, ...events);
    await follow(world);
  }
  await follow(world);
};

const shuffled = (events: readonly ChangeEvent[], seed: number): ChangeEvent[][] => {
  const five = events.flatMap((event) => Array.from({ length: 5 }, () => event));
  const [order] = fc.sample(fc.shuffledSubarray(five, { minLength: five.length }), { seed, numRuns: 1 });
  const size = 1 + (seed % 13);
  const portions: ChangeEvent[][] = [];
  for (let at = 0; at < five.length; at += size) portions.push((order ?? []).slice(at, at + size));
  return portions;
};

describe('events that come five times and in any order lead where those lead that come once and in order (R11)', () => {
  const rules = { guard: { fraction: 1, count: 1_000 } };

  test.each([1, 2, 3, 4, 5, 6])('seed %i', async (seed) => {
    const once = await openEventWorld({ database, people: 30, orgUnits: 12, pullRules: rules });
    const inOrder = change(once.simulator, seed);
    await deliver(
      once,
      inOrder.map((event) => [event]),
    );
    const expected = await picture(once);
    expect(await leftOver(once)).toEqual([]);
    expectTruth(once, expected);

    const often = await openEventWorld({ database, people: 30, orgUnits: 12, pullRules: rules });
    await deliver(often, shuffled(change(often.simulator, seed), seed));
    expect(await leftOver(often)).toEqual([]);
    expect(await picture(often)).toEqual(expected);
  });
});
