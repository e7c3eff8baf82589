import type { PlannedOperation } from '../../domain/sync.ts';
import { OPERATION_KINDS } from '../../domain/target.ts';
import { compareCodePoints } from '../fold.ts';
import { type Draft, isUnitRow, PHASES } from './draft.ts';

/** What comes earlier, for whatever reason. */
const beforeOf = function* (row: Draft): Generator<Draft> {
  yield* row.needs;
  yield* row.room;
  yield* row.follows;
};

/** Rows such that each comes after all that it waits for (Kahn). A circle is a mistake of the planner. */
const topological = (rows: readonly Draft[]): Draft[] => {
  const open = new Map<Draft, number>();
  const after = new Map<Draft, Draft[]>();
  for (const row of rows) {
    const before = new Set(beforeOf(row));
    open.set(row, before.size);
    for (const one of before) {
      const waiting = after.get(one);
      if (waiting === undefined) after.set(one, [row]);
      else waiting.push(row);
    }
  }
  const sorted = rows.filter((row) => open.get(row) === 0);
  for (let i = 0; i < sorted.length; i++) {
    const done = sorted[i];
    for (const row of (done && after.get(done)) ?? []) {
      const left = (open.get(row) ?? 0) - 1;
      open.set(row, left);
      if (left === 0) sorted.push(row);
    }
  }
  if (sorted.length !== rows.length) throw new TypeError('rows of a plan wait for each other');
  return sorted;
};

/** Rows that wait for one of a later phase: a value that only a removal sets free. They may not delay the others. */
const lateOnes = (sorted: readonly Draft[]): ReadonlySet<Draft> => {
  const late = new Set<Draft>();
  for (const row of sorted) {
    for (const one of beforeOf(row)) if (one.phase > row.phase || late.has(one)) late.add(row);
  }
  return late;
};

const waveOf = (row: Draft, from: number): number => {
  let wave = from;
  for (const one of beforeOf(row)) wave = Math.max(wave, one.wave + 1);
  return wave;
};

/** Waves by the longest way, one phase after the other. */
const setWaves = (rows: readonly Draft[]): void => {
  const sorted = topological(rows);
  const late = lateOnes(sorted);
  const from: number[] = [];
  let first = 0;
  for (const phase of Object.values(PHASES)) {
    from[phase] = first;
    let last = first - 1;
    for (const row of sorted) {
      if (row.phase !== phase || late.has(row)) continue;
      row.wave = waveOf(row, first);
      last = Math.max(last, row.wave);
    }
    first = last + 1;
  }
  for (const row of sorted) if (late.has(row)) row.wave = waveOf(row, from[row.phase] ?? 0);
};

const KIND_ORDER = new Map(OPERATION_KINDS.map((kind, i) => [kind, i]));

const compareRows = (a: Draft, b: Draft): number =>
  a.wave - b.wave ||
  a.phase - b.phase ||
  (KIND_ORDER.get(a.kind) ?? 0) - (KIND_ORDER.get(b.kind) ?? 0) ||
  compareCodePoints(a.objectId ?? '', b.objectId ?? '') ||
  compareCodePoints(a.externalId ?? '', b.externalId ?? '') ||
  compareCodePoints(a.rule, b.rule);

const NO_ORDINALS: readonly number[] = Object.freeze([]);

const ordinalsOf = ({ needs, room }: Draft): readonly number[] => {
  if (needs.length === 0 && room.length === 0) return NO_ORDINALS;
  const all = new Set([...needs, ...room].map(({ ordinal }) => ordinal));
  return [...all].sort((a, b) => a - b);
};

const operationOf = (row: Draft): PlannedOperation => ({
  ordinal: row.ordinal,
  kind: row.kind,
  objectType: isUnitRow(row) ? 'ORG_UNIT' : 'ACCOUNT',
  objectId: row.objectId,
  externalId: row.externalId,
  name: row.name,
  reason: row.reason,
  rule: row.rule,
  changes: row.changes,
  content: row.content,
  wave: row.wave,
  dependsOn: ordinalsOf(row),
  base: row.base,
  effects: row.effects,
  state: row.state,
  holds: row.holds,
  issues: row.issues,
});

/**
 * Rows as operations in their one order: by wave, within a wave by phase, kind and object. Waves are the longest way
 * over all that has to come earlier, so that any order within a wave is a good one. A wave may begin when whatever can
 * still go of the earlier ones has ended: `dependsOn` alone does not say that a unit is created where it will hang.
 */
export const orderRows = (rows: readonly Draft[]): readonly PlannedOperation[] => {
  setWaves(rows);
  return numberRows(rows);
};

/** Rows whose waves are set, as operations. */
export const numberRows = (rows: readonly Draft[]): readonly PlannedOperation[] => {
  const sorted = rows.toSorted(compareRows);
  for (const [i, row] of sorted.entries()) row.ordinal = i;
  return sorted.map(operationOf);
};
