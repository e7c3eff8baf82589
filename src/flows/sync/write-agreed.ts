import type { AgreedAccount, AgreedOrgUnit, ConnectionId } from '../../domain/index.ts';
import {
  type AppliedWrite,
  agreedAccountAfter,
  agreedLeaderAfter,
  agreedOrgUnitAfter,
} from '../../planner/push/agreed-after.ts';
import { agreedOfCopy } from '../../planner/push/agreed-at-link.ts';
import { lockAgreed, writeAgreed } from '../../store/queries/agreed-values.ts';
import type { Tx } from '../../store/transaction.ts';

/** An operation that the platform has taken, or a link that was made. */
export interface AgreedChange {
  readonly noun: 'account' | 'org_unit';
  readonly externalId: string;
  /** `null` of a link. */
  readonly write: AppliedWrite | null;
  /** Of a link: the platform's fields that both sides hold the same of. */
  readonly agreed: readonly string[];
  /** People who may have led the unit before, by platform id. */
  readonly formerLeaders: readonly string[];
}

const writeUnits = async (
  tx: Tx,
  connectionId: ConnectionId,
  changes: readonly AgreedChange[],
): Promise<void> => {
  const externalIds = [...new Set(changes.map(({ externalId }) => externalId))];
  if (externalIds.length === 0) return;
  const rows = await lockAgreed(tx, 'org_unit', { connectionId, externalIds });
  const written = rows.map(({ externalId, agreed, copy }) => {
    let after: AgreedOrgUnit = agreed ?? {};
    for (const { externalId: id, write, agreed: same } of changes) {
      if (id !== externalId) continue;
      after = write === null ? agreedOfCopy(copy, same) : agreedOrgUnitAfter(after, write);
    }
    return { externalId, agreed: after };
  });
  await writeAgreed(tx, 'org_unit', { connectionId, rows: written });
};

const writeAccounts = async (
  tx: Tx,
  connectionId: ConnectionId,
  of: { readonly people: readonly AgreedChange[]; readonly units: readonly AgreedChange[] },
): Promise<void> => {
  const led = of.units.flatMap(({ write, formerLeaders }) =>
    write?.operation.kind === 'SET_LEADERS' ? [{ unit: write.operation, formerLeaders }] : [],
  );
  const externalIds = new Set([
    ...of.people.map(({ externalId }) => externalId),
    ...led.flatMap(({ unit, formerLeaders }) => [...unit.leaderExternalIds, ...formerLeaders]),
  ]);
  if (externalIds.size === 0) return;
  const changes = new Map<string, AgreedChange[]>();
  for (const change of of.people) {
    changes.set(change.externalId, [...(changes.get(change.externalId) ?? []), change]);
  }
  const rows = await lockAgreed(tx, 'account', { connectionId, externalIds: [...externalIds] });
  const written = rows.flatMap(({ externalId, agreed, copy }) => {
    let after: AgreedAccount = agreed ?? {};
    const before = after;
    for (const { write, agreed: same } of changes.get(externalId) ?? []) {
      after = write === null ? agreedOfCopy(copy, same) : agreedAccountAfter(after, write);
    }
    for (const { unit } of led) after = agreedLeaderAfter(after, externalId, unit);
    return after === before ? [] : [{ externalId, agreed: after }];
  });
  await writeAgreed(tx, 'account', { connectionId, rows: written });
};

/**
 * Brings what both sides agree on up to what a batch of operations has written and linked: the base of the next merge.
 * To be called when the links of what was made stand.
 */
export const writeAgreements = async (
  tx: Tx,
  connectionId: ConnectionId,
  changes: readonly AgreedChange[],
): Promise<void> => {
  const units = changes.filter(({ noun }) => noun === 'org_unit');
  await writeUnits(
    tx,
    connectionId,
    units.filter(({ write }) => write?.operation.kind !== 'SET_LEADERS'),
  );
  await writeAccounts(tx, connectionId, {
    people: changes.filter(({ noun }) => noun === 'account'),
    units,
  });
};
