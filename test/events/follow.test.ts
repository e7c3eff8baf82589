import { beforeAll, describe, expect, test } from 'vitest';
import {
  accountOf,
  department,
  type EventWorld,
  eventOf,
  follow,
  happen,
  lastOutcome,
  openEventWorld,
  openHintCount,
  person,
  runsOf,
  someone,
  tell,
  unit,
  unitOf,
} from './support.ts';

let world: EventWorld;

beforeAll(async () => {
  world = await openEventWorld();
});

describe('what an event has named is read afresh and, where the rules let it, committed at once', () => {
  test('a renamed person', async () => {
    const { userid } = someone(world, 0);
    world.simulator.mutate.renameUser(userid, '欧阳若兰');
    await happen(world, person(userid));
    expect(await accountOf(world, userid)).toMatchObject({ name: '欧阳若兰' });
    expect(await lastOutcome(world)).toBe('COMMITTED');
    expect(await openHintCount(world)).toBe(0);
    expect((await runsOf(world)).at(-1)).toMatchObject({ kind: 'EVENTS', phase: 'COMMITTED' });
  });

  test('a person who is as he was changes nothing', async () => {
    // The first look shows who his manager is, which no listing of this platform does.
    await happen(world, person(someone(world, 1).userid));
    await happen(world, person(someone(world, 1).userid));
    expect(await lastOutcome(world)).toBe('UNCHANGED');
    expect((await runsOf(world)).at(-1)).toMatchObject({ kind: 'EVENTS', phase: 'DISCARDED' });
  });

  test('a person who joins a department that nobody knows yet, below one that nobody knows either', async () => {
    const top = world.simulator.mutate.addDepartment({ name: '海外事业部', parentId: 1 });
    const below = world.simulator.mutate.addDepartment({ name: '东京办事处', parentId: top });
    const userid = world.simulator.mutate.addUser({ name: '新人', mobile: '13811112222', deptIds: [below] });
    await happen(world, person(userid));
    expect(await accountOf(world, userid)).toMatchObject({ name: '新人', units: ['东京办事处'] });
    expect(await unitOf(world, below)).toMatchObject({ name: '东京办事处', parent: '海外事业部' });
    expect(await lastOutcome(world)).toBe('COMMITTED');
  });

  test('a department that moves and is renamed', async () => {
    const [from, to] = [department(world, 0), department(world, 1)];
    world.simulator.mutate.moveDepartment(from.id, to.id);
    world.simulator.mutate.renameDepartment(from.id, `${from.name}（并入）`);
    await happen(world, unit(from.id));
    expect(await unitOf(world, from.id)).toMatchObject({ name: `${from.name}（并入）`, parent: to.name });
  });

  test('a person who has left is disabled, and nobody else', async () => {
    const { userid } = someone(world, 2);
    world.simulator.mutate.removeUser(userid);
    await happen(world, person(userid));
    expect(await accountOf(world, userid)).toMatchObject({ status: 'DISABLED' });
    const active = await world.database.look(
      "select from muster.account where tenant_id = $1 and status <> 'ACTIVE'",
      [world.tenantId],
    );
    expect(active).toHaveLength(1);
    expect(await lastOutcome(world)).toBe('COMMITTED');
  });

  test('somebody whom the platform does not know and nobody ever knew', async () => {
    await happen(world, person('nobody-of-that-name'));
    expect(await lastOutcome(world)).toBe('GONE');
  });
});

test('an event that names several objects is concluded by all of them', async () => {
  const [a, b] = [someone(world, 5), someone(world, 6)];
  world.simulator.mutate.renameUser(b.userid, '上官新名');
  await happen(world, person(a.userid), person(b.userid));
  expect(await lastOutcome(world)).toBe('COMMITTED');
});

test('the same event is taken once', async () => {
  await happen(world, person(someone(world, 7).userid));
  const event = eventOf(person(someone(world, 7).userid));
  expect(await tell(world, event, event)).toEqual({ stored: 1, duplicates: 1 });
  expect(await tell(world, event)).toEqual({ stored: 0, duplicates: 1 });
  await follow(world);
  await follow(world);
  expect(await lastOutcome(world)).toBe('UNCHANGED');
});

test('two people who exchange their numbers are committed, whichever is named', async () => {
  const [a, b] = [someone(world, 8), someone(world, 9)];
  const before = await Promise.all([accountOf(world, a.userid), accountOf(world, b.userid)]);
  world.simulator.mutate.changeUser(a.userid, { mobile: '13900000001' });
  world.simulator.mutate.changeUser(b.userid, { mobile: before[0]?.mobile ?? '' });
  world.simulator.mutate.changeUser(a.userid, { mobile: before[1]?.mobile ?? '' });
  await happen(world, person(a.userid));
  expect(await accountOf(world, a.userid)).toMatchObject({ mobile: before[1]?.mobile });
  expect(await accountOf(world, b.userid)).toMatchObject({ mobile: before[0]?.mobile });
});
