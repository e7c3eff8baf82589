import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { purgeAccounts, purgeOrgUnits } from '../../store/queries/roster-purge.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** Objects that one transaction removes. */
const BATCH = 500;

export interface Purged {
  readonly accounts: number;
  readonly orgUnits: number;
}

const purgeBatch = (context: FlowContext): Promise<Purged> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const now = context.now();
    const accounts = await purgeAccounts(tx, now, BATCH);
    const orgUnits = await purgeOrgUnits(tx, now, BATCH);
    if (accounts.length + orgUnits.length > 0) {
      await insertAuditEvent(tx, { action: 'roster.purge', details: { accounts, orgUnits } });
    }
    return { accounts: accounts.length, orgUnits: orgUnits.length };
  });

/**
 * Removes what was deleted more than 30 days ago, accounts before the units that hold them, leaves of the tree
 * first, in batches, each with its audit event. History stays. Run by a job, as the system.
 */
export const purgeDeleted = async (context: FlowContext): Promise<Purged> => {
  const total = { accounts: 0, orgUnits: 0 };
  for (;;) {
    const { accounts, orgUnits } = await purgeBatch(context);
    if (accounts + orgUnits === 0) return total;
    total.accounts += accounts;
    total.orgUnits += orgUnits;
  }
};
