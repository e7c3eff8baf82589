import { beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/index.ts';
import { work } from '../../sync-apply/support/world.ts';
import { callsOf, madeTwice, openScene, pictureOf, recordsOf, undisturbed } from './scene.ts';

/** Every kind of call, and every way to lose it; by default those that make something. */
const ALL = process.env['PUSH_LOST_ANSWERS'] === 'all';
const SIZE = { units: 3, people: 10 };

let database: TestDatabase;
let expected: Awaited<ReturnType<typeof undisturbed>>;
beforeAll(async () => {
  database = await createTestDatabase();
  expected = await undisturbed(database, SIZE);
});

const CREATES = ['/topapi/v2/user/create', '/topapi/v2/department/create'];
const OTHERS = ['/topapi/v2/user/update', '/topapi/v2/user/delete'];
/** Carried out and not answered; not carried out; answered by what nobody can read. */
const WAYS = [
  { kind: 'resetAfter' },
  { kind: 'resetBefore' },
  { kind: 'truncate' },
  { kind: 'http', status: 502 },
] as const;

const cases = (ALL ? [...CREATES, ...OTHERS] : CREATES).flatMap((api) =>
  (ALL ? WAYS : WAYS.slice(0, 3)).map((fault) => [api, fault.kind, fault] as const),
);

test.each(cases)(
  'R5: %s, %s: it is looked up, made once, and converges in two more calls',
  async (api, _, fault) => {
    const scene = await openScene(database, SIZE);
    scene.simulator.faults.add({ api, fault });
    await work(scene.world, scene.runId, { random: () => 0.99 });
    scene.world.clock.aheadMs = 60_000;
    await work(scene.world, scene.runId);
    expect(pictureOf(scene)).toEqual(expected.picture);
    expect(await recordsOf(scene)).toEqual(expected.records);
    expect(madeTwice(scene)).toEqual([]);
    // The call that was lost, and at most two more.
    expect(callsOf(scene) - expected.calls).toBeLessThanOrEqual(3);
  },
);
