import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { openDatabase } from '../../src/store/database.ts';
import { packagedBinaries, runnableBinaries } from '../../src/store/embedded/binaries.ts';
import { attachEmbedded, startEmbedded } from '../../src/store/embedded/index.ts';
import { readPostmaster } from '../../src/store/embedded/instance.ts';
import { locate } from '../../src/store/embedded/location.ts';
import { commandLine, isAlive } from '../../src/store/embedded/process.ts';
import { canEnter, sharedUserWarning, systemUser } from '../../src/store/embedded/system-user.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { openStore } from '../../src/store/open-store.ts';

const run = promisify(execFile);
const root = await mkdtemp(join(tmpdir(), 'muster-embedded-'));
await chmod(root, 0o755);
afterAll(() => rm(root, { recursive: true, force: true }));

const systemRoot = join(root, 'system');
let count = 0;
const freshDataDir = (): string => {
  count += 1;
  return join(root, `data-${count}`);
};

// Initialising takes longer than all else; most tests start from a copy of one initialised directory.
const seed = freshDataDir();
await (await startEmbedded({ dataDir: seed, systemRoot })).stop();
const newDataDir = async (): Promise<string> => {
  const dataDir = freshDataDir();
  await run('cp', ['-a', seed, dataDir]);
  return dataDir;
};

interface Answer {
  readonly ready: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly app: pg.ClientConfig;
}

/** Another Muster process on that data directory. */
const otherProcess = async (dataDir: string): Promise<{ child: ChildProcess; answer: Answer }> => {
  const script = fileURLToPath(new URL('../support/embedded-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir, systemRoot], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, answer: JSON.parse(line) };
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

const postmasterOf = async (dataDir: string): Promise<number> => {
  const postmaster = await readPostmaster(await locate(dataDir, systemUser(), systemRoot));
  if (postmaster === null) throw new Error('no server runs');
  return postmaster.pid;
};

const untilGone = async (pid: number): Promise<void> => {
  while (commandLine(pid).includes('postgres')) await sleep(10);
};

const query = async (config: pg.ClientConfig, sql: string): Promise<unknown[]> => {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

/** Starts a server in this process, looks for the note, stops it. */
const noteIn = async (dataDir: string): Promise<unknown[]> => {
  const server = await startEmbedded({ dataDir, systemRoot });
  try {
    return await query(server.owner, 'select text from note');
  } finally {
    await server.stop();
  }
};

const leaveNote = async (dataDir: string, text: string): Promise<void> => {
  const server = await startEmbedded({ dataDir, systemRoot });
  await query(server.owner, `create table note as select '${text}' as text`);
  await server.stop();
};

describe('a stopped server', () => {
  test('leaves no process and keeps its data', async () => {
    const dataDir = await newDataDir();
    const { child, answer } = await otherProcess(dataDir);
    expect(answer.ready).toBe(true);
    const pid = await postmasterOf(dataDir);
    await end(child, 'SIGTERM');
    expect(commandLine(pid)).not.toContain('postgres');
    await leaveNote(dataDir, 'kept');
    expect(await noteIn(dataDir)).toEqual([{ text: 'kept' }]);
  });
});

describe('a data directory in use', () => {
  test('is refused with the process that has it, and attached to by commands', async () => {
    const dataDir = await newDataDir();
    const server = await startEmbedded({ dataDir, systemRoot });
    const { answer } = await otherProcess(dataDir);
    expect(answer).toMatchObject({ ready: false, code: 'DATA_DIR_IN_USE' });
    expect(answer.message).toContain(`pid ${process.pid}`);
    const attached = await attachEmbedded({ dataDir, systemRoot });
    expect(await query(attached?.app ?? {}, 'select current_user as who')).toEqual([{ who: 'muster_app' }]);
    await attached?.stop();
    expect(await query(server.app, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(await attachEmbedded({ dataDir, systemRoot })).toBeNull();
  });

  test('goes to exactly one of several that start at once', async () => {
    const dataDir = freshDataDir();
    const all = await Promise.all(Array.from({ length: 3 }, () => otherProcess(dataDir)));
    const winners = all.filter(({ answer }) => answer.ready);
    const codes = all.map(({ answer }) => answer.code).filter((code) => code !== undefined);
    await Promise.all(winners.map(({ child }) => end(child, 'SIGTERM')));
    expect({ winners: winners.length, codes }).toEqual({
      winners: 1,
      codes: ['DATA_DIR_IN_USE', 'DATA_DIR_IN_USE'],
    });
  });
});

describe('after kill -9', () => {
  test('of Muster the server ends by itself and starts again on its data', async () => {
    const dataDir = await newDataDir();
    await leaveNote(dataDir, 'survives');
    const { child } = await otherProcess(dataDir);
    const pid = await postmasterOf(dataDir);
    await end(child, 'SIGKILL');
    await untilGone(pid);
    expect(await noteIn(dataDir)).toEqual([{ text: 'survives' }]);
  });

  test('of Muster a start at the same moment waits for the old server to end', async () => {
    const dataDir = await newDataDir();
    await leaveNote(dataDir, 'survives');
    const { child } = await otherProcess(dataDir);
    await end(child, 'SIGKILL');
    expect(await noteIn(dataDir)).toEqual([{ text: 'survives' }]);
  });

  test('of Muster and its guardian the orphaned server is stopped by the next start', async () => {
    const dataDir = await newDataDir();
    await leaveNote(dataDir, 'survives');
    const { child } = await otherProcess(dataDir);
    const pid = await postmasterOf(dataDir);
    const guardian = Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[1]);
    // The guardian and its watching half share the session that it leads.
    const children = (await readFile(`/proc/${guardian}/task/${guardian}/children`, 'utf8'))
      .trim()
      .split(' ');
    for (const half of [guardian, ...children.map(Number)]) if (half !== pid) process.kill(half, 'SIGKILL');
    await end(child, 'SIGKILL');
    expect(isAlive(pid)).toBe(true);
    expect(await noteIn(dataDir)).toEqual([{ text: 'survives' }]);
    await untilGone(pid);
  });

  test('of the server Muster starts it again; meanwhile work fails fast with a typed error', async () => {
    const dataDir = await newDataDir();
    const events: string[] = [];
    const server = await startEmbedded({ dataDir, systemRoot, onEvent: (event) => void events.push(event) });
    const database = openDatabase({ connection: server.app });
    const tenantId = newId<'Tenant'>();
    const one = () => database.read(tenantId, 'select 1 as one');
    await one();
    const hanging = database.read(tenantId, 'select pg_sleep(60)').catch((error: unknown) => error);
    await sleep(50);
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    expect(await hanging).toMatchObject({ code: 'UNAVAILABLE' });
    const outcomes = new Set<string>();
    for (let recovered = false; !recovered; await sleep(5)) {
      recovered = await one().then(
        () => true,
        (error: { code?: string }) => {
          outcomes.add(String(error.code));
          return false;
        },
      );
    }
    await database.close();
    await server.stop();
    expect([...outcomes].filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
    const warned = sharedUserWarning(systemUser()) === null ? [] : ['SHARED_USER'];
    expect(events).toEqual([...warned, 'CRASHED', 'RESTARTED']);
  });

  test('a pid file that names some other process is not mistaken for a server', async () => {
    const dataDir = await newDataDir();
    await leaveNote(dataDir, 'survives');
    const { cluster } = await locate(dataDir, systemUser(), systemRoot);
    const stale = [process.pid, cluster, 1, 5432, '', '', '', 'ready'].join('\n');
    await writeFile(join(cluster, 'postmaster.pid'), `${stale}\n`);
    expect(await noteIn(dataDir)).toEqual([{ text: 'survives' }]);
  });
});

test('only a server that runs as a user of everybody’s is warned about', () => {
  expect(sharedUserWarning({ name: 'nobody', uid: 65_534, gid: 65_534 })).toContain('system user postgres');
  expect(sharedUserWarning({ name: 'postgres', uid: 70, gid: 70 })).toBeNull();
  expect(sharedUserWarning(null)).toBeNull();
});

describe('places', () => {
  test('a cluster that the server’s user could not reach is kept where it can, and found again', async () => {
    const user = systemUser();
    const home = join(root, 'private-home');
    await mkdir(home, { mode: 0o700 });
    const dataDir = join(home, 'checkout', '.muster');
    await leaveNote(dataDir, 'reached');
    expect(await noteIn(dataDir)).toEqual([{ text: 'reached' }]);
    const { cluster } = await locate(dataDir, user, systemRoot);
    // An ordinary user runs the server itself and needs no other place.
    expect(cluster.startsWith(user === null ? home : systemRoot)).toBe(true);
  });

  test('binaries that the server’s user could not reach are copied once, links included', async () => {
    const user = systemUser();
    const home = join(root, 'private-modules');
    await mkdir(home, { mode: 0o700 });
    const packaged = await packagedBinaries();
    const native = join(home, 'native');
    await cp(packaged.directory, native, { recursive: true, verbatimSymlinks: true });
    // As npm leaves it when install scripts are not run.
    await rm(join(native, 'lib', 'libpq.so.5'), { force: true });
    const runnable = await runnableBinaries(user, systemRoot, { ...packaged, directory: native });
    expect(runnable.directory.startsWith(user === null ? home : systemRoot)).toBe(true);
    expect(user === null || canEnter(user, join(runnable.directory, 'bin'))).toBe(true);
    if (process.platform === 'linux') {
      expect((await lstat(join(runnable.directory, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true);
    }
    const again = await runnableBinaries(user, systemRoot, { ...packaged, directory: native });
    expect(again).toEqual(runnable);
  });

  test('a data directory with a very long path has its socket in a short one', async () => {
    const dataDir = join(root, 'x'.repeat(90));
    await leaveNote(dataDir, 'short');
    expect(await noteIn(dataDir)).toEqual([{ text: 'short' }]);
    const { sockets } = await locate(dataDir, systemUser(), systemRoot);
    await rm(sockets, { recursive: true });
  });
});

test('the server is as it was chosen, not as the machine has it', async () => {
  const dataDir = freshDataDir();
  const server = await startEmbedded({ dataDir, systemRoot });
  const [facts] = await query(
    server.app,
    `select datlocprovider as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding,
       current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
       current_setting('TimeZone') as zone, current_setting('listen_addresses') as tcp
     from pg_database where datname = current_database()`,
  );
  await server.stop();
  expect(facts).toEqual({
    provider: 'b',
    locale: 'C.UTF-8',
    encoding: 'UTF8',
    checksums: 'on',
    fsync: 'on',
    zone: 'UTC',
    tcp: '',
  });
});

test('on a PostgreSQL of one’s own the owner makes the application’s role and works as it', async () => {
  const dataDir = await newDataDir();
  const server = await startEmbedded({ dataDir, systemRoot });
  for (const statement of [
    'drop database muster',
    'drop role muster_app',
    "create role proprietor login createrole password 'p'",
    'create database own owner proprietor',
  ]) {
    await query(server.superuser, statement);
  }
  const store = await openStore({
    databaseUrl: `postgres://proprietor:p@${encodeURIComponent(server.superuser.host ?? '')}/own`,
    databaseAppUrl: null,
    masterKey: newMasterKey(),
    dataDir,
    embeddedPort: null,
    poolSize: 1,
  });
  const who = await store.database.read(newId<'Tenant'>(), 'select current_user as who');
  await store.close();
  await server.stop();
  expect(who).toEqual([{ who: 'muster_app' }]);
});
