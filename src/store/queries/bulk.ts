import type { Tx } from '../transaction.ts';

/**
 * Tells the planner, for the rest of the transaction, that statements work on many rows. What this very
 * transaction has written has no statistics yet: taking such tables for empty, the planner would compare every
 * row with every other one. Compilation (JIT) costs more than it saves here.
 */
export const workInBulk = async (tx: Tx): Promise<void> => {
  await tx.query(
    `select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true),
       set_config('work_mem', '64MB', true)`,
  );
};
