import type { FlowContext } from '../src/flows/context.ts';
import { tenantIds } from '../src/store/tenants.ts';
import { flowContext, type TaskContext } from './task.ts';

/** Runs a flow for every tenant in turn. One tenant's trouble is no other's: it is logged, and fails the job last. */
export const eachTenant = async (
  context: TaskContext,
  flow: (context: FlowContext) => Promise<unknown>,
): Promise<void> => {
  const failures: unknown[] = [];
  for (const tenantId of await tenantIds(context.db)) {
    context.signal.throwIfAborted();
    await flow(flowContext(context, tenantId)).catch((error: unknown) => {
      context.logger.error({ err: error, tenantId }, 'work for a tenant failed');
      failures.push(error);
    });
  }
  if (failures.length > 0) throw new AggregateError(failures, 'work for some tenants failed');
};
