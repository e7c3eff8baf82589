import { masterOf } from '../masters.ts';
import { cleanText } from '../normalise.ts';
import type { PushContext } from './context.ts';
import { type Draft, hold, tell } from './draft.ts';
import { judgeField, type Verdict } from './push-masters.ts';
import { currentPlace, isMoving, isRenaming, placeOfExternal, type UnitNode } from './unit-nodes.ts';

const baseOf = (context: PushContext, { unit }: UnitNode) => context.input.agreedUnits?.get(unit.id) ?? {};

/** Whose name a unit gets that is called otherwise on the platform. */
export const nameVerdict = (context: PushContext, node: UnitNode): Verdict =>
  judgeField(masterOf(context.masters, 'orgUnit.name'), 'name', () => {
    const { name } = baseOf(context, node);
    if (name === undefined) return null;
    return {
      platform: cleanText(name) !== cleanText(node.remote?.name ?? ''),
      roster: cleanText(name) !== cleanText(node.unit.name),
    };
  });

/** Below whom a unit goes that hangs elsewhere on the platform. */
export const parentVerdict = (context: PushContext, node: UnitNode): Verdict =>
  judgeField(masterOf(context.masters, 'orgUnit.parent'), 'parent', () => {
    const { parentExternalId } = baseOf(context, node);
    if (parentExternalId === undefined || node.remote === null) return null;
    const then = placeOfExternal(parentExternalId);
    return { platform: then !== currentPlace(node.remote), roster: then !== node.hangsAt };
  });

/** Whose position a unit gets. One that was never known is the platform's own to give, as in a pull. */
export const orderVerdict = (context: PushContext, node: UnitNode, wanted: string): Verdict =>
  judgeField(masterOf(context.masters, 'orgUnit.order'), 'order', () => {
    const { order } = baseOf(context, node);
    if (order === undefined) return { platform: true, roster: false };
    return { platform: !isSameOrder(order, node.remote?.order), roster: !isSameOrder(order, wanted) };
  });

const INTEGER = /^[+-]?\d{1,30}$/;
const isSameOrder = (a: string, b: string | undefined): boolean =>
  a === b ||
  (b !== undefined &&
    INTEGER.test(a) &&
    INTEGER.test(b) &&
    BigInt(a.replace('+', '')) === BigInt(b.replace('+', '')));

/** Holds the rows of a unit by which a name, a parent or a position goes that both sides have changed. */
export const holdContested = (
  context: PushContext,
  node: UnitNode,
  rows: { readonly move: Draft | null; readonly update: Draft | null },
): void => {
  const { move, update } = rows;
  const contest = (row: Draft | null, { winner, why }: Verdict, base: string | null | undefined): void => {
    if (row === null || winner !== 'NEITHER' || why === null) return;
    tell(row, why(base ?? null));
    hold(row, 'FIELD_CONFLICT');
  };
  const base = baseOf(context, node);
  if (isMoving(node)) contest(move, parentVerdict(context, node), base.parentExternalId);
  if (isRenaming(node)) contest(move ?? update, nameVerdict(context, node), base.name);
  const order = update?.content.order;
  if (order !== undefined) contest(update, orderVerdict(context, node, order), base.order);
};
