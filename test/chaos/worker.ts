import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Order, WorkerSettings } from './worker-process.ts';

const PROCESS = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

/** A process that pulls and commits, and can be killed. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #words: AsyncIterator<string>;
  readonly #loaded: Promise<unknown>;

  constructor(settings: WorkerSettings) {
    this.#child = spawn(process.execPath, [PROCESS, JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('no output');
    this.#words = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    // Whoever is killed does not read what was still on its way to him.
    this.#child.stdin?.on('error', () => undefined);
    this.#loaded = this.#words.next();
  }

  /** Gives an order; resolves when it has been received, not when it has been obeyed. */
  async tell(order: Order): Promise<void> {
    await this.#loaded;
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
