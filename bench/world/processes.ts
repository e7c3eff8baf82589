import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

// However the benchmark ends, nothing that it started goes on.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Remembers a process until it ends. */
export const keepTrackOf = (child: ChildProcess): void => {
  running.add(child);
  child.once('exit', () => running.delete(child));
};

const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

/** Asks a process to end and waits until it has. */
export const stopProcess = (child: ChildProcess): Promise<void> => end(child, 'SIGTERM');

/** Ends a process without asking. */
export const killProcess = (child: ChildProcess): Promise<void> => end(child, 'SIGKILL');
