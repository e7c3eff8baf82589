import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchRow, besideRow, boundRow } from '../measure/row.ts';
import { interleave, median, quantile, ROUNDS } from '../measure/samples.ts';
import type { Volley, Volleyed } from '../workers/callbacks.ts';
import { CallbackWorld } from '../world/callback-world.ts';
import { type Child, processorMs, startChild } from '../world/child.ts';
import { startGateway } from '../world/gateway.ts';
import type { BenchServer } from '../world/server.ts';
import { STAND_INS } from '../world/stand-ins.ts';

const PER_SECOND = 500;
const SECONDS = 5;
/** Events that are stored when the gateway is killed: a second of them. */
const KILL_AFTER = PER_SECOND;
const LOOK_MS = 50;
/** Milliseconds that the work on earlier events has before the next are measured. */
const CALM_MS = 2_000;

/** Events of an hour ago, and of another minute for each volley: no two of them are the same. */
const createClock = () => {
  let volleys = 0;
  const since = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
  return (): number => {
    volleys += 1;
    return since + volleys * 60_000;
  };
};

interface Stage {
  readonly world: CallbackWorld;
  readonly sender: Child;
  readonly nextMs: () => number;
}

const volleyAt = ({ world, nextMs }: Stage, origin: string, redeliver = false): Volley => ({
  origin,
  targets: world.targets,
  perSecond: PER_SECOND,
  seconds: SECONDS,
  sinceMs: nextMs(),
  redeliver,
});

type Name = 'bare' | 'gateway';

/** One volley at one of the two. */
interface Round extends Volleyed {
  /** Processor time of that process for each delivery, in milliseconds; of the gateway with the jobs that follow. */
  readonly processorMs: number;
}

/** The same volleys at the bare handler and at the gateway, in turn. */
const measureLatency = async (stage: Stage): Promise<Readonly<Record<Name, Round[]>>> => {
  const { world, sender } = stage;
  const bare = startChild('anchors/callbacks.js', [JSON.stringify(await world.bare())]);
  const gateway = startGateway(await world.gatewaySettings());
  const rounds: Record<Name, Round[]> = { bare: [], gateway: [] };
  const fire = async (name: Name, at: { readonly url: string; readonly pid: number }): Promise<number> => {
    await sleep(CALM_MS);
    const before = processorMs(at.pid);
    const volleyed = await sender.ask<Volleyed>(volleyAt(stage, at.url));
    const { latencies } = volleyed;
    rounds[name].push({ ...volleyed, processorMs: (processorMs(at.pid) - before) / latencies.length });
    return quantile(latencies, 0.99);
  };
  try {
    const { url } = await bare.ask<{ url: string }>({});
    // Whoever is signed in: the gateway has begun, its worker as well.
    await gateway.signIn(world.place.owner);
    await interleave(
      { bare: () => fire('bare', { url, pid: bare.pid }), gateway: () => fire('gateway', gateway) },
      { rounds: ROUNDS + 1 },
    );
    // The first round warms up.
    return { bare: rounds.bare.slice(1), gateway: rounds.gateway.slice(1) };
  } finally {
    await gateway.stop();
    await bare.stop();
  }
};

interface Killed {
  readonly told: number;
  /** Events that were stored when it died. */
  readonly kept: number;
  readonly redelivered: number;
  readonly missing: number;
  readonly doubled: number;
}

/** A gateway that is killed while callbacks come in, and started again at once; platforms deliver again. */
const killOnce = async (stage: Stage): Promise<Killed> => {
  const { world, sender } = stage;
  const settings = await world.gatewaySettings();
  const first = startGateway(settings);
  await first.signIn(world.place.owner);
  const before = await world.count();
  let isOver = false;
  const asked = sender.ask<Volleyed>(volleyAt(stage, first.url, true)).finally(() => {
    isOver = true;
  });
  while (!isOver && (await world.count()) < before + KILL_AFTER) await sleep(LOOK_MS);
  await first.kill();
  const kept = (await world.count()) - before;
  const second = startGateway(settings);
  try {
    const { keys, answered, failed, why } = await asked;
    if (answered.length < keys.length)
      throw new Error(`${keys.length - answered.length} of ${keys.length} were never answered: ${why}`);
    const stored = await world.stored();
    const counts = keys.map((key) => stored.get(key) ?? 0);
    return {
      told: keys.length,
      kept,
      redelivered: failed,
      missing: counts.filter((count) => count === 0).length,
      doubled: counts.filter((count) => count > 1).length,
    };
  } finally {
    await second.stop();
  }
};

const short = (value: number): string => `${Math.round(value * 100) / 100} ms`;

const latencyRows = (rounds: Readonly<Record<Name, readonly Round[]>>): BenchRow[] => {
  const at = (name: Name, q: number): number[] => rounds[name].map(({ latencies }) => quantile(latencies, q));
  const mean = (name: Name): string => short(median(rounds[name].map((round) => round.processorMs)));
  const late = Math.max(...[...rounds.bare, ...rounds.gateway].map(({ lateMs }) => lateMs));
  const what = `${PER_SECOND} callbacks/s of both platforms, 5 % of them twice`;
  const waits = Object.values(STAND_INS).map(({ label, callbackWaitMs }) => `${label} ${callbackWaitMs} ms`);
  return [
    besideRow(
      {
        id: 'P15',
        what: `${what}: verified, decrypted, stored, answered, p99`,
        unit: 'ms',
        limitIs: 'node:http, signature, decryption and one INSERT of each, in the same rounds',
        note:
          `seen by the sender, which was late by at most ${short(late)} (p99); median ` +
          `${short(median(at('gateway', 0.5)))} beside ${short(median(at('bare', 0.5)))}; processor time of a callback ` +
          `${mean('gateway')}, the jobs that follow the events included, beside ${mean('bare')}`,
      },
      { limit: at('bare', 0.99), subject: at('gateway', 0.99) },
      { atMost: 20 },
    ),
    boundRow(
      {
        id: 'P15',
        what: `${what}: not answered with 200 in time`,
        unit: 'callbacks',
        note: `platforms wait: ${waits.join(', ')}; the slowest answer took ${short(Math.max(...at('gateway', 1)))}`,
      },
      rounds.gateway.map(({ failed }) => failed),
      { atMost: 0 },
    ),
  ];
};

const killRows = (killed: readonly Killed[]): BenchRow[] => {
  const told = killed.reduce((sum, one) => sum + one.told, 0);
  const again = killed.map(({ redelivered }) => redelivered).join(', ');
  const kept = killed.map((one) => one.kept).join(', ');
  const what = `gateway killed amid ${PER_SECOND} callbacks/s, ${killed.length} times`;
  return [
    boundRow(
      {
        id: 'P15',
        what: `${what}: events that are not stored`,
        unit: 'events',
        note: `of ${told}; stored when it was killed: ${kept}; deliveries without an answer in time: ${again}`,
      },
      [Math.max(...killed.map(({ missing }) => missing))],
      { atMost: 0 },
    ),
    boundRow(
      { id: 'P15', what: `${what}: events that are stored twice`, unit: 'events' },
      [Math.max(...killed.map(({ doubled }) => doubled))],
      { atMost: 0 },
    ),
  ];
};

/** Callbacks of both platforms at a gateway as it is run for real. */
export const measureCallbacks = async (server: BenchServer): Promise<BenchRow[]> => {
  const world = await CallbackWorld.create(server);
  const sender = startChild('workers/callbacks.js');
  const stage: Stage = { world, sender, nextMs: createClock() };
  try {
    const timed = await measureLatency(stage);
    const killed: Killed[] = [];
    for (let round = 0; round < ROUNDS; round += 1) killed.push(await killOnce(stage));
    return [...latencyRows(timed), ...killRows(killed)];
  } finally {
    await sender.stop();
    await world.stop();
    await server.drop(world.database);
  }
};
