import { addPullChanges, forgottenHints } from '../src/store/queries/change-hints.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask, systemActor } from './task.ts';
import { timed } from './timed.ts';

/** Takes up, to the minute, what events have named and no job reads any more, or none could read before. */
export const scheduleEventsTask = defineTask({
  name: 'schedule-events',
  payload: timed,
  cron: '* * * * *',
  run: (context) =>
    eachTenant(context, async (tenantId) => {
      for (const id of await forgottenHints(context.db, tenantId)) {
        await context.db.transaction(systemActor(context, tenantId), (tx) =>
          addPullChanges(tx, { id, tenantId }),
        );
      }
    }),
});
