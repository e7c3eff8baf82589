import type { ReadinessCheck } from '../http/health.ts';
import type { Metrics } from '../http/metrics.ts';
import type { WorkerMessage } from '../jobs/messages.ts';
import type { Supervisor } from '../jobs/supervisor.ts';
import type { Database } from './store/database.ts';
import { queueLoad } from './store/queries/job-workers.ts';
import { isStillCurrent } from './store/schema-state.ts';

/** What can be seen of a running gateway from outside. */
export interface Observed {
  readonly db: Database;
  readonly http: { readonly inProgress: number };
  /** `null` until the worker thread was started. */
  readonly jobs: () => Supervisor | null;
  readonly isStopping: () => boolean;
}

const answers = (db: Database): Promise<boolean> =>
  db.system(async (client) => (await client.query('select')).rowCount === 1);

/** What `/readyz` asks: all of it must hold for requests to be served. */
export const readinessChecks = ({ db, jobs, isStopping }: Observed): ReadinessCheck[] => [
  { name: 'serving', isOk: () => !isStopping() },
  { name: 'database', isOk: () => db.isUp && answers(db) },
  { name: 'schema', isOk: () => db.isUp && isStillCurrent(db) },
  { name: 'jobs', isOk: () => jobs()?.alive ?? false },
];

/** Tells the metrics where to look when they are asked for. */
export const connectMetrics = (metrics: Metrics, { db, http, jobs }: Observed): void =>
  metrics.connect({
    pool: () => db.load,
    databaseUp: () => db.isUp,
    inProgress: () => http.inProgress,
    workersReplaced: () => jobs()?.replaced ?? 0,
    workerAlive: () => jobs()?.alive ?? false,
    queue: async () => (db.isUp ? queueLoad(db).catch(() => null) : null),
  });

/** Counts what the worker thread says that it has done. */
export const countMessage = (metrics: Metrics, message: WorkerMessage): void => {
  if (message.kind === 'execution') metrics.execution(message.execution);
  if (message.kind === 'platformCall') metrics.platformCall(message.call);
  if (message.kind === 'platformWait') metrics.platformWait(message.seconds);
};
