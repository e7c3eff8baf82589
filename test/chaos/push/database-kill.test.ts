import { afterAll, beforeAll, expect, test } from 'vitest';
import { MASTER_KEY } from '../../sync-apply/support/tenant.ts';
import { PUSH_GATES } from '../crash-gates.ts';
import { buildGates, shutGate } from '../gates.ts';
import { type KillableGateway, startKillableGateway } from '../killable-gateway.ts';
import { done, madeTwice, openScene, pictureOf, recordsOf, undisturbed } from './scene.ts';

const SIZE = { units: 4, people: 20 };
/** All points in turn, beginning at another one each time; goal R1 asks for every point three times. */
const ROUNDS = Number(process.env['PUSH_DATABASE_KILLS'] ?? 3);

let gateway: KillableGateway;
let expected: Awaited<ReturnType<typeof undisturbed>>;

beforeAll(async () => {
  gateway = await startKillableGateway(MASTER_KEY);
  await buildGates(gateway.superuser, PUSH_GATES);
  expected = await undisturbed(gateway.database, SIZE);
}, 120_000);

afterAll(() => gateway.stop());

const STRIDE = 5;
const points = Array.from(
  { length: ROUNDS },
  (_, round) => [round + 1, PUSH_GATES[(3 + round * STRIDE) % PUSH_GATES.length]?.name ?? ''] as const,
);

test.each(points)(
  'round %i: the server is killed %s',
  async (_, name) => {
    const gate = await shutGate(gateway.superuser, name);
    const scene = await openScene(gateway.database, SIZE, { callsPerSecond: 100 });
    await gate.reached();
    await gateway.outage();
    await gate.open();
    await done(scene);
    expect(pictureOf(scene)).toEqual(expected.picture);
    expect(await recordsOf(scene)).toEqual(expected.records);
    expect(madeTwice(scene)).toEqual([]);
  },
  120_000,
);
