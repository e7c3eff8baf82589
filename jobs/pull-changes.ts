import { z } from 'zod';
import type { ConnectionId, TenantId } from '../src/domain/index.ts';
import { idOf } from './id-of.ts';
import { defineTask, flowContext } from './task.ts';

/** Reads what the events of a connection have named; added with the events. */
export const pullChangesTask = defineTask({
  name: 'pull-changes',
  payload: z.object({ tenantId: idOf<TenantId>(), connectionId: idOf<ConnectionId>() }),
  run: async (context, { tenantId, connectionId }) => {
    const { pullChanges } = await import('../src/flows/events/pull-changes.ts');
    const { createPasswords } = await import('../src/flows/sign-in/passwords.ts');
    const flow = { ...(await flowContext(context, tenantId)), passwords: createPasswords() };
    await pullChanges(flow, { connectionId }, { signal: context.signal, attempt: context.attempt });
  },
});
