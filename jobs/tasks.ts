import { expirePlansTask } from './expire-plans.ts';
import { fetchFailedEventsTask } from './fetch-failed-events.ts';
import { forgetOldRecordsTask } from './forget-old-records.ts';
import { GIVE_UP_TASK, giveUpTask } from './give-up.ts';
import { planSyncTask } from './plan-sync.ts';
import { probeConnectionsTask } from './probe-connections.ts';
import { pullChangesTask } from './pull-changes.ts';
import { purgeDeletedTask } from './purge-deleted.ts';
import { pushChangesTask } from './push-changes.ts';
import { rotateKeysTask } from './rotate-keys.ts';
import { runImportTask } from './run-import.ts';
import { runSyncTask } from './run-sync.ts';
import { scheduleEventsTask } from './schedule-events.ts';
import { schedulePullsTask } from './schedule-pulls.ts';
import { schedulePushesTask } from './schedule-pushes.ts';
import { sealAuditTask } from './seal-audit.ts';
import type { AnyTask } from './task.ts';

export { startStreams } from './streams.ts';
export { GIVE_UP_TASK };

const WORK: readonly AnyTask[] = [
  runImportTask,
  schedulePullsTask,
  pullChangesTask,
  scheduleEventsTask,
  fetchFailedEventsTask,
  planSyncTask,
  runSyncTask,
  pushChangesTask,
  schedulePushesTask,
  expirePlansTask,
  probeConnectionsTask,
  sealAuditTask,
  rotateKeysTask,
  purgeDeletedTask,
  forgetOldRecordsTask,
];

/** Everything that the worker thread can do. */
export const TASKS: readonly AnyTask[] = [...WORK, giveUpTask(WORK)];
