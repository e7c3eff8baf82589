import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Every five minutes: ends plans that were not applied in time. */
export const expirePlansTask = defineTask({
  name: 'expire-plans',
  payload: timed,
  cron: '*/5 * * * *',
  run: async (context) => {
    const { expirePlans } = await import('../src/flows/sync/expire-plans.ts');
    await eachTenant(context, async (tenantId) => expirePlans(await flowContext(context, tenantId)));
  },
});
