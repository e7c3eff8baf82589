import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Starts the full pushes that are due by their connections' timers, to the minute, and takes up what was left open. */
export const schedulePushesTask = defineTask({
  name: 'schedule-pushes',
  payload: timed,
  cron: '* * * * *',
  run: async (context) => {
    const { startDuePushes } = await import('../src/flows/sync/start-due-pushes.ts');
    await eachTenant(context, async (tenantId) => startDuePushes(await flowContext(context, tenantId)));
  },
});
