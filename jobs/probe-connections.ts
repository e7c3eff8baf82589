import { dueProbes } from '../src/store/queries/sync-failures.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask, flowContext } from './task.ts';
import { timed } from './timed.ts';

/** Asks connections in quarantine, each once an hour, whether they answer again. */
export const probeConnectionsTask = defineTask({
  name: 'probe-connections',
  payload: timed,
  cron: '* * * * *',
  run: (context) =>
    eachTenant(context, async (tenantId) => {
      const connectionIds = await dueProbes(context.db, tenantId, context.now());
      if (connectionIds.length === 0) return;
      const { probeQuarantined } = await import('../src/flows/sync/probe-quarantined.ts');
      const flow = await flowContext(context, tenantId);
      for (const connectionId of connectionIds) {
        await probeQuarantined(flow, { connectionId }, { signal: context.signal });
      }
    }),
});
