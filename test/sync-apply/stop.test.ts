import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { resumeSync, stopSync } from '../../src/flows/sync/stop-sync.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  applied,
  begin,
  createOf,
  createPushWorld,
  linksOf,
  outcomes,
  runOf,
  statesOf,
  storePlan,
  work,
} from './support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const until = async (reached: () => boolean): Promise<void> => {
  while (!reached()) await sleep(1);
};

test('a stop begins no further call, leaves nothing in doubt, and the rest can be resumed', async () => {
  const world = await createPushWorld(database);
  const { company } = world;
  company.perSecond = 50;
  company.latencyMs = 250;
  const people = await addAccounts(world, 100);
  const plan = await storePlan(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  const runId = await begin(world, plan);
  const working = work(world, runId);
  await until(() => company.written.length >= 20);
  await stopSync(world.context, { runId });
  const atStop = company.written.length;
  await working;
  // Twelve are on their way at a time; at most so many more have begun while the word was on its way as well.
  expect(company.written.length - atStop).toBeLessThanOrEqual(24);
  const run = await runOf(world, runId);
  expect(run).toMatchObject({ phase: 'STOPPED', counts: { APPLIED: company.written.length } });
  expect(run.counts.RUNNING).toBeUndefined();
  expect((await outcomes(world, plan)).filter(({ unknown }) => unknown)).toEqual([]);
  await expect(stopSync(world.context, { runId })).rejects.toMatchObject({ code: 'SYNC_RUN_PHASE_WRONG' });
  await resumeSync(world.context, { runId });
  await work(world, runId);
  expect(await runOf(world, runId)).toMatchObject({ phase: 'DONE', counts: { APPLIED: 100 } });
  expect(company.written).toHaveLength(100);
  expect(company.finds).toBe(0);
  const acts = await database.look<{ action: string }>(
    `select action from muster.audit_event where object_id = $1 order by id`,
    [runId],
  );
  expect(acts.map(({ action }) => action)).toEqual([
    'sync.start',
    'sync.requestStop',
    'sync.stop',
    'sync.resume',
    'sync.finish',
  ]);
});

test('a run that nobody works on yet is stopped at once', async () => {
  const world = await createPushWorld(database);
  const [anna] = await addAccounts(world, 1);
  const runId = await begin(world, await storePlan(world, [createOf(anna, '安娜')]));
  expect((await stopSync(world.context, { runId })).phase).toBe('STOPPED');
  await work(world, runId);
  expect(world.company.written).toHaveLength(0);
});

test('a worker that goes hands back what it has not begun, and the next one goes on', async () => {
  const world = await createPushWorld(database);
  const { company } = world;
  company.perSecond = 50;
  company.latencyMs = 20;
  const people = await addAccounts(world, 60);
  const plan = await storePlan(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  const runId = await begin(world, plan);
  const going = new AbortController();
  const working = work(world, runId, { signal: going.signal });
  await until(() => company.written.length >= 10);
  going.abort(new Error('the worker stops'));
  await expect(working).rejects.toThrow('the worker stops');
  expect((await runOf(world, runId)).phase).toBe('RUNNING');
  await work(world, runId);
  expect(await runOf(world, runId)).toMatchObject({ phase: 'DONE', counts: { APPLIED: 60 } });
  expect(company.people.size).toBe(60);
  expect(company.finds).toBe(0);
});

test('a worker that was taken over stops before its next call, and nothing is done twice', async () => {
  const world = await createPushWorld(database);
  const { company } = world;
  company.perSecond = 50;
  company.latencyMs = 20;
  const people = await addAccounts(world, 60);
  const plan = await storePlan(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  const runId = await begin(world, plan);
  const slow = work(world, runId);
  await until(() => company.written.length >= 5);
  await work(world, runId);
  await slow;
  const run = await runOf(world, runId);
  expect(run).toMatchObject({ phase: 'DONE', attempt: 2 });
  const ended = (run.counts.APPLIED ?? 0) + (run.counts.UNCHANGED ?? 0);
  expect(ended).toBe(60);
  // What the first one had on its way is looked up; the look may have come before its answer.
  expect(company.people.size).toBeLessThanOrEqual(60 + 12);
  expect(new Set((await linksOf(world)).values()).size).toBe(60);
});

test('two operations of one object are never on their way together, not even in two runs', async () => {
  const world = await createPushWorld(database);
  const { company } = world;
  const [anna] = await addAccounts(world, 1);
  await applied(world, [createOf(anna, '安娜')]);
  const externalId = (await linksOf(world)).get(anna) ?? null;
  const busy = new Set<string>();
  let atOnce = 0;
  const write = company.write.bind(company);
  company.write = async (operation, call) => {
    const id = 'externalId' in operation ? (operation.externalId ?? '') : '';
    if (busy.has(id)) atOnce += 1;
    busy.add(id);
    try {
      return await write(operation, call);
    } finally {
      busy.delete(id);
    }
  };
  company.latencyMs = 150;
  const base = { version: null, remoteHash: null };
  const change = (title: string) => ({
    kind: 'UPDATE_ACCOUNT' as const,
    objectId: anna,
    externalId,
    base,
    content: { values: { title } },
  });
  const slow = await storePlan(world, [change('一'), change('二'), change('三')]);
  const urgent = await storePlan(world, [{ kind: 'DISABLE_ACCOUNT', objectId: anna, externalId, base }], {
    urgent: true,
  });
  const slowId = await begin(world, slow);
  const before = company.written.length;
  const working = work(world, slowId);
  await until(() => busy.size > 0);
  const urgentId = await begin(world, urgent);
  await Promise.all([working, work(world, urgentId)]);
  expect(atOnce).toBe(0);
  expect(await statesOf(world, slow)).toEqual(['APPLIED DONE', 'APPLIED DONE', 'APPLIED DONE']);
  expect(await statesOf(world, urgent)).toEqual(['APPLIED DONE']);
  const kinds = company.written.slice(before).map(({ operation, urgent: first }) => [operation.kind, first]);
  // It waits for the one that is on its way, and for no other of those that are queued.
  expect(kinds.indexOf(kinds.find(([kind]) => kind === 'DISABLE_ACCOUNT') ?? [])).toBeLessThan(3);
  expect(kinds).toContainEqual(['DISABLE_ACCOUNT', true]);
});

test('as many calls are on their way as rate and latency ask for', async () => {
  const world = await createPushWorld(database);
  const { company } = world;
  company.perSecond = 100;
  company.latencyMs = 400;
  const people = await addAccounts(world, 400);
  const plan = await storePlan(
    world,
    people.map((id, at) => createOf(id, `员工${at}`)),
  );
  await work(world, await begin(world, plan));
  // 100 a second, each of which takes 0.4 s.
  expect(company.mostAtOnce).toBeGreaterThanOrEqual(40);
  expect(company.people.size).toBe(400);
});
