import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Takes, every five minutes, what platforms could not deliver from their lists. */
export const fetchFailedEventsTask = defineTask({
  name: 'fetch-failed-events',
  payload: timed,
  cron: '*/5 * * * *',
  run: (context) =>
    eachTenant(context, async (tenantId) => {
      const { fetchAllFailedEvents } = await import('../src/flows/events/fetch-failed-events.ts');
      await fetchAllFailedEvents(await flowContext(context, tenantId), context.signal);
    }),
});
