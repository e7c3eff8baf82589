import type { AccountId } from '../../domain/ids.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import type { FieldChange } from '../../domain/staging.ts';
import type { OperationContent, PlannedMembership, PushReason } from '../../domain/sync.ts';
import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import { type Draft, issue, PHASES, type Phase, skip } from './draft.ts';
import type { PushAccount, RemoteAccountState } from './facts.ts';

/** What a plan does about one person; kept only of people about whom it does something. */
export interface PersonOutcome {
  readonly accountId: AccountId;
  /** Platform id; `null` of somebody who is to be created. */
  readonly externalId: string | null;
  /** What makes the person known: a link or a create. */
  readonly presence: Draft | null;
  /** The row that carries memberships. */
  readonly seats: Draft | null;
  /** The row that takes the person away. */
  readonly leaves: Draft | null;
  readonly rows: readonly Draft[];
}

export const personFacts = (
  account: PushAccount,
  remote: RemoteAccountState | null,
  why: { readonly reason: PushReason; readonly rule: string; readonly phase?: Phase },
) => ({
  phase: why.phase ?? PHASES.PEOPLE,
  objectId: account.id,
  externalId: remote?.value.externalId ?? null,
  name: account.displayName,
  reason: why.reason,
  rule: why.rule,
  base: { version: account.version, remoteHash: remote?.hash ?? null },
});

type Before = NonNullable<OperationContent['membershipsBefore']>;

const INTEGER = /^[+-]?\d{1,30}$/;
const position = (order: string | undefined): bigint | null =>
  order !== undefined && INTEGER.test(order) ? BigInt(order.replace('+', '')) : null;

const byPosition = (a: Before[number], b: Before[number]): number => {
  const x = position(a.order);
  const y = position(b.order);
  if (x !== null && y !== null && x !== y) return x < y ? -1 : 1;
  if ((x === null) !== (y === null)) return x === null ? 1 : -1;
  return compareCodePoints(a.orgUnitExternalId, b.orgUnitExternalId);
};

/** What the platform holds, its first unit first: the main one, else that of the earliest position, as when it is pulled. */
export const membershipsBefore = ({ memberships }: RemoteAccountValue): Before =>
  memberships
    .map(({ orgUnitExternalId, order, primary = false }) => ({
      orgUnitExternalId,
      primary,
      ...(order === undefined ? {} : { order }),
    }))
    .sort((a, b) => Number(b.primary) - Number(a.primary) || byPosition(a, b))
    .map((membership, i) =>
      membership.primary === (i === 0) ? membership : { ...membership, primary: i === 0 },
    );

export const seatChange = (before: Before, after: readonly PlannedMembership[]): FieldChange => ({
  field: 'memberships',
  before,
  after,
});

export const sortedChanges = (changes: readonly FieldChange[]): readonly FieldChange[] =>
  changes.toSorted((a, b) => compareCodePoints(a.field, b.field));

/** Rows of somebody in quarantine are shown, and stay. */
export const quarantine = ({ input }: PushContext, account: PushAccount, rows: readonly Draft[]): void => {
  if (!input.quarantined.has(account.id)) return;
  for (const row of rows) {
    row.state = 'QUARANTINED';
    skip(row, issue('QUARANTINED'));
  }
};
