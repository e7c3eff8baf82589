import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../jobs/probe.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { readiness } from './gateway.ts';

/** As `npm start` runs it; `npm test` has built it before. */
const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

interface Process {
  readonly child: ChildProcess;
  readonly address: string;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

let dataDir: string;
let port = 0;
const processes: Process[] = [];

beforeAll(async () => {
  dataDir = await scratchDirectory('process');
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
});

const launch = (more: Record<string, string> = {}): Process => {
  const environment = { PORT: String(port), HOST: '127.0.0.1', MUSTER_DATA_DIR: dataDir, ...more };
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const one = { child, address: `http://127.0.0.1:${environment.PORT}`, output: () => output, ended };
  processes.push(one);
  return one;
};

const ready = (one: Process): Promise<true> =>
  until(async () => (await readiness(one).catch(() => null))?.status === 200);

describe('the process', () => {
  it('starts on nothing, tells the first password once, stops at SIGTERM with code 0', async () => {
    const first = launch();
    await ready(first);
    const password = /password \S+ +(\S+)/.exec(first.output())?.[1] ?? expect.fail(first.output());
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    // Told to the person at the terminal, never to the log.
    const log = first
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(log.length).toBeGreaterThan(0);
    expect(log.join('\n')).not.toContain(password);
    const second = launch();
    await ready(second);
    expect(second.output()).not.toContain('password');
  });

  it('tells the first password even when that start fails afterwards', async () => {
    const other = await scratchDirectory('process');
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const first = launch({ MUSTER_DATA_DIR: other });
    expect(await first.ended).toBe(1);
    await new Promise((resolve) => taken.close(resolve));
    // Nobody could ever sign in otherwise: the next start has an administrator and tells nothing.
    expect(first.output()).toMatch(/password \S+ +\S{8,}/);
    expect(first.output()).toContain(`${port}`);
    await rm(other, { recursive: true, force: true });
  });

  it('refuses a second start on the same data in one sentence of each language, and leaves the first alone', async () => {
    const first = launch();
    await ready(first);
    const second = launch({ PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/Muster: The data directory .* is in use by another Muster process/);
    expect(second.output()).toContain('Muster：数据目录');
    expect(second.output()).not.toContain('    at ');
    expect((await readiness(first)).status).toBe(200);
  });

  it('tells a mistake in the environment without its secrets', async () => {
    const wrong = launch({ MUSTER_MASTER_KEY: 'not-a-key', MUSTER_DATADIR: 'x' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toContain('MUSTER_DATADIR is not an option (did you mean MUSTER_DATA_DIR?)');
    expect(wrong.output()).not.toContain('not-a-key');
  });

  it('starts again on its data after SIGKILL', async () => {
    const first = launch();
    await ready(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = launch();
    await ready(second);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});
