import { AppError } from '../src/domain/index.ts';
import { beginJobRun, endJobRun, type JobRunEnd } from '../src/store/queries/job-runs.ts';
import { postponeJob } from '../src/store/queries/jobs.ts';
import { type AnyTask, type Subject, systemActor, type TaskContext } from './task.ts';

/** One execution, as the main thread counts it. */
export interface Execution {
  readonly task: string;
  readonly result: 'OK' | 'FAILED';
  readonly milliseconds: number;
}

const endOf = (error: unknown): JobRunEnd => ({
  result: 'FAILED',
  errorCode: error instanceof AppError ? error.code : 'INTERNAL',
});

/** No platform keeps a job waiting for longer than a day, whatever it says. */
const LONGEST_WAIT_MS = 86_400_000;

/** Milliseconds before which an error says that a retry is pointless; `null` when it says nothing. */
const waitAfter = (error: unknown, nowMs: number): number | null => {
  if (!(error instanceof AppError)) return null;
  if (error.retryAt !== undefined) return Math.min(error.retryAt - nowMs, LONGEST_WAIT_MS);
  const { retry } = error.row;
  return retry.kind === 'after' ? Math.min(retry.seconds * 1_000, LONGEST_WAIT_MS) : null;
};

/** Lets the job wait for as long as its error says; the queue's own growing pause holds as well. */
const postpone = async (context: TaskContext, error: unknown): Promise<void> => {
  // A worker that stops is no reason to let the next one wait.
  if (context.signal.aborted) return;
  const nowMs = context.now().getTime();
  const waitMs = waitAfter(error, nowMs);
  if (waitMs === null || waitMs <= 0) return;
  const job = { id: context.jobId, attempt: context.attempt };
  await postponeJob(context.db, job, new Date(nowMs + waitMs)).catch((trouble: unknown) =>
    context.logger.warn({ err: trouble, jobId: job.id }, 'a job could not be postponed'),
  );
};

/** Keeps the record of an attempt around it. */
const recorded = async (
  context: TaskContext,
  about: { readonly task: string; readonly subject: Subject; readonly worker: string },
  work: () => Promise<void>,
): Promise<void> => {
  const { subject } = about;
  const actor = systemActor(context, subject.tenantId);
  const id = await beginJobRun(context.db, actor, {
    task: about.task,
    objectType: subject.type,
    objectId: subject.id,
    attempt: context.attempt,
    worker: about.worker,
  });
  try {
    await work();
  } catch (error) {
    // The record is worth less than the error; a run left open is marked when the next attempt begins.
    await endJobRun(context.db, actor, { id, ...endOf(error) }).catch(() => undefined);
    throw error;
  }
  await endJobRun(context.db, actor, { id, result: 'OK' });
};

/** Runs one attempt of one job: payload checked, execution recorded and counted, failure logged and passed on, with its pause. */
export const runTask = async (
  task: AnyTask,
  context: TaskContext,
  attempt: {
    readonly payload: unknown;
    readonly worker: string;
    readonly onEnd: (execution: Execution) => void;
  },
): Promise<void> => {
  const started = performance.now();
  const end = (result: Execution['result']): void =>
    attempt.onEnd({ task: task.name, result, milliseconds: performance.now() - started });
  try {
    const prepared = task.prepare(attempt.payload);
    const work = (): Promise<void> => prepared.run(context);
    await (prepared.subject === null
      ? work()
      : recorded(context, { task: task.name, subject: prepared.subject, worker: attempt.worker }, work));
    end('OK');
  } catch (error) {
    end('FAILED');
    await postpone(context, error);
    context.logger.error(
      { err: error, task: task.name, jobId: context.jobId, attempt: context.attempt },
      'job failed',
    );
    throw error;
  }
};
