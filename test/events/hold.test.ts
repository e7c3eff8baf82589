import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ImportRunId } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { discardImport } from '../../src/flows/import/end-import.ts';
import { findStagedAccounts, findStagedOrgUnits } from '../../src/flows/import/find-runs.ts';
import { mendStaged } from '../../src/flows/import/mend-staged.ts';
import { revertImport } from '../../src/flows/import/revert-import.ts';
import { runOf } from '../import/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  department,
  type EventWorld,
  happen,
  lastOutcome,
  openEventWorld,
  openHintCount,
  person,
  runsOf,
  someone,
  unit,
  unitOf,
} from './support.ts';

let database: TestDatabase;
let world: EventWorld;

beforeAll(async () => {
  database = await createTestDatabase();
});

const heldRun = async (): Promise<ImportRunId> => {
  const held = (await runsOf(world)).filter(({ kind, phase }) => kind === 'HELD' && phase === 'REVIEW');
  expect(held).toHaveLength(1);
  return held[0]?.id as ImportRunId;
};
const noHeldRun = async (): Promise<void> => {
  expect((await runsOf(world)).filter(({ kind, phase }) => kind === 'HELD' && phase === 'REVIEW')).toEqual(
    [],
  );
};
const rows = async (runId: ImportRunId) => findStagedAccounts(world.context, { runId, first: 200 });
const release = async (runId: ImportRunId): Promise<void> => {
  const ids = (await rows(runId)).filter(({ blocking }) => !blocking).map(({ id }) => id);
  if (ids.length > 0) await decideStaged(world.context, { runId, decision: 'ACCEPTED', rowIds: ids });
  const { digest } = await runOf(world, runId);
  await commitImport(world.context, { runId, digest: digest ?? '' });
};

describe('where events are held', () => {
  beforeEach(async () => {
    world = await openEventWorld({ database, events: 'HOLD' });
  });

  test('what they bring waits in one run, fresh at each event, until a reviewer commits it', async () => {
    const [a, b] = [someone(world, 0), someone(world, 1)];
    world.simulator.mutate.renameUser(a.userid, '甲一');
    await happen(world, person(a.userid));
    expect(await lastOutcome(world)).toBe('HELD');
    expect((await accountOf(world, a.userid))?.name).toBe(a.name);
    const runId = await heldRun();

    world.simulator.mutate.renameUser(b.userid, '乙');
    await happen(world, person(b.userid));
    world.simulator.mutate.renameUser(a.userid, '甲二');
    await happen(world, person(a.userid));
    expect(await heldRun()).toBe(runId);
    const names = (await rows(runId)).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['乙', '甲二'].toSorted());
    expect(await openHintCount(world)).toBe(0);

    await release(runId);
    expect((await accountOf(world, a.userid))?.name).toBe('甲二');
    expect((await accountOf(world, b.userid))?.name).toBe('乙');
    const ended = await database.look<{ state: string; outcome: string }>(
      'select distinct state, outcome from muster.received_event where connection_id = $1',
      [world.connection.id],
    );
    expect(ended).toEqual([{ state: 'DONE', outcome: 'COMMITTED' }]);
    // The next change begins another one.
    world.simulator.mutate.renameUser(a.userid, '甲三');
    await happen(world, person(a.userid));
    expect(await heldRun()).not.toBe(runId);
  });

  test('what a reviewer discards is not wanted, and comes again when it is told again', async () => {
    const a = someone(world, 0);
    world.simulator.mutate.renameUser(a.userid, '不要');
    await happen(world, person(a.userid));
    await discardImport(world.context, { runId: await heldRun() });
    expect(await lastOutcome(world)).toBe('DISCARDED');
    expect((await accountOf(world, a.userid))?.name).toBe(a.name);
    await happen(world, person(a.userid));
    expect(await lastOutcome(world)).toBe('HELD');
  });

  test('a run in which nothing is left to look at ends by itself', async () => {
    const a = someone(world, 0);
    world.simulator.mutate.renameUser(a.userid, '改了');
    await happen(world, person(a.userid));
    await heldRun();
    world.simulator.mutate.renameUser(a.userid, a.name);
    await happen(world, person(a.userid));
    await noHeldRun();
    expect(await lastOutcome(world)).toBe('UNCHANGED');
  });

  test('a new unit and whoever joins it wait together, whichever event comes first', async () => {
    const id = world.simulator.mutate.addDepartment({ name: '海外部', parentId: 1 });
    const userid = world.simulator.mutate.addUser({ name: '新人', mobile: '13811112222', deptIds: [id] });
    await happen(world, person(userid));
    await happen(world, unit(id));
    const runId = await heldRun();
    expect(await rows(runId)).toMatchObject([{ externalId: userid, action: 'CREATE', issues: [] }]);
    expect(await findStagedOrgUnits(world.context, { runId, first: 200 })).toMatchObject([
      { externalId: String(id), action: 'CREATE', issues: [] },
    ]);
    await release(runId);
    expect(await accountOf(world, userid)).toMatchObject({ units: ['海外部'] });
  });

  test('what a reviewer has mended stays mended when the object is told of again', async () => {
    const userid = world.simulator.mutate.addUser({ name: '无号', mobile: null as never, deptIds: [1] });
    await happen(world, person(userid));
    const runId = await heldRun();
    const [row] = await rows(runId);
    expect(row).toMatchObject({ blocking: true });
    await mendStaged(world.context, { runId, rowId: row?.id ?? '', field: 'mobile', value: '13800009999' });
    world.simulator.mutate.changeUser(userid, { title: '经理' });
    await happen(world, person(userid));
    expect(await rows(runId)).toMatchObject([
      { blocking: false, after: { mobile: '13800009999', title: '经理' } },
    ]);
    await release(runId);
    expect(await accountOf(world, userid)).toMatchObject({ mobile: '13800009999' });
  });
});

describe('where events are committed at once', () => {
  beforeEach(async () => {
    world = await openEventWorld({ database, people: 40, pullRules: { guard: { fraction: 1, count: 4 } } });
  });

  test('what has an issue waits, and the rest does not', async () => {
    const [a, b] = [someone(world, 0), someone(world, 1)];
    world.simulator.mutate.changeUser(a.userid, { mobile: '12' });
    world.simulator.mutate.renameUser(b.userid, '没问题');
    await happen(world, person(a.userid), person(b.userid));
    expect((await accountOf(world, b.userid))?.name).toBe('没问题');
    expect(await rows(await heldRun())).toMatchObject([{ externalId: a.userid, blocking: true }]);
    expect(await lastOutcome(world)).toBe('HELD');
  });

  test('leavers go one by one, until there are too many within an hour', async () => {
    const people = Array.from({ length: 6 }, (_, at) => someone(world, at));
    for (const { userid } of people.slice(0, 4)) {
      world.simulator.mutate.removeUser(userid);
      await happen(world, person(userid));
      expect(await accountOf(world, userid)).toMatchObject({ status: 'DISABLED' });
    }
    const [, , , , fifth, sixth] = people;
    if (fifth === undefined || sixth === undefined) throw new Error('too few people');
    world.simulator.mutate.removeUser(fifth.userid);
    await happen(world, person(fifth.userid));
    expect(await accountOf(world, fifth.userid)).toMatchObject({ status: 'ACTIVE' });
    const [row] = await rows(await heldRun());
    expect(row?.issues.map(({ code }) => code)).toContain('GUARD_TRIPPED');

    // An hour later there is room again for others; who is held stays held.
    await database.look(
      "update muster.import_run set committed_at = committed_at - interval '61 minutes' where connection_id = $1",
      [world.connection.id],
    );
    world.simulator.mutate.removeUser(sixth.userid);
    await happen(world, person(sixth.userid));
    expect(await accountOf(world, sixth.userid)).toMatchObject({ status: 'DISABLED' });
    expect(await accountOf(world, fifth.userid)).toMatchObject({ status: 'ACTIVE' });
    await release(await heldRun());
    expect(await accountOf(world, fifth.userid)).toMatchObject({ status: 'DISABLED' });
  });

  test('many who move at once are all held', async () => {
    const people = Array.from({ length: 6 }, (_, at) => someone(world, at));
    const target = world.simulator.mutate.addDepartment({ name: '新部门', parentId: 1 });
    for (const { userid } of people) world.simulator.mutate.moveUser(userid, [target]);
    await happen(world, ...people.map(({ userid }) => person(userid)));
    const held = await rows(await heldRun());
    expect(held).toHaveLength(6);
    expect(held.every(({ decision }) => decision === 'PENDING')).toBe(true);
    // The unit itself does no harm, and is there.
    expect(await unitOf(world, target)).toMatchObject({ name: '新部门' });
  });

  test('a unit that is gone is told of, its people are looked at, and nothing is removed', async () => {
    const gone = world.simulator.mutate.addDepartment({ name: '撤销部', parentId: 1 });
    const userid = world.simulator.mutate.addUser({ name: '旧人', mobile: '13811113333', deptIds: [gone] });
    await happen(world, unit(gone), person(userid));
    const to = department(world, 0);
    world.simulator.mutate.moveUser(userid, [to.id]);
    world.simulator.mutate.removeDepartment(gone);
    await happen(world, unit(gone));
    expect(await accountOf(world, userid)).toMatchObject({ units: [to.name] });
    expect(await findStagedOrgUnits(world.context, { runId: await heldRun(), first: 200 })).toMatchObject([
      { externalId: String(gone), situation: 'DELETED', action: 'NONE' },
    ]);
    expect(await unitOf(world, gone)).toMatchObject({ name: '撤销部' });
  });

  test('somebody who comes back waits for a person', async () => {
    const { userid, name } = someone(world, 0);
    world.simulator.mutate.removeUser(userid);
    await happen(world, person(userid));
    world.simulator.mutate.addUser({ userid, name, mobile: '13811114444', deptIds: [1] });
    await happen(world, person(userid));
    expect(await accountOf(world, userid)).toMatchObject({ status: 'DISABLED' });
    expect(await rows(await heldRun())).toMatchObject([{ externalId: userid, reasonCode: 'RETURNED' }]);
  });

  test('a run of events is taken back like any other', async () => {
    const a = someone(world, 0);
    const before = await accountOf(world, a.userid);
    world.simulator.mutate.renameUser(a.userid, '错误的名字');
    await happen(world, person(a.userid));
    const run = (await runsOf(world)).at(-1);
    expect(run).toMatchObject({ kind: 'EVENTS', phase: 'COMMITTED' });
    await revertImport(world.context, { runId: run?.id as ImportRunId });
    expect(await accountOf(world, a.userid)).toEqual(before);
    expect((await runsOf(world)).at(-1)).toMatchObject({ phase: 'REVERTED' });
  });

  test('with events off they are kept, and what was to be read is forgotten', async () => {
    await updateConnection(world.context, { id: world.connection.id, pullRules: { events: 'OFF' } });
    const a = someone(world, 0);
    world.simulator.mutate.renameUser(a.userid, '没人看');
    await happen(world, person(a.userid));
    expect(await lastOutcome(world)).toBe('IGNORED');
    expect(await openHintCount(world)).toBe(0);
    expect((await accountOf(world, a.userid))?.name).toBe(a.name);
  });
});
