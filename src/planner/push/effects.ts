import type { GuardKind } from '../../domain/push-rules.ts';
import type { PlannedOperation } from '../../domain/sync.ts';
import type { PushContext } from './context.ts';
import type { UnitPlan } from './diff-units.ts';
import { type Draft, isOut, NO_EFFECTS } from './draft.ts';
import type { Place, UnitTree } from './unit-nodes.ts';
import { placeAbove } from './unit-slots.ts';

type Effects = PlannedOperation['effects'];

const one = (kind: GuardKind): Effects => Object.freeze([Object.freeze({ kind, count: 1 })]);

const BY_KIND: Partial<Record<Draft['kind'], Effects>> = {
  DELETE_ACCOUNT: one('ACCOUNT_DELETE'),
  DISABLE_ACCOUNT: one('ACCOUNT_DISABLE'),
  DELETE_ORG_UNIT: one('ORG_UNIT_DELETE'),
};

/** How many units each move takes along, itself included: a move of a subtree is as large as the subtree. */
const movedAlong = (
  context: PushContext,
  tree: UnitTree,
  { byNode }: UnitPlan,
): ReadonlyMap<Draft, number> => {
  const sizes = new Map<Draft, number>();
  const mover = new Map<Place, Draft | null>();
  for (const { place, remote } of tree.nodes) {
    if (remote === null) continue;
    const path: Place[] = [];
    let at: Place | undefined = place;
    let found: Draft | null = null;
    while (at !== undefined) {
      const known = mover.get(at);
      const node = tree.byPlace.get(at);
      const move = known !== undefined ? known : node === undefined ? null : (byNode.get(node)?.move ?? null);
      path.push(at);
      found = move;
      if (move !== null || known !== undefined) break;
      at = placeAbove(context, tree, at);
    }
    for (const passed of path) mover.set(passed, found);
    if (found !== null) sizes.set(found, (sizes.get(found) ?? 0) + 1);
  }
  return sizes;
};

/** A name that is only taken up again after it was given away for a moment is no new name. */
const isRename = (row: Draft): boolean => {
  const change = row.changes.find(({ field }) => field === 'name');
  if (change === undefined || row.reason === 'VACATE_NAME') return false;
  const given = row.needs.find(({ vacatedFor }) => vacatedFor === row);
  return given === undefined || given.changes[0]?.before !== change.after;
};

const unitEffects = (row: Draft, sizes: ReadonlyMap<Draft, number>): Effects => {
  const effects: { kind: GuardKind; count: number }[] = [];
  if (row.kind === 'MOVE_ORG_UNIT') effects.push({ kind: 'ORG_UNIT_MOVE', count: sizes.get(row) ?? 1 });
  if (isRename(row)) effects.push({ kind: 'ORG_UNIT_RENAME', count: 1 });
  return effects;
};

const accountEffects = (row: Draft, loginIds: ReadonlySet<string>): Effects => {
  const effects: { kind: GuardKind; count: number }[] = [];
  if (row.reason === 'VACATE_VALUE') return effects;
  if (row.changes.some(({ field }) => field === 'name')) effects.push({ kind: 'ACCOUNT_RENAME', count: 1 });
  if (row.changes.some(({ field }) => loginIds.has(field)))
    effects.push({ kind: 'ACCOUNT_LOGIN_ID', count: 1 });
  if (row.leaves > 0) effects.push({ kind: 'ACCOUNT_MOVE', count: 1 });
  if (row.leaves > 0) effects.push({ kind: 'MEMBERSHIP_REMOVE', count: row.leaves });
  return effects;
};

/** Tells each row what the guards count of it. */
export const setEffects = (
  context: PushContext,
  rows: readonly Draft[],
  plan: { readonly tree: UnitTree; readonly units: UnitPlan },
): void => {
  const loginIds = new Set(
    context.input.capabilities.fields.flatMap(({ name, loginId }) => (loginId ? [name] : [])),
  );
  const moves = rows.some(({ kind }) => kind === 'MOVE_ORG_UNIT');
  const sizes = moves ? movedAlong(context, plan.tree, plan.units) : new Map<Draft, number>();
  for (const row of rows) {
    if (isOut(row)) continue;
    const fixed = BY_KIND[row.kind];
    if (fixed !== undefined) row.effects = fixed;
    else if (row.kind === 'UPDATE_ORG_UNIT' || row.kind === 'MOVE_ORG_UNIT')
      row.effects = unitEffects(row, sizes);
    else if (row.kind === 'UPDATE_ACCOUNT' || row.kind === 'MOVE_ACCOUNT')
      row.effects = accountEffects(row, loginIds);
    else if (row.kind === 'SET_MANAGER' && row.content.manager === null)
      row.effects = one('ACCOUNT_MANAGER_CLEAR');
    if (row.effects.length === 0) row.effects = NO_EFFECTS;
  }
};
