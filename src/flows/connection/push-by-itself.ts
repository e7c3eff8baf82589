import type { Connection } from '../../domain/index.ts';
import { settle } from '../../store/queries/push-changes.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { queueChangesIn } from '../sync/queue-changes.ts';

type Switches = Pick<Connection, 'enabled' | 'mode' | 'pushRules'>;

/**
 * What a saved connection means for changes of the roster. One that begins to push by itself begins with what is
 * changed from now on: what was changed before is brought by a full push, which somebody looks at. One that goes on
 * after a pause goes on where it stopped.
 */
export const beginToPush = async (
  context: FlowContext,
  tx: Tx,
  saved: { readonly before: Switches | null; readonly after: Connection },
): Promise<void> => {
  const { before, after } = saved;
  if (after.pushRules.incremental === 'OFF') return;
  if (before === null || before.pushRules.incremental === 'OFF') await settle(tx, after.id);
  if (!after.enabled || after.mode !== 'READ_WRITE') return;
  await queueChangesIn(tx, { now: context.now(), why: 'settings' });
};
