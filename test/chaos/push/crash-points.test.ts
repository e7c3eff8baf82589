import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/index.ts';
import { MASTER_KEY } from '../../sync-apply/support/tenant.ts';
import { PUSH_GATES } from '../crash-gates.ts';
import { buildGates, shutGate } from '../gates.ts';
import { Worker } from '../worker.ts';
import {
  callsOf,
  done,
  loseNextAnswer,
  madeTwice,
  openScene,
  type PushScene,
  pictureOf,
  recordsOf,
  undisturbed,
  writesOf,
} from './scene.ts';

/** Each point so many times; goal R1 asks for 3. */
const ROUNDS = Array.from({ length: Number(process.env['CRASH_ROUNDS'] ?? 1) }, (_, at) => at + 1);
const SIZE = { units: 6, people: 30 };
const CALLS_PER_SECOND = 100;
/**
 * Operations whose intents stand at one time: those on their way, claimed ahead, and ended but not recorded. Each may
 * have to be looked up, by two calls (the number, then the person); and the next worker needs a token.
 */
const WINDOW = 12 + 5 + 10 + 10;
const MOST_WASTED = 2 * WINDOW + 1;

let database: TestDatabase;
let worker: Worker;
let next: Worker;
let expected: Awaited<ReturnType<typeof undisturbed>>;

const newWorker = (): Worker => new Worker({ connection: database.app, masterKey: MASTER_KEY });

/** Kills the worker and lets the one that has been waiting take its place. */
const replaceWorker = async (): Promise<void> => {
  await worker.kill();
  worker = next;
  next = newWorker();
};

beforeAll(async () => {
  database = await createTestDatabase();
  await buildGates(database.superuser, PUSH_GATES);
  expected = await undisturbed(database, SIZE);
  worker = newWorker();
  next = newWorker();
  await worker.tell({ kind: 'work' });
});

afterAll(async () => {
  await worker.kill();
  await next.kill();
});

const jobsDone = async (): Promise<void> => {
  for (;;) {
    const jobs = await database.look(
      'select from graphile_worker._private_jobs where is_available or locked_at is not null',
    );
    if (jobs.length === 0) return;
    await sleep(10);
  }
};

const verify = async (scene: PushScene): Promise<void> => {
  await done(scene);
  await jobsDone();
  expect(pictureOf(scene)).toEqual(expected.picture);
  expect(await recordsOf(scene)).toEqual(expected.records);
  expect(madeTwice(scene)).toEqual([]);
  expect(callsOf(scene) - expected.calls).toBeLessThanOrEqual(MOST_WASTED);
};

describe('the worker is killed', () => {
  const points = PUSH_GATES.flatMap(({ name }) => ROUNDS.map((round) => [name, round] as const));
  test.each(points)('%s (%i)', async (name, round) => {
    const gate = await shutGate(database.superuser, name);
    const scene = await openScene(database, SIZE, { callsPerSecond: CALLS_PER_SECOND });
    const backend = await gate.reached();
    await replaceWorker();
    // The killed process's transaction either finds out by itself or is ended by the server.
    if (round % 2 === 0) await database.look('select pg_terminate_backend($1)', [backend]);
    await gate.open();
    await worker.tell({ kind: 'work' });
    await verify(scene);
  });

  const moments = [
    ['as it creates the first unit', 1],
    ['among the people', 20],
    ['among the changes', 45],
    ['at the last removals', 55],
  ] as const;
  test.each(moments)('while the platform carries a call out: %s', async (_, nth) => {
    const scene = await openScene(database, SIZE, { callsPerSecond: CALLS_PER_SECOND });
    while (writesOf(scene) < nth - 1) await sleep(1);
    const heal = loseNextAnswer(scene);
    const before = writesOf(scene);
    while (writesOf(scene) === before) await sleep(1);
    await replaceWorker();
    heal();
    await worker.tell({ kind: 'work' });
    await verify(scene);
  });
});
