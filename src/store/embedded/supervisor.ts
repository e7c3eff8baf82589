import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors/index.ts';
import type { Binaries } from './binaries.ts';
import { asUser, SERVER_ENVIRONMENT } from './command.ts';
import { claim, liveOwner, readPostmaster, unclaim, vacate } from './instance.ts';
import type { Location } from './location.ts';
import type { SystemUser } from './system-user.ts';

const POLL_MS = 10;
const STDERR_KEPT = 4_000;
const LONGEST_PAUSE_MS = 1_000;
/** After kill -9 of the postmaster its children need a moment before the shared memory is free again. */
const RETRY_FOR_MS = 10_000;
const RETRY_EVERY_MS = 20;

/**
 * The server's guardian, a shell of a few hundred kilobytes. It writes down the server's process id and holds the
 * reading end of a pipe from Muster: end of file there means that Muster is gone, however it went, and the
 * server is stopped (SIGINT = fast shutdown). `read` is built in, so that no helper process is left behind.
 */
const GUARDIAN = `
exec 3<&0 </dev/null
"$@" 3<&- >/dev/null &
server=$!
echo "$server"
exec >/dev/null
( while read -r line <&3; do :; done; kill -INT "$server" ) 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill "$watch" 2>/dev/null
exit "$status"
`;

export interface SupervisorOptions {
  readonly binaries: Binaries;
  readonly location: Location;
  readonly user: SystemUser | null;
  /** `name=value` settings of the server. */
  readonly settings: readonly string[];
  /** Told when the server ended unasked and when it is back. */
  readonly onEvent?: (event: 'CRASHED' | 'RESTARTED', detail: string) => void;
}

/** Keeps one PostgreSQL running: starts it, starts it again when it dies, stops it with Muster. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #guardian: ChildProcess | null = null;
  #stopping = false;
  #restarting: Promise<void> | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the server accepts connections, after crash recovery where that is due.
   * @throws AppError DATA_DIR_IN_USE
   */
  async start(): Promise<void> {
    const { location } = this.#options;
    for (const end = Date.now() + RETRY_FOR_MS; ; await sleep(RETRY_EVERY_MS)) {
      await vacate(location);
      const failure = await this.#launch();
      if (failure === null) break;
      const other = await liveOwner(location);
      if (other !== null && other !== process.pid) {
        throw new AppError('DATA_DIR_IN_USE', { details: { dir: location.dataDir, pid: other } });
      }
      if (Date.now() > end) throw new Error(`PostgreSQL did not start: ${failure}`);
    }
    await claim(location);
  }

  /** Fast shutdown: running transactions are rolled back, then the server ends. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    const guardian = this.#guardian;
    if (guardian !== null && guardian.exitCode === null && guardian.signalCode === null) {
      guardian.ref();
      const ended = once(guardian, 'exit');
      guardian.stdin?.end();
      await ended;
    }
    this.#guardian = null;
    await unclaim(this.#options.location);
  }

  /** Starts the guardian and waits; returns what the server said when it ended instead of becoming ready. */
  async #launch(): Promise<string | null> {
    const { binaries, location, settings, user } = this.#options;
    const server = join(binaries.directory, 'bin', 'postgres');
    const args = ['-D', location.cluster, '-k', location.sockets, ...settings.flatMap((one) => ['-c', one])];
    const guardian = spawn('/bin/sh', ['-c', GUARDIAN, 'muster-postgres', server, ...args], {
      ...asUser(user),
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches Muster, which stops the server after its own work.
      detached: true,
    });
    let said = '';
    guardian.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-STDERR_KEPT);
    });
    guardian.stdin.on('error', () => undefined);
    const ended = once(guardian, 'exit').then(() => 'ended' as const);
    const [pid] = await Promise.race([once(createInterface(guardian.stdout), 'line'), ended]);
    const outcome = await Promise.race([this.#untilReady(Number(pid), guardian), ended]);
    if (outcome === 'ended') return said.trim() || `exit code ${guardian.exitCode}`;
    this.#watch(guardian, () => said);
    return null;
  }

  async #untilReady(pid: number, guardian: ChildProcess): Promise<'ready'> {
    while (guardian.exitCode === null) {
      const postmaster = await readPostmaster(this.#options.location);
      if (postmaster?.pid === pid && postmaster.isReady) return 'ready';
      await sleep(POLL_MS);
    }
    return new Promise(() => undefined);
  }

  #watch(guardian: ChildProcess, said: () => string): void {
    this.#guardian = guardian;
    guardian.once('exit', () => {
      guardian.stdin?.destroy();
      if (this.#stopping) return;
      this.#options.onEvent?.('CRASHED', said().trim());
      this.#restarting = this.#restart().finally(() => {
        this.#restarting = null;
      });
    });
    // The server does not keep Muster running; when Muster ends, so does the pipe, and so does the server.
    guardian.unref();
    for (const stream of guardian.stdio)
      if (stream && 'unref' in stream) (stream as { unref(): void }).unref();
  }

  async #restart(): Promise<void> {
    for (let pause = 10; !this.#stopping; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.start();
        this.#options.onEvent?.('RESTARTED', '');
        return;
      } catch (error) {
        this.#options.onEvent?.('CRASHED', error instanceof Error ? error.message : String(error));
        await sleep(pause);
      }
    }
  }
}
