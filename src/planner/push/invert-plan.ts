import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import type { GuardKind, PushRules } from '../../domain/push-rules.ts';
import type { FieldChange } from '../../domain/staging.ts';
import type { AccountRef, PlannedOperation, PushGuardVerdict } from '../../domain/sync.ts';
import type { OperationKind, TargetCapabilities } from '../../domain/target.ts';
import { type Draft, draft, hold, isOut, issue, PHASES, skip } from './draft.ts';
import type { RemoteAccountState, RemoteUnitState } from './facts.ts';
import { judgeKinds, type Linked } from './guards.ts';
import { invertedContent } from './invert-content.ts';
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

/** Whether the person will be in the unit: they are now, or the row brings them back. Who is not there cannot lead it. */
const isSeated = (input: UndoInput, { externalId, content }: Draft, unit: string): boolean => {
  const now = input.remoteAccounts.get(externalId ?? '')?.value.memberships ?? [];
  if (content.memberships === undefined) return now.some((seat) => seat.orgUnitExternalId === unit);
  return content.memberships.some(({ orgUnit }) => 'externalId' in orgUnit && orgUnit.externalId === unit);
};

/** Leaders of units into which people come back whom no operation had taken the lead from by itself. */
const leadAgain = (input: UndoInput, rows: ReadonlyMap<AppliedOperation, Draft>, wave: number): Draft[] => {
  if (!input.capabilities.operations.has('SET_LEADERS')) return [];
  const listed = new Set<string>();
  for (const { operation, externalId } of rows.keys()) {
    if (operation.kind === 'SET_LEADERS' && externalId !== null) listed.add(externalId);
  }
  const back = new Map<string, { leaders: Set<string>; needs: Draft[] }>();
  for (const [{ externalId, led }, row] of rows) {
    for (const unit of isOut(row) || externalId === null ? [] : (led ?? [])) {
      if (listed.has(unit) || !isSeated(input, row, unit)) continue;
      const known = back.get(unit) ?? { leaders: new Set<string>(), needs: [] };
      known.leaders.add(externalId ?? '');
      known.needs.push(row);
      back.set(unit, known);
    }
  }
  for (const [id, { value }] of back.size === 0 ? [] : input.remoteAccounts) {
    for (const { leader, orgUnitExternalId } of value.memberships) {
      if (leader) back.get(orgUnitExternalId)?.leaders.add(id);
    }
  }
  return [...back].map(([unit, { leaders, needs }]) => {
    const refs: AccountRef[] = [...leaders].sort().map((externalId) => ({ externalId }));
    const remote = input.remoteUnits.get(unit);
    const row = draft({
      kind: 'SET_LEADERS',
      phase: PHASES.REFERENCES,
      objectId: null,
      externalId: unit,
      name: remote?.name ?? unit,
      reason: 'UNDO',
      rule: 'undo',
      content: { leaders: refs },
      changes: [{ field: 'leaders', before: null, after: refs }],
      needs,
      base: { version: null, remoteHash: remote?.hash ?? null },
    });
    row.wave = wave;
    return row;
  });
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
