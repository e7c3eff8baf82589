import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { App } from '../../src/app.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { attachEmbedded } from '../../src/store/embedded/index.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { ask, startGateway } from '../app/gateway.ts';
import { pickFrom } from '../import/random-changes.ts';
import {
  connectTo,
  createWorld,
  type ImportWorld,
  MASTER_KEY,
  runOf,
  startDingTalk,
} from '../import/support.ts';
import type { TestDatabase } from '../support/index.ts';
import { COMMIT_GATES, PULL_GATES } from './crash-gates.ts';
import { buildGates, shutGate } from './gates.ts';
import { outcomeOf } from './outcome.ts';
import { type Outage, Prober } from './prober.ts';

/** Goal R4 asks for 50 rounds, on a company of 10,000 (MUSTER_CHAOS_PEOPLE). */
const ROUNDS = Number(process.env['MUSTER_CHAOS_ROUNDS'] ?? 3);
const PEOPLE = Number(process.env['MUSTER_CHAOS_PEOPLE'] ?? 80);

let app: App;
let dataDir: string;
let superuser: pg.ClientConfig;
let database: TestDatabase;
let simulator: DingTalkSimulator;
let expected: readonly string[];
let password: string;
const outages: Outage[] = [];

/** One statement as the superuser, as soon as the server answers. */
const look: TestDatabase['look'] = async (sql, params = []) => {
  for (;;) {
    const client = new pg.Client(superuser);
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      await sleep(20);
      continue;
    }
    try {
      return (await client.query(sql, [...params])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};

const newPassword = async (): Promise<string> => {
  const { tenantCode: tenant, userName, password: oldPassword } = app.bootstrapped ?? expect.fail('nobody');
  const newPassword = 'Reise-eins-2026';
  const input = { tenant, userName, oldPassword, newPassword };
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';
  await ask(app, change, { variables: { input } });
  return newPassword;
};

const newToken = async (): Promise<string> => {
  const { tenantCode: tenant, userName } = app.bootstrapped ?? expect.fail('nobody');
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  const answer = await ask(app, signIn, { variables: { input: { tenant, userName, password } } });
  const data = answer.data ?? expect.fail('not signed in');
  return (data['signIn'] as { accessToken: string }).accessToken;
};

const begin = async (): Promise<{ world: ImportWorld; run: ImportRunRow }> => {
  const world = await createWorld(database);
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
  dataDir = await mkdtemp(join(tmpdir(), 'muster-kill-'));
  await chmod(dataDir, 0o755);
  app = await startGateway({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    MUSTER_DATA_DIR: dataDir,
    MUSTER_MASTER_KEY: MASTER_KEY,
  });
  const server = await attachEmbedded({ dataDir });
  if (server === null) throw new Error('no server');
  superuser = { ...server.superuser, database: 'muster' };
  database = { name: 'muster', database: app.deps.db, app: server.app, owner: server.owner, superuser, look };
  await buildGates(superuser, [...PULL_GATES, ...COMMIT_GATES]);
  password = await newPassword();
  simulator = await startDingTalk({ people: PEOPLE, seed: 41 });
  await app.jobsStarted;
  const { world, run } = await begin();
  const digest = await reviewed(world, run);
  await commitImport(world.context, { runId: run.id, digest });
  expected = await outcomeOf(database, world.tenantId);
}, 120_000);

afterAll(async () => {
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const worst = (values: readonly number[]): number => Math.round(Math.max(0, ...values));

const figures = () => ({
  rounds: outages.length,
  people: PEOPLE,
  msUntilPostgresAccepts: worst(outages.map(({ accepted }) => accepted)),
  msFromThenToTheFirstAnswer: worst(outages.map(({ answered }) => answered)),
  msOfTheSlowestRefusal: worst(outages.flatMap(({ refusals }) => refusals)),
  refusals: outages.reduce((sum, { refusals }) => sum + refusals.length, 0),
});

const parentOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
};

/** SIGKILL for the server and all its processes. */
const killServer = async (): Promise<void> => {
  const rows = await look<{ pid: string }>(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
  );
  const postmaster = Number(rows[0]?.pid);
  // Nothing but a true process id: 0 would be ourselves.
  if (!Number.isInteger(postmaster) || postmaster <= 1) throw new Error(`not a process: ${rows[0]?.pid}`);
  const all = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  for (const pid of [postmaster, ...all.filter((one) => parentOf(one) === postmaster)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself, because its parent had.
    }
  }
};

/** Kills the server, and asks the gateway all the while until it answers again. */
const outage = async (): Promise<void> => {
  const prober = new Prober(app, await newToken());
  await prober.answered();
  await killServer();
  outages.push(await prober.recovered(superuser));
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
    const gate = await shutGate(superuser, name);
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
    expect(await outcomeOf(database, world.tenantId)).toEqual(expected);
  },
  120_000,
);
