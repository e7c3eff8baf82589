import type { TenantId } from '../src/domain/index.ts';
import { tenantIds } from '../src/store/tenants.ts';
import type { TaskContext } from './task.ts';

/** Works for every tenant in turn. One tenant's trouble is no other's: it is logged, and fails the job last. */
export const eachTenant = async (
  context: TaskContext,
  work: (tenantId: TenantId) => Promise<unknown>,
): Promise<void> => {
  const failures: unknown[] = [];
  for (const tenantId of await tenantIds(context.db)) {
    context.signal.throwIfAborted();
    await work(tenantId).catch((error: unknown) => {
      context.logger.error({ err: error, tenantId }, 'work for a tenant failed');
      failures.push(error);
    });
  }
  if (failures.length > 0) throw new AggregateError(failures, 'work for some tenants failed');
};
