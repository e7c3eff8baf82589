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

/** Asks a process to end and waits until it has. */
export const stopProcess = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};
