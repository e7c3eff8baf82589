import { actorOf } from '../src/flows/context.ts';
import { forgetJobRuns } from '../src/store/queries/job-runs.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask } from './task.ts';
import { timed } from './timed.ts';

/** Records of executions are kept this long. */
const KEPT_DAYS = 30;

export const forgetJobRunsTask = defineTask({
  name: 'forget-job-runs',
  payload: timed,
  cron: '20 3 * * *',
  run: (context) =>
    eachTenant(context, ({ db, principal }) => forgetJobRuns(db, actorOf(principal), KEPT_DAYS)),
});
