import type { ConnectionId, RemoteAccountValue, RemoteOrgUnitValue } from '../../domain/index.ts';
import { accountCopySeen, type Believed, orgUnitCopySeen } from '../../planner/push/copy-after.ts';
import { type CopyRow, lockCopies } from '../../store/queries/operation-results.ts';
import { type SeenObject, writeSeen } from '../../store/queries/seen-once.ts';
import type { Tx } from '../../store/transaction.ts';
import type { Finished } from './record-results.ts';

type Known<Value> = { readonly value: Value; readonly believed: Believed<Value> };

/** The kind of the object says which values its copy holds. */
const copyOf = <Value>(row: CopyRow): Known<Value> =>
  ({ value: row.value, believed: row.believed }) as unknown as Known<Value>;

/** A copy as it was seen by somebody who was about to write to its object. */
const seenObject = (row: CopyRow, { operation, ending }: Finished): SeenObject[] => {
  if (ending.kind !== 'MOVED' || operation === null) return [];
  const { seen } = ending;
  const { externalId } = row;
  if ('memberships' in seen) {
    const after = accountCopySeen(copyOf<RemoteAccountValue>(row), operation, seen);
    return [{ externalId, name: after.value.name ?? null, parentExternalId: null, ...after }];
  }
  const after = orgUnitCopySeen(copyOf<RemoteOrgUnitValue>(row), operation, seen);
  const { name = null, parentExternalId } = after.value;
  return [{ externalId, name, parentExternalId, ...after }];
};

/** Keeps what was seen of objects that somebody has changed meanwhile, so that the next plan knows of it. */
export const writeLooks = async (
  tx: Tx,
  connectionId: ConnectionId,
  finished: readonly Finished[],
): Promise<void> => {
  const moved = finished.filter(({ ending }) => ending.kind === 'MOVED');
  if (moved.length === 0) return;
  for (const noun of ['org_unit', 'account'] as const) {
    const type = noun === 'account' ? 'ACCOUNT' : 'ORG_UNIT';
    const mine = new Map(
      moved.filter(({ row }) => row.objectType === type).map((one) => [one.row.externalId ?? '', one]),
    );
    const rows = await lockCopies(tx, noun, { connectionId, externalIds: [...mine.keys()] });
    const seen = rows.flatMap((row) => {
      const one = mine.get(row.externalId);
      return one === undefined ? [] : seenObject(row, one);
    });
    await writeSeen(tx, noun, { connectionId, seen });
  }
};
