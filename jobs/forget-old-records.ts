import { actorOf } from '../src/flows/context.ts';
import { forgetJobRuns } from '../src/store/queries/job-runs.ts';
import { purgeSessions } from '../src/store/queries/sessions.ts';
import { forgetThrottles } from '../src/store/queries/throttle.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask } from './task.ts';
import { timed } from './timed.ts';

/** Records of executions are kept this long. */
const KEPT_DAYS = 30;

/** Once a day: drops ended sessions, old records of executions and counters of failed sign-ins. */
export const forgetOldRecordsTask = defineTask({
  name: 'forget-old-records',
  payload: timed,
  cron: '20 3 * * *',
  run: async (context) => {
    await forgetThrottles(context.db);
    await eachTenant(context, async ({ db, principal }) => {
      await forgetJobRuns(db, actorOf(principal), KEPT_DAYS);
      await db.transaction(actorOf(principal), purgeSessions);
    });
  },
});
