import { parentPort, workerData } from 'node:worker_threads';
import { createLogger } from '../src/logging/index.ts';
import type { OpenPlatforms } from '../src/open-platforms.ts';
import { openDatabase } from '../src/store/database.ts';
import { createSecrets } from '../src/store/secrets.ts';
import { startJobWorker } from './job-worker.ts';
import type { WorkerData, WorkerMessage } from './messages.ts';
import type { Streams } from './streams.ts';
import type { AnyTask, TaskDeps } from './task.ts';

/** What a module of tasks exports. */
interface TaskModule {
  readonly TASKS: readonly AnyTask[];
  readonly GIVE_UP_TASK: string;
  /** Holds long connections to platforms beside the jobs; absent = there are none. */
  readonly startStreams?: (deps: TaskDeps) => Streams;
}

const port = parentPort;
if (port === null) throw new TypeError('jobs/worker runs in a worker thread only');
const say = (message: WorkerMessage): void => port.postMessage(message);

const data: WorkerData = workerData;
const { TASKS, GIVE_UP_TASK, startStreams }: TaskModule = await import(data.tasks);
const db = openDatabase({ connection: data.connection, pool: { size: 6, applicationName: 'muster jobs' } });
let opened: Promise<OpenPlatforms> | undefined;
const load = async (): Promise<OpenPlatforms> => {
  const { openPlatforms } = await import('../src/open-platforms.ts');
  return openPlatforms(db, {
    onCall: (call) => say({ kind: 'platformCall', call }),
    onWait: (seconds) => say({ kind: 'platformWait', seconds }),
  });
};
const platforms = async (): Promise<OpenPlatforms['platforms']> => {
  opened ??= load();
  return (await opened).platforms;
};

const deps: TaskDeps = {
  db,
  secrets: createSecrets(data.masterKeys),
  platforms,
  logger: createLogger({ level: data.logLevel }).child({ part: 'jobs' }),
  now: () => new Date(),
};
const worker = await startJobWorker({
  deps,
  connection: data.connection,
  tasks: TASKS,
  giveUpTask: GIVE_UP_TASK,
  leaseMs: data.leaseMs,
  onBeat: () => say({ kind: 'beat' }),
  onExecution: (execution) => say({ kind: 'execution', execution }),
});
const streams = startStreams?.(deps);
say({ kind: 'started', worker: worker.id });

// Bree's words: it asks with 'cancel' and ends the thread when it hears 'cancelled'.
let asked = false;
port.on('message', (message: unknown) => {
  if (message !== 'cancel') return;
  asked = true;
  void streams?.stop();
  void worker.stop();
});
await worker.ended;
await streams?.stop();
await (await opened)?.close();
await db.close();
if (asked) port.postMessage('cancelled');
// Ends this thread only; a worker that nobody asked to stop is replaced.
else process.exit(1);
