import type { PlannedOperation, PushReason, UnitRef } from '../../domain/sync.ts';
import type { PushContext } from './context.ts';
import { added, type Draft, draft, hold, PHASES } from './draft.ts';
import { INTEGER, orderThere } from './order-there.ts';
import { isMoving, isRenaming, type UnitNode, type UnitRemoval } from './unit-nodes.ts';

/** The rows of one unit. */
export interface UnitRows {
  /** What makes its platform id known: a link or a create. */
  presence: Draft | null;
  move: Draft | null;
  update: Draft | null;
}

export const baseOf = (node: Pick<UnitNode, 'unit' | 'remote'>): PlannedOperation['base'] => ({
  version: node.unit.version,
  remoteHash: node.remote?.hash ?? null,
});

/** A unit as rows name it: by the roster, unless it gets no link. */
export const refTo = (node: UnitNode): UnitRef =>
  node.refused.includes('LINK') && node.remote !== null
    ? { externalId: node.remote.externalId }
    : { orgUnitId: node.unit.id };

export const parentRef = (node: UnitNode, anchor: string | null): UnitRef | null => {
  if (node.parent !== null) return refTo(node.parent);
  return anchor === null ? null : { externalId: anchor };
};

const externalRef = (externalId: string | null): UnitRef | null =>
  externalId === null ? null : { externalId };

export const whyChanged = (context: PushContext, node: UnitNode): PushReason =>
  context.input.agreed.get(node.unit.id) === node.unit.version ? 'DRIFT' : 'ROSTER_CHANGED';

export const factsOf = (node: UnitNode) => ({
  phase: PHASES.UNITS,
  objectId: node.unit.id,
  externalId: node.remote?.externalId ?? null,
  name: node.unit.name,
  base: baseOf(node),
});

export const linkRow = (node: UnitNode): Draft =>
  draft({
    ...factsOf(node),
    kind: 'LINK_ORG_UNIT',
    externalId: node.externalId,
    reason: 'SAME_NAME_AND_LEVEL',
    rule: 'operations.link',
  });

export const createRow = (context: PushContext, node: UnitNode, anchor: string | null): Draft => {
  const { rules, capabilities } = context.input;
  const parent = parentRef(node, anchor);
  const name = node.unit.name;
  const withOrder = rules.pushOrder && capabilities.orders;
  const order = orderThere(capabilities, node.unit.order);
  const row = draft({
    ...factsOf(node),
    kind: 'CREATE_ORG_UNIT',
    reason: node.wasThere ? 'GONE_ON_PLATFORM' : 'NEW_IN_ROSTER',
    rule: 'operations.createOrgUnits',
    content: { parent, name, ...(withOrder ? { order } : {}) },
    changes: [
      { field: 'name', before: null, after: name },
      ...(withOrder ? [{ field: 'order', before: null, after: order }] : []),
      { field: 'parent', before: null, after: parent },
    ],
  });
  if (node.wasThere) hold(row, 'GONE_ON_PLATFORM');
  return row;
};

/** A move and, with it, another name; one that had to give its name up gets one back. */
export const moveRow = (context: PushContext, node: UnitNode, to: UnitRef | null): Draft => {
  const before = node.remote?.name ?? '';
  const renames = isRenaming(node) || node.vacatesTo !== null;
  return draft({
    ...factsOf(node),
    kind: 'MOVE_ORG_UNIT',
    reason: whyChanged(context, node),
    rule: 'operations.moveOrgUnits',
    content: { parent: to, ...(renames ? { name: node.name } : {}) },
    changes: [
      ...(renames ? [{ field: 'name', before: node.vacatesTo ?? before, after: node.name }] : []),
      { field: 'parent', before: externalRef(node.remote?.parentExternalId ?? null), after: to },
    ],
  });
};

const number = (order: string): string =>
  INTEGER.test(order) ? String(BigInt(order.replace(/^\+/, ''))) : order;

/** Position to write; `null` when positions are not pushed, not known there, refused, or the same. */
export const orderToWrite = (context: PushContext, node: UnitNode): string | null => {
  const { rules, capabilities } = context.input;
  const before = node.remote?.order;
  if (!rules.pushOrder || !capabilities.orders || before === undefined) return null;
  if (
    node.refused.includes('ORDER') ||
    context.protectedUnits.has(node.unit.id) ||
    context.barred('UPDATE_ORG_UNIT', 'updateOrgUnits') !== null
  )
    return null;
  const wanted = orderThere(capabilities, node.unit.order);
  return number(before) === number(wanted) ? null : wanted;
};

export const updateRow = (context: PushContext, node: UnitNode): Draft | null => {
  const renames = !isMoving(node) && (isRenaming(node) || node.vacatesTo !== null);
  const order = orderToWrite(context, node);
  if (!renames && order === null) return null;
  const before = node.vacatesTo ?? node.remote?.name ?? '';
  return draft({
    ...factsOf(node),
    kind: 'UPDATE_ORG_UNIT',
    reason: whyChanged(context, node),
    rule: renames ? 'operations.updateOrgUnits' : 'pushOrder',
    content: { ...(renames ? { name: node.name } : {}), ...(order === null ? {} : { order }) },
    changes: [
      ...(renames ? [{ field: 'name', before, after: node.name }] : []),
      ...(order === null ? [] : [{ field: 'order', before: node.remote?.order ?? null, after: order }]),
    ],
  });
};

const refusedOrder = (context: PushContext, node: UnitNode): Draft =>
  draft({
    ...factsOf(node),
    kind: 'UPDATE_ORG_UNIT',
    reason: whyChanged(context, node),
    rule: 'pushOrder',
    changes: [{ field: 'order', before: node.remote?.order ?? null, after: node.unit.order }],
    content: { order: node.unit.order },
  });

/** What a refused change would have been. */
export const refusedRow = (context: PushContext, node: UnitNode, anchor: string | null): Draft => {
  const [first] = node.refused;
  const parent = parentRef(node, anchor);
  const name = { field: 'name', before: node.remote?.name ?? null, after: node.unit.name };
  const moved = {
    field: 'parent',
    before: externalRef(node.remote?.parentExternalId ?? null),
    after: parent,
  };
  const kinds = {
    LINK: 'LINK_ORG_UNIT',
    CREATE: 'CREATE_ORG_UNIT',
    MOVE: 'MOVE_ORG_UNIT',
    ORDER: 'UPDATE_ORG_UNIT',
    RENAME: 'UPDATE_ORG_UNIT',
  } as const;
  if (first === 'CREATE') return createRow(context, node, anchor);
  if (first === undefined || first === 'LINK') return linkRow(node);
  if (first === 'ORDER') return refusedOrder(context, node);
  return draft({
    ...factsOf(node),
    kind: kinds[first],
    reason: whyChanged(context, node),
    rule: first === 'MOVE' ? 'operations.moveOrgUnits' : 'operations.updateOrgUnits',
    changes: first === 'MOVE' ? [moved] : [name],
    content: first === 'MOVE' ? { parent } : { name: node.unit.name },
  });
};

/** The extra step that gives a name away before the unit itself leaves it. */
export const vacateRow = (holder: UnitNode | UnitRemoval, leaving: Draft): Draft => {
  const name = holder.vacatesTo ?? '';
  const { unit, remote } = holder;
  const row = draft({
    phase: PHASES.UNITS,
    objectId: unit.id,
    externalId: remote?.externalId ?? null,
    name: unit.name,
    base: baseOf(holder),
    kind: 'UPDATE_ORG_UNIT',
    reason: 'VACATE_NAME',
    rule: 'operations.updateOrgUnits',
    content: { name },
    changes: [{ field: 'name', before: remote?.name ?? null, after: name }],
  });
  row.vacatedFor = leaving;
  leaving.needs = added(leaving.needs, row);
  return row;
};
