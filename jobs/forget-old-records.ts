import { forgetJobRuns } from '../src/store/queries/job-runs.ts';
import { forgetEvents } from '../src/store/queries/received-events.ts';
import { purgeSessions } from '../src/store/queries/sessions.ts';
import { forgetThrottles } from '../src/store/queries/throttle.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask, systemActor } from './task.ts';
import { timed } from './timed.ts';

/** Records of executions and of events are kept this long; an event is known again for as long. */
const KEPT_DAYS = 30;

/** Once a day: drops ended sessions, old records of executions and events, and counters of failed sign-ins. */
export const forgetOldRecordsTask = defineTask({
  name: 'forget-old-records',
  payload: timed,
  cron: '20 3 * * *',
  run: async (context) => {
    const { db } = context;
    await forgetThrottles(db);
    await eachTenant(context, async (tenantId) => {
      const actor = systemActor(context, tenantId);
      await forgetJobRuns(db, actor, KEPT_DAYS);
      await db.transaction(actor, purgeSessions);
      await db.transaction(actor, (tx) => forgetEvents(tx, KEPT_DAYS));
    });
  },
});
