import { startDueImports } from '../src/flows/import/start-due-imports.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask } from './task.ts';
import { timed } from './timed.ts';

/** Starts the pulls that are due by their connections' timers, to the minute. */
export const schedulePullsTask = defineTask({
  name: 'schedule-pulls',
  payload: timed,
  cron: '* * * * *',
  run: (context) => eachTenant(context, startDueImports),
});
