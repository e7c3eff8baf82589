import { duePulls } from '../src/store/queries/due-pulls.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Starts the pulls that are due by their connections' timers, to the minute. */
export const schedulePullsTask = defineTask({
  name: 'schedule-pulls',
  payload: timed,
  cron: '* * * * *',
  run: (context) =>
    eachTenant(context, async (tenantId) => {
      const connectionIds = await duePulls(context.db, tenantId, context.now());
      if (connectionIds.length === 0) return;
      const { startDueImports } = await import('../src/flows/import/start-due-imports.ts');
      await startDueImports(await flowContext(context, tenantId), { connectionIds });
    }),
});
