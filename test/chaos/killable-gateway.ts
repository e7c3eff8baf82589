import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { App } from '../../src/app.ts';
import { attachEmbedded } from '../../src/store/embedded/index.ts';
import { ask, startGateway } from '../app/gateway.ts';
import type { TestDatabase } from '../support/index.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { type Outage, Prober } from './prober.ts';

/** A gateway with its own embedded PostgreSQL, which can be killed as a whole. */
export interface KillableGateway {
  readonly app: App;
  readonly superuser: pg.ClientConfig;
  /** What tests of other files have of a database; `look` waits for the server to answer. */
  readonly database: TestDatabase;
  /** SIGKILL for the server and all its processes; asks the gateway all the while until it answers again. */
  outage(): Promise<Outage>;
  stop(): Promise<void>;
}

/** One statement as the superuser, as soon as the server answers. */
const lookAt =
  (superuser: pg.ClientConfig): TestDatabase['look'] =>
  async (sql, params = []) => {
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

const parentOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
};

const killServer = async (look: TestDatabase['look']): Promise<void> => {
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

const bootstrappedOf = (app: App) => {
  if (app.bootstrapped === null) throw new Error('nobody');
  return app.bootstrapped;
};

const newPassword = async (app: App): Promise<string> => {
  const { tenantCode: tenant, userName, password: oldPassword } = bootstrappedOf(app);
  const newPassword = 'Reise-eins-2026';
  const input = { tenant, userName, oldPassword, newPassword };
  const change = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';
  await ask(app, change, { variables: { input } });
  return newPassword;
};

const newToken = async (app: App, password: string): Promise<string> => {
  const { tenantCode: tenant, userName } = bootstrappedOf(app);
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  const answer = await ask(app, signIn, { variables: { input: { tenant, userName, password } } });
  if (answer.data === null) throw new Error('not signed in');
  return (answer.data['signIn'] as { accessToken: string }).accessToken;
};

export const startKillableGateway = async (masterKey: string): Promise<KillableGateway> => {
  const dataDir = await scratchDirectory('kill');
  const app = await startGateway({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    MUSTER_DATA_DIR: dataDir,
    MUSTER_MASTER_KEY: masterKey,
  });
  const server = await attachEmbedded({ dataDir });
  if (server === null) throw new Error('no server');
  const superuser = { ...server.superuser, database: 'muster' };
  const look = lookAt(superuser);
  const password = await newPassword(app);
  await app.jobsStarted;
  return {
    app,
    superuser,
    database: {
      name: 'muster',
      database: app.deps.db,
      app: server.app,
      owner: server.owner,
      superuser,
      look,
    },
    outage: async () => {
      const prober = new Prober(app, await newToken(app, password));
      await prober.answered();
      await killServer(look);
      return prober.recovered(superuser);
    },
    stop: async () => {
      await app.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
