import { z } from 'zod';
import type { TenantId } from '../src/domain/index.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Plans what has changed in the roster, and pushes it where the connections say so; added by triggers of the roster. */
export const pushChangesTask = defineTask({
  name: 'push-changes',
  payload: z.object({ tenantId: idOf<TenantId>(), urgent: z.boolean().default(false) }),
  run: async (context, { tenantId, urgent }) => {
    const { planChanges } = await import('../src/flows/sync/plan-changes.ts');
    await planChanges(await flowContext(context, tenantId), { urgent }, { signal: context.signal });
  },
});
