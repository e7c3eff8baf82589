import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Once an hour: removes what was deleted longer ago than it can be restored. */
export const purgeDeletedTask = defineTask({
  name: 'purge-deleted',
  payload: timed,
  cron: '35 * * * *',
  run: async (context) => {
    const { purgeDeleted } = await import('../src/flows/roster/purge-deleted.ts');
    await eachTenant(context, async (tenantId) => purgeDeleted(await flowContext(context, tenantId)));
  },
});
