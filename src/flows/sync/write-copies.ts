import type {
  ConnectionId,
  ExternalId,
  RemoteAccountValue,
  RemoteOrgUnitValue,
  SyncPlanId,
  TargetOperation,
} from '../../domain/index.ts';
import {
  accountCopyAfter,
  type Believed,
  type CopyAfter,
  leaderCopyAfter,
  orgUnitCopyAfter,
} from '../../planner/push/copy-after.ts';
import {
  type CopyRow,
  lockCopies,
  type WrittenCopy,
  writeCopies,
} from '../../store/queries/operation-results.ts';
import type { Tx } from '../../store/transaction.ts';

/** An operation that the platform holds now. */
export interface Applied {
  readonly operation: TargetOperation;
  readonly externalId: string;
  readonly ids: readonly ExternalId[];
  readonly unconfirmed?: readonly string[];
  /** People who may have led the unit before, by platform id; of `SET_LEADERS` only. */
  readonly formerLeaders: readonly string[];
}

interface Place {
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
  readonly leadsWithPlaces?: boolean;
}

type Account = { readonly value: RemoteAccountValue; readonly believed: Believed<RemoteAccountValue> };
type Unit = { readonly value: RemoteOrgUnitValue; readonly believed: Believed<RemoteOrgUnitValue> };

const UNIT_KINDS: ReadonlySet<string> = new Set([
  'CREATE_ORG_UNIT',
  'UPDATE_ORG_UNIT',
  'MOVE_ORG_UNIT',
  'SET_LEADERS',
]);

/** The two members of a copy as the caller knows them: the kind of the row says which values they hold. */
const copyOf = <Known>(row: CopyRow): Known =>
  ({ value: row.value, believed: row.believed }) as unknown as Known;

const writeUnits = async (tx: Tx, place: Place, applied: readonly Applied[]): Promise<void> => {
  const { connectionId, planId } = place;
  const externalIds = applied.map(({ externalId }) => externalId);
  if (externalIds.length === 0) return;
  const rows = await lockCopies(tx, 'org_unit', { connectionId, externalIds });
  const known = new Map(rows.map((row) => [row.externalId, copyOf<Unit>(row)]));
  const written = new Map<string, CopyAfter<RemoteOrgUnitValue>>();
  for (const { operation, externalId, ids } of applied) {
    const after = orgUnitCopyAfter(known.get(externalId) ?? null, operation, { externalId, ids });
    known.set(externalId, after);
    written.set(externalId, after);
  }
  const copies = [...written].map(
    ([externalId, { value, believed, hash }]): WrittenCopy => ({
      externalId,
      // A platform that shows no names has the one that was written.
      name: value.name ?? believed.name ?? '',
      parentExternalId: value.parentExternalId,
      value,
      believed,
      hash,
    }),
  );
  await writeCopies(tx, 'org_unit', { planId, connectionId, copies });
};

interface UnitLeaders {
  readonly externalId: string;
  readonly leaderExternalIds: readonly string[];
}

const leadersOf = (applied: readonly Applied[]): readonly UnitLeaders[] =>
  applied.flatMap(({ operation }) => (operation.kind === 'SET_LEADERS' ? [operation] : []));

const writeAccounts = async (
  tx: Tx,
  place: Place,
  { applied, leaders }: { readonly applied: readonly Applied[]; readonly leaders: readonly Applied[] },
): Promise<void> => {
  const { connectionId, planId, leadsWithPlaces = false } = place;
  const units = leadersOf(leaders);
  const externalIds = [
    ...new Set([
      ...applied.map(({ externalId }) => externalId),
      ...units.flatMap(({ leaderExternalIds }) => leaderExternalIds),
      ...leaders.flatMap(({ formerLeaders }) => formerLeaders),
    ]),
  ];
  if (externalIds.length === 0) return;
  const rows = await lockCopies(tx, 'account', { connectionId, externalIds });
  const known = new Map(rows.map((row) => [row.externalId, copyOf<Account>(row)]));
  const written = new Map<string, CopyAfter<RemoteAccountValue>>();
  const keep = (externalId: string, after: CopyAfter<RemoteAccountValue>): void => {
    known.set(externalId, after);
    written.set(externalId, after);
  };
  for (const { operation, externalId, ids, unconfirmed = [] } of applied) {
    const made = { externalId, ids, unconfirmed, leadsWithPlaces };
    keep(externalId, accountCopyAfter(known.get(externalId) ?? null, operation, made));
  }
  for (const unit of units) {
    for (const [externalId, copy] of known) {
      const after = leaderCopyAfter(copy, { ...unit, leadsWithPlaces });
      if (after !== null) keep(externalId, after);
    }
  }
  const copies = [...written].map(
    ([externalId, { value, believed, hash }]): WrittenCopy => ({
      externalId,
      name: value.name ?? null,
      parentExternalId: null,
      value,
      believed,
      hash,
    }),
  );
  await writeCopies(tx, 'account', { planId, connectionId, copies });
};

/** Brings the copies of a connection up to what a batch of operations has written. */
export const writeAppliedCopies = async (
  tx: Tx,
  place: Place,
  applied: readonly Applied[],
): Promise<void> => {
  const units = applied.filter(({ operation }) => UNIT_KINDS.has(operation.kind));
  await writeUnits(tx, place, units);
  await writeAccounts(tx, place, {
    applied: applied.filter(({ operation }) => !UNIT_KINDS.has(operation.kind)),
    leaders: units,
  });
};
