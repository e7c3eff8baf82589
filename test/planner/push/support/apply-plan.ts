import type {
  AccountId,
  AccountRef,
  OrgUnitId,
  PlannedOperation,
  UnitRef,
} from '../../../../src/domain/index.ts';
import type { PushInput, PushPlan } from '../../../../src/planner/push/facts.ts';
import { planPush } from '../../../../src/planner/push/plan-push.ts';
import { Refused } from './model-platform.ts';
import type { World } from './world.ts';

export type Planned = Extract<PushPlan, { readonly outcome: 'PLANNED' }>;

export const plan = (input: PushInput): Planned => {
  const made = planPush(input);
  if (made.outcome === 'ABORTED') throw new Error(`aborted: ${made.code}`);
  return made;
};

const need = <T>(value: T | null | undefined, what: string): T => {
  if (value === null || value === undefined) throw new Refused(`unknown: ${what}`);
  return value;
};

const unitOf = (world: World, ref: UnitRef): string =>
  'externalId' in ref ? ref.externalId : need(world.unitLinks.get(ref.orgUnitId), `unit ${ref.orgUnitId}`);

const accountOf = (world: World, ref: AccountRef): string =>
  'externalId' in ref
    ? ref.externalId
    : need(world.accountLinks.get(ref.accountId), `account ${ref.accountId}`);

const parentOf = (world: World, ref: UnitRef | null | undefined): string | null =>
  ref === null || ref === undefined ? null : unitOf(world, ref);

const applyToUnit = (world: World, operation: PlannedOperation): string => {
  const { platform } = world;
  const { kind, content } = operation;
  const id = operation.objectId as OrgUnitId;
  if (kind === 'CREATE_ORG_UNIT') {
    const created = platform.createUnit(parentOf(world, content.parent), content.name ?? '');
    world.unitLinks.set(id, created);
    return created;
  }
  if (kind === 'LINK_ORG_UNIT') {
    const linked = need(operation.externalId, 'unit to link');
    need(platform.units.get(linked), linked);
    if ([...world.unitLinks.values()].includes(linked)) throw new Refused(`${linked} is linked already`);
    world.unitLinks.set(id, linked);
    return linked;
  }
  const external = operation.externalId ?? need(world.unitLinks.get(id), `unit ${id}`);
  if (kind === 'UPDATE_ORG_UNIT' && content.name !== undefined) platform.renameUnit(external, content.name);
  if (kind === 'MOVE_ORG_UNIT') platform.moveUnit(external, parentOf(world, content.parent), content.name);
  if (kind === 'UNLINK_ORG_UNIT') world.unitLinks.delete(id);
  if (kind === 'SET_LEADERS') {
    platform.setLeaders(
      external,
      (content.leaders ?? []).map((ref) => accountOf(world, ref)),
    );
  }
  if (kind === 'DELETE_ORG_UNIT') {
    platform.deleteUnit(external);
    world.unitLinks.delete(id);
  }
  return external;
};

const applyToAccount = (world: World, operation: PlannedOperation): string => {
  const { platform } = world;
  const { kind, content } = operation;
  const id = operation.objectId as AccountId;
  const seats = content.memberships?.map(({ orgUnit }) => unitOf(world, orgUnit)) ?? null;
  const values = { ...content.values };
  if (kind === 'CREATE_ACCOUNT') {
    const created = platform.createPerson(content.wantedExternalId ?? null, values, seats ?? []);
    world.accountLinks.set(id, created);
    return created;
  }
  if (kind === 'LINK_ACCOUNT') {
    const linked = need(operation.externalId, 'person to link');
    need(platform.people.get(linked), linked);
    if ([...world.accountLinks.values()].includes(linked)) throw new Refused(`${linked} is linked already`);
    world.accountLinks.set(id, linked);
    return linked;
  }
  const external = operation.externalId ?? need(world.accountLinks.get(id), `account ${id}`);
  if (kind === 'UPDATE_ACCOUNT' || kind === 'MOVE_ACCOUNT') platform.updatePerson(external, values, seats);
  if (kind === 'ENABLE_ACCOUNT') platform.setActive(external, true);
  if (kind === 'DISABLE_ACCOUNT') platform.setActive(external, false);
  if (kind === 'UNLINK_ACCOUNT') world.accountLinks.delete(id);
  if (kind === 'SET_MANAGER') {
    platform.setManager(external, content.manager ? accountOf(world, content.manager) : null);
  }
  if (kind === 'DELETE_ACCOUNT') {
    platform.deletePerson(external);
    world.accountLinks.delete(id);
  }
  return external;
};

/** Does one operation, as the executor would; what the platform refuses is thrown as `Refused`. */
export const applyOperation = (world: World, operation: PlannedOperation): string =>
  operation.objectType === 'ORG_UNIT' ? applyToUnit(world, operation) : applyToAccount(world, operation);

/** One operation as it was applied: what an undo is made of. */
export interface Done {
  readonly operation: PlannedOperation;
  readonly externalId: string;
}

/**
 * Applies what goes, in any order that waves and dependencies allow: `pick` chooses among those that could go next.
 * `release` lets held rows go as well.
 */
export const applyPlan = (
  world: World,
  operations: readonly PlannedOperation[],
  options: { readonly pick: (choices: number) => number; readonly release?: boolean },
): Done[] => {
  const goes = ({ state }: PlannedOperation): boolean =>
    state === 'PLANNED' || (options.release === true && state === 'HELD');
  const done = new Set<number>();
  const log: Done[] = [];
  const waves = Map.groupBy(operations.filter(goes), ({ wave }) => wave);
  for (const wave of [...waves.keys()].sort((a, b) => a - b)) {
    const open = [...(waves.get(wave) ?? [])];
    while (open.length > 0) {
      const ready = open.filter(({ dependsOn }) => dependsOn.every((one) => done.has(one)));
      const next = ready[options.pick(ready.length)];
      if (next === undefined) break;
      open.splice(open.indexOf(next), 1);
      const externalId = applyOperation(world, next);
      done.add(next.ordinal);
      log.push({ operation: next, externalId });
    }
  }
  return log;
};
