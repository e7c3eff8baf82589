import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepTrackOf, stopProcess } from './processes.ts';

/** A process of ours that is asked over IPC and answers each question with one message. */
export interface Child {
  readonly pid: number;
  ask<Answer>(question: object): Promise<Answer>;
  stop(): Promise<void>;
}

type Reply = { readonly answer: unknown } | { readonly failure: string };

/** Starts a compiled module of this folder's parent, e.g. `anchors/echo.js`. */
export const startChild = (module: string, args: readonly string[] = []): Child => {
  const child = fork(fileURLToPath(new URL(`../${module}`, import.meta.url)), [...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  keepTrackOf(child);
  const { pid } = child;
  if (pid === undefined) throw new TypeError(`${module} did not start`);
  const ask = <Answer>(question: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`${module} ended before it answered`));
      child.once('exit', onExit);
      child.once('message', (reply: Reply) => {
        child.off('exit', onExit);
        if ('failure' in reply) reject(new Error(`${module}: ${reply.failure}`));
        else resolve(reply.answer as Answer);
      });
      child.send(question);
    });
  return {
    pid,
    ask,
    stop: () => stopProcess(child),
  };
};

/** The other side: answers each question of the parent, one at a time. */
export const answerParent = <Question>(answer: (question: Question) => Promise<unknown>): void => {
  process.on('message', (question: Question) => {
    answer(question).then(
      (value) => process.send?.({ answer: value ?? null } satisfies Reply),
      (error: unknown) =>
        process.send?.({
          failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
        } satisfies Reply),
    );
  });
  process.once('disconnect', () => process.exit(0));
};

/** Ticks of the clock in which Linux tells processor time, per second. */
const TICKS = 100;

/** Processor time of a process so far, all threads, in milliseconds; Linux only, NaN elsewhere. */
export const processorMs = (pid: number): number => {
  try {
    // The second field is a name in brackets, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
  } catch {
    return Number.NaN;
  }
};

/** Resident memory of a process in MB (2^20 bytes), now and at its highest; Linux only, NaN elsewhere. */
export const residentMb = (pid: number | 'self'): { readonly now: number; readonly peak: number } => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
    return { now: kb('VmRSS') / 1024, peak: kb('VmHWM') / 1024 };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
};
