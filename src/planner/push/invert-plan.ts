import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import type { GuardKind, PushRules } from '../../domain/push-rules.ts';
import type { FieldChange } from '../../domain/staging.ts';
import type { PlannedOperation, PushGuardVerdict } from '../../domain/sync.ts';
import type { OperationKind, TargetCapabilities } from '../../domain/target.ts';
import { type Draft, draft, hold, isOut, issue, PHASES, skip } from './draft.ts';
import type { RemoteAccountState, RemoteUnitState } from './facts.ts';
import { judgeKinds, type Linked } from './guards.ts';
import { invertedContent } from './invert-content.ts';
import { leadAgain } from './invert-leaders.ts';
import { movedOn } from './moved-on.ts';
import { numberRows } from './order.ts';
import { dependentsOf, spreadHolds, spreadSkips } from './spread.ts';

/** One operation of a run as it ended. Only those that changed something are given. */
export interface AppliedOperation {
  readonly operation: PlannedOperation;
  /** The platform's id of the object; `null` of somebody who was only invited. */
  readonly externalId: string | null;
  /** Platform units that the person led before, from the pre-image; only of people. */
  readonly led?: readonly string[];
}

/** What taking a run back is planned from. */
export interface UndoInput {
  readonly applied: readonly AppliedOperation[];
  /** Copies as they are now, of the objects concerned. */
  readonly remoteUnits: ReadonlyMap<string, RemoteUnitState>;
  readonly remoteAccounts: ReadonlyMap<string, RemoteAccountState>;
  readonly links: {
    readonly units: ReadonlyMap<OrgUnitId, string>;
    readonly accounts: ReadonlyMap<AccountId, string>;
  };
  readonly capabilities: TargetCapabilities;
  readonly guards: PushRules['guards'];
  readonly linked: Readonly<Record<Linked, number>>;
}

export interface UndoPlan {
  readonly operations: readonly PlannedOperation[];
  readonly guards: readonly PushGuardVerdict[];
}

const INVERSE: Readonly<Record<OperationKind, OperationKind>> = {
  LINK_ORG_UNIT: 'UNLINK_ORG_UNIT',
  UNLINK_ORG_UNIT: 'LINK_ORG_UNIT',
  CREATE_ORG_UNIT: 'DELETE_ORG_UNIT',
  UPDATE_ORG_UNIT: 'UPDATE_ORG_UNIT',
  MOVE_ORG_UNIT: 'MOVE_ORG_UNIT',
  SET_LEADERS: 'SET_LEADERS',
  DELETE_ORG_UNIT: 'CREATE_ORG_UNIT',
  LINK_ACCOUNT: 'UNLINK_ACCOUNT',
  UNLINK_ACCOUNT: 'LINK_ACCOUNT',
  CREATE_ACCOUNT: 'DELETE_ACCOUNT',
  UPDATE_ACCOUNT: 'UPDATE_ACCOUNT',
  MOVE_ACCOUNT: 'MOVE_ACCOUNT',
  SET_MANAGER: 'SET_MANAGER',
  ENABLE_ACCOUNT: 'DISABLE_ACCOUNT',
  DISABLE_ACCOUNT: 'ENABLE_ACCOUNT',
  DELETE_ACCOUNT: 'CREATE_ACCOUNT',
};

const COUNTS: Partial<Record<OperationKind, GuardKind>> = {
  DELETE_ORG_UNIT: 'ORG_UNIT_DELETE',
  DELETE_ACCOUNT: 'ACCOUNT_DELETE',
  DISABLE_ACCOUNT: 'ACCOUNT_DISABLE',
};

const swapped = (changes: readonly FieldChange[]): FieldChange[] =>
  changes.map(({ field, before, after }) => ({ field, before: after, after: before }));

const remoteHash = (input: UndoInput, { operation, externalId }: AppliedOperation): string | null => {
  const remotes = operation.objectType === 'ORG_UNIT' ? input.remoteUnits : input.remoteAccounts;
  return remotes.get(externalId ?? '')?.hash ?? null;
};

/** What the operation counted as, counted again: what moves a unit there moves it back. */
const effectsOf = (kind: OperationKind, { effects }: PlannedOperation): PlannedOperation['effects'] => {
  const own = COUNTS[kind];
  if (own !== undefined) return [{ kind: own, count: 1 }];
  return kind === 'ENABLE_ACCOUNT' || kind.includes('LINK') ? [] : effects;
};

const inverseOf = (input: UndoInput, applied: AppliedOperation, gone: ReadonlySet<string>): Draft => {
  const { operation, externalId } = applied;
  const kind = INVERSE[operation.kind];
  const { content, changes, issues } = invertedContent(input, operation, gone);
  const row = draft({
    kind,
    phase: PHASES.UNITS,
    objectId: operation.objectId,
    externalId,
    name: operation.name,
    reason: 'UNDO',
    rule: 'undo',
    changes: changes ?? swapped(operation.changes),
    content,
    base: { version: null, remoteHash: remoteHash(input, applied) },
    issues,
  });
  const nothingLeft = issues.length > 0 && row.changes.length === 0;
  if (externalId === null || operation.kind.startsWith('DELETE_') || nothingLeft)
    skip(row, issue('IRREVERSIBLE'));
  if (externalId !== null && gone.has(externalId)) skip(row, issue('IRREVERSIBLE'));
  row.effects = effectsOf(kind, operation);
  return row;
};

/**
 * The plan that takes a run back: the inverse of every operation, in the opposite order, so that each step undoes the
 * last one that is left. What the platform cannot give back (somebody who was deleted), and what somebody has changed
 * since, is told as IRREVERSIBLE, and so is all that would need it. Guards judge it as they judge every plan.
 */
export const invertPlan = (input: UndoInput): UndoPlan => {
  const gone = new Set<string>();
  for (const { operation, externalId } of input.applied) {
    if (operation.kind.startsWith('DELETE_') && externalId !== null) gone.add(externalId);
  }
  const rows = new Map(input.applied.map((applied) => [applied, inverseOf(input, applied, gone)]));
  const byOrdinal = new Map([...rows].map(([{ operation }, row]) => [operation.ordinal, row]));
  const last = input.applied.reduce((wave, { operation }) => Math.max(wave, operation.wave), 0);
  const changed = movedOn(input);
  for (const [{ operation, externalId }, row] of rows) {
    row.wave = last - operation.wave;
    const field = changed.get(externalId ?? '');
    if (field !== undefined) skip(row, issue('IRREVERSIBLE', field));
    for (const one of operation.dependsOn) {
      const earlier = byOrdinal.get(one);
      if (earlier !== undefined) earlier.needs = [...earlier.needs, row];
    }
  }
  const all = [...rows.values()];
  spreadSkips(all, dependentsOf(all));
  all.push(...leadAgain(input, rows, last + 1));
  const guards = judgeKinds(all, input.guards, { linked: input.linked });
  const tripped = new Set<string>(guards.flatMap(({ kind, tripped: is }) => (is ? [kind] : [])));
  for (const row of all) {
    if (!isOut(row) && row.effects.some(({ kind }) => tripped.has(kind))) hold(row, 'GUARD_TRIPPED');
  }
  spreadHolds(all, dependentsOf(all));
  for (const row of all) if (!isOut(row) && row.holds.length > 0) row.state = 'HELD';
  return { operations: numberRows(all), guards };
};
