import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scheduleEventsTask } from '../../jobs/schedule-events.ts';
import { type ImportRunId, MOST_NAMED } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { pullChangesNow } from '../../src/flows/events/pull-now.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { commit, connectTo, createWorld, pull, runOf } from '../import/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  type EventWorld,
  eventOf,
  follow,
  happen,
  lastOutcome,
  openEventWorld,
  openHintCount,
  outcomes,
  person,
  runsOf,
  someone,
  tell,
} from './support.ts';

let database: TestDatabase;
let world: EventWorld;

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await openEventWorld({ database, people: 20, orgUnits: 5 });
});

const jobs = () =>
  database.look<{ key: string; run_at: Date }>(
    "select key, run_at from graphile_worker._private_jobs where key = 'pull-changes:' || $1::text",
    [world.connection.id],
  );

describe('beside a pull of the whole company', () => {
  test('that waits for review: its rows are stale, matched again, and nothing is lost', async () => {
    const [a, b] = [someone(world, 0), someone(world, 1)];
    world.simulator.mutate.renameUser(a.userid, '甲一');
    world.simulator.mutate.renameUser(b.userid, '乙');
    const run = await pull(world, world.connection);
    world.simulator.mutate.renameUser(a.userid, '甲二');
    await happen(world, person(a.userid));
    expect((await accountOf(world, a.userid))?.name).toBe('甲二');
    await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_ROSTER_MOVED' });
    await rematch(world.context, { runId: run.id });
    await commit(world, await runOf(world, run.id));
    expect((await accountOf(world, b.userid))?.name).toBe('乙');
  });

  test('that works: it does not keep events from being followed, nor they it from being started', async () => {
    const waiting = await startImport(world.context, { connectionId: world.connection.id, scope: 'ALL' });
    const a = someone(world, 0);
    world.simulator.mutate.renameUser(a.userid, '甲');
    await happen(world, person(a.userid));
    expect((await accountOf(world, a.userid))?.name).toBe('甲');
    expect((await runOf(world, waiting.id)).phase).toBe('QUEUED');
    await tell(world, eventOf(person(someone(world, 1).userid)));
    const again = await startImport(world.context, { connectionId: world.connection.id, scope: 'ALL' });
    expect(again.id).toBe(waiting.id);
  });

  test('a run of events is no pull of the company: the timer and the range do not count it', async () => {
    await updateConnection(world.context, { id: world.connection.id, pullRules: { everyMinutes: 60 } });
    const due = async () =>
      (
        await database.look<{ last_range_digest: string }>(
          'select last_range_digest from muster.connection where id = $1',
          [world.connection.id],
        )
      )[0]?.last_range_digest;
    const before = await due();
    world.simulator.mutate.renameUser(someone(world, 0).userid, '甲');
    await happen(world, person(someone(world, 0).userid));
    expect(await due()).toBe(before);
    const [seen] = await database.look<{ kind: string }>(
      `select r.kind from muster.copies_seen c join muster.import_run r on r.id = c.run_id
       where c.connection_id = $1 limit 1`,
      [world.connection.id],
    );
    expect(seen).toEqual({ kind: 'WHOLE' });
  });
});

describe('when more has changed than is read one by one', () => {
  const expectWhole = async (): Promise<ImportRunId> => {
    const run = (await runsOf(world)).at(-1);
    expect(run).toMatchObject({ kind: 'WHOLE', phase: 'QUEUED' });
    return run?.id as ImportRunId;
  };

  test('everything is pulled, and a person looks at it', async () => {
    const a = someone(world, 0);
    world.simulator.mutate.renameUser(a.userid, '甲');
    const hints = Array.from({ length: MOST_NAMED }, (_, at) => person(`nobody-${at}`));
    await tell(world, eventOf(person(a.userid)), eventOf(...hints));
    await follow(world);
    const runId = await expectWhole();
    // Meanwhile nothing is begun twice.
    await follow(world);
    await runImport(world.context, { runId });
    await follow(world);
    expect(await outcomes(world)).toEqual(['HELD', 'HELD']);
    expect(await openHintCount(world)).toBe(0);
    await commit(world, await runOf(world, runId));
    expect((await accountOf(world, a.userid))?.name).toBe('甲');
    expect(await outcomes(world)).toContain('COMMITTED');
  });

  test('a word about the whole company has it pulled', async () => {
    await happen(world, { kind: 'COMPANY', externalId: '' });
    const runId = await expectWhole();
    await runImport(world.context, { runId });
    await follow(world);
    await commit(world, await runOf(world, runId));
    expect(await lastOutcome(world)).toBe('COMMITTED');
  });

  test('a pull that fails is tried again later, and what was named is not forgotten', async () => {
    await happen(world, { kind: 'COMPANY', externalId: '' });
    const runId = await expectWhole();
    await database.look("update muster.import_run set phase = 'FAILED' where id = $1", [runId]);
    await follow(world);
    expect(await openHintCount(world)).toBe(1);
    const [job] = await jobs();
    expect(job?.run_at.getTime()).toBeGreaterThan(Date.now() + 300_000);
    await follow(world);
    expect((await runsOf(world)).at(-1)).toMatchObject({ kind: 'WHOLE', phase: 'QUEUED' });
  });
});

describe('when the platform is in trouble', () => {
  test('the run is tried again, says why, and hints that come meanwhile are read afterwards', async () => {
    const [a, b] = [someone(world, 0), someone(world, 1)];
    world.simulator.mutate.renameUser(a.userid, '甲');
    await tell(world, eventOf(person(a.userid)));
    const fault = world.simulator.faults.add({
      api: '/topapi/v2/user/get',
      times: null,
      fault: { kind: 'error', code: 60020 },
    });
    await expect(follow(world)).rejects.toMatchObject({ code: expect.stringMatching(/^PLATFORM_/) });
    const [event] = await database.look<{ state: string; outcome_code: string }>(
      'select state, outcome_code from muster.received_event where connection_id = $1',
      [world.connection.id],
    );
    expect(event).toMatchObject({ state: 'OPEN', outcome_code: expect.stringMatching(/^PLATFORM_/) });
    world.simulator.mutate.renameUser(b.userid, '乙');
    await tell(world, eventOf(person(b.userid)));
    world.simulator.faults.remove(fault);
    await follow(world);
    await follow(world);
    expect((await accountOf(world, a.userid))?.name).toBe('甲');
    expect((await accountOf(world, b.userid))?.name).toBe('乙');
    expect(await openHintCount(world)).toBe(0);
  });
});

test('before the first pull is committed events are kept, and followed afterwards', async () => {
  const fresh = await createWorld(database);
  const connection = await connectTo(fresh, world.simulator, { pullRules: { events: 'COMMIT' } });
  const young = { ...world, ...fresh, connection };
  await tell(young, eventOf(person(someone(world, 0).userid)));
  await follow(young);
  expect(await openHintCount(young)).toBe(1);
  expect((await runsOf(young)).length).toBe(0);
  await commit(young, await pull(young, connection));
  await database.look("delete from graphile_worker._private_jobs where key like 'pull-changes:%'");
  const context = {
    ...young.context,
    platforms: async () => young.context.platforms,
    signal: new AbortController().signal,
    attempt: 1,
    jobId: '1',
  };
  await scheduleEventsTask.prepare({}).run(context);
  const keys = await database.look<{ key: string }>(
    "select key from graphile_worker._private_jobs where key like 'pull-changes:%'",
  );
  expect(keys).toContainEqual({ key: `pull-changes:${connection.id}` });
  await follow(young);
  expect(await openHintCount(young)).toBe(0);
});

test('a burst makes one job, and one that waits for the platform is woken by hand, or when the connection is mended', async () => {
  await tell(world, eventOf(person('a')));
  await tell(world, eventOf(person('b')));
  expect(await jobs()).toHaveLength(1);
  const postpone = () =>
    database.look(
      `update graphile_worker._private_jobs set attempts = 3, run_at = now() + interval '1 hour'
       where key = 'pull-changes:' || $1::text`,
      [world.connection.id],
    );
  await postpone();
  await tell(world, eventOf(person('c')));
  const [waiting] = await jobs();
  expect(waiting?.run_at.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
  await pullChangesNow(world.context, { connectionId: world.connection.id });
  const [woken] = await jobs();
  expect(woken?.run_at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  await postpone();
  await updateConnection(world.context, { id: world.connection.id, name: '改好了' });
  const [mended] = await jobs();
  expect(mended?.run_at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
});
