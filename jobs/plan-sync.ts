import { z } from 'zod';
import type { SyncPlanId, TenantId } from '../src/domain/index.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Makes a plan; added by `planSync`. */
export const planSyncTask = defineTask({
  name: 'plan-sync',
  payload: z.object({ tenantId: idOf<TenantId>(), planId: idOf<SyncPlanId>() }),
  subject: ({ tenantId, planId }) => ({ tenantId, type: 'SyncPlan', id: planId }),
  run: async (context, { tenantId, planId }) => {
    const { runPlan } = await import('../src/flows/sync/run-plan.ts');
    await runPlan(await flowContext(context, tenantId), { planId }, { signal: context.signal });
  },
  giveUp: async (context, { tenantId, planId }) => {
    const { giveUpPlan } = await import('../src/flows/sync/plan-failure.ts');
    await giveUpPlan(await flowContext(context, tenantId), { planId });
  },
});
