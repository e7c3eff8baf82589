import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { pickFrom } from '../import/random-changes.ts';
import {
  connectTo,
  createWorld,
  type ImportWorld,
  MASTER_KEY,
  runOf,
  startDingTalk,
} from '../import/support.ts';
import { COMMIT_GATES, PULL_GATES } from './crash-gates.ts';
import { buildGates, shutGate } from './gates.ts';
import { type KillableGateway, startKillableGateway } from './killable-gateway.ts';
import { outcomeOf } from './outcome.ts';
import type { Outage } from './prober.ts';

/** Goal R4 asks for 50 rounds, on a company of 10,000 (MUSTER_CHAOS_PEOPLE). */
const ROUNDS = Number(process.env['MUSTER_CHAOS_ROUNDS'] ?? 3);
const PEOPLE = Number(process.env['MUSTER_CHAOS_PEOPLE'] ?? 80);

let gateway: KillableGateway;
let simulator: DingTalkSimulator;
let expected: readonly string[];
const outages: Outage[] = [];

const begin = async (): Promise<{ world: ImportWorld; run: ImportRunRow }> => {
  const world = await createWorld(gateway.database);
  const connection = await connectTo(world, simulator);
  const run = await startImport(world.context, { connectionId: connection.id, scope: 'ALL' });
  return { world, run };
};

/** The gateway's own worker does it, and does it again for as long as it takes. */
const reviewed = async (world: ImportWorld, run: ImportRunRow): Promise<string> => {
  for (;;) {
    const { phase, digest } = await runOf(world, run.id);
    if (phase === 'REVIEW' && digest !== null) return digest;
    expect(['QUEUED', 'FETCHING', 'STAGING', 'REVIEW']).toContain(phase);
    await sleep(20);
  }
};

beforeAll(async () => {
  gateway = await startKillableGateway(MASTER_KEY);
  await buildGates(gateway.superuser, [...PULL_GATES, ...COMMIT_GATES]);
  simulator = await startDingTalk({ people: PEOPLE, seed: 41 });
  const { world, run } = await begin();
  const digest = await reviewed(world, run);
  await commitImport(world.context, { runId: run.id, digest });
  expected = await outcomeOf(gateway.database, world.tenantId);
}, 120_000);

afterAll(() => gateway.stop());

const worst = (values: readonly number[]): number => Math.round(Math.max(0, ...values));

const figures = () => ({
  rounds: outages.length,
  people: PEOPLE,
  msUntilPostgresAccepts: worst(outages.map(({ accepted }) => accepted)),
  msFromThenToTheFirstAnswer: worst(outages.map(({ answered }) => answered)),
  msOfTheSlowestRefusal: worst(outages.flatMap(({ refusals }) => refusals)),
  refusals: outages.reduce((sum, { refusals }) => sum + refusals.length, 0),
});

/** Kills the server, and asks the gateway all the while until it answers again. */
const outage = async (): Promise<void> => {
  outages.push(await gateway.outage());
  if (ROUNDS > 10) process.stdout.write(`${JSON.stringify(figures())}\n`);
};

/** In turns a commit and a pull, each time at another point. */
const points = Array.from({ length: ROUNDS }, (_, round) => {
  const pick = pickFrom(round * 7_919 + 5);
  const from = round % 2 === 0 ? COMMIT_GATES : PULL_GATES;
  return [round + 1, from[pick(from.length)]?.name ?? '', from === COMMIT_GATES] as const;
});

test.each(points)(
  'round %i: the server is killed %s',
  async (_, name, isCommit) => {
    const pulled = isCommit ? await begin() : null;
    const early = pulled === null ? null : await reviewed(pulled.world, pulled.run);
    const gate = await shutGate(gateway.superuser, name);
    const { world, run } = pulled ?? (await begin());
    const committing =
      early === null
        ? null
        : commitImport(world.context, { runId: run.id, digest: early }).then(
            () => 'OK',
            (error: { code?: string }) => error.code,
          );
    await gate.reached();
    await outage();
    await gate.open();
    expect(await committing).toBe(early === null ? null : 'UNAVAILABLE');
    const digest = await reviewed(world, run);
    await commitImport(world.context, { runId: run.id, digest });
    expect(await outcomeOf(gateway.database, world.tenantId)).toEqual(expected);
  },
  120_000,
);
