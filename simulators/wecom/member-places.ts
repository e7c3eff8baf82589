import { type Corp, type Member, ROOT } from './corp.ts';
import { checkRoom } from './department-rules.ts';
import { fail } from './failures.ts';
import { addDepartment, type Place } from './mutations.ts';
import { isId, isOrder, type Params } from './params.ts';
import type { World } from './world.ts';

/** Where members go who have no department. */
export const UNPLACED_NAME = '其他（待设置部门）';

export interface Placement {
  readonly places?: readonly Place[];
  readonly mainDepartment?: number;
  /** Departments that come to be for this member. */
  readonly created: readonly { readonly name: string; readonly id: number }[];
  /** Makes them, before the member is put there. */
  readonly prepare: (corp: Corp) => void;
}

/** `department`, `order`, `is_leader_in_dept` and `main_department` of a create or update, checked against each other. */
export function readPlacement(world: World, params: Params, before?: Member): Placement {
  const asked = askedDepartments(world, params, before);
  const { ids, created, prepare } = asked ?? {
    ids: before?.memberships.map((entry) => entry.departmentId) ?? [],
    created: [],
    prepare: () => {},
  };
  const orders = aligned(params, 'order', { length: ids.length, code: 40058, valid: isOrder });
  const leaders = aligned(params, 'is_leader_in_dept', {
    length: ids.length,
    code: 60132,
    valid: (value): value is 0 | 1 => value === 0 || value === 1,
  });
  const mainDepartment = params.id('main_department');
  if (mainDepartment !== undefined && !ids.includes(mainDepartment))
    fail(40058, 'main_department is not in department');
  const main = mainDepartment === undefined ? {} : { mainDepartment };
  if (!asked && !orders && !leaders) return { ...main, created, prepare };
  const places = ids.map((departmentId, index) => ({
    departmentId,
    ...(orders ? { order: orders[index] as number } : {}),
    ...(leaders ? { leader: leaders[index] === 1 } : {}),
  }));
  return { ...main, places, created, prepare };
}

interface Asked {
  readonly ids: readonly number[];
  readonly created: Placement['created'];
  readonly prepare: Placement['prepare'];
}

/** `undefined` when an update leaves the departments alone. */
function askedDepartments(world: World, params: Params, before: Member | undefined): Asked | undefined {
  const { corp, settings } = world;
  const value = params.values['department'];
  if (before && (value === undefined || value === null)) return undefined;
  if (typeof value === 'string') fail(41019, 'department missing, it must be an array of numbers');
  if (isNowhere(value)) {
    if (settings.placement === 'required') fail(41019);
    const node = unplacedNode(corp);
    return { ids: [node.id], created: [], prepare: node.prepare };
  }
  if (!Array.isArray(value)) fail(40066);
  if (value.length > settings.departmentsPerMember) fail(60110);
  if (!value.every(isId) || new Set(value).size !== value.length) fail(40066);
  const unknown = value.filter((id) => !corp.departments.has(id));
  for (const id of value) {
    const dept = corp.departments.get(id);
    const stays = before?.memberships.some((entry) => entry.departmentId === id);
    if (dept && !stays) checkRoom(world, dept, 1);
  }
  if (unknown.length === 0) return { ids: value, created: [], prepare: () => {} };
  if (settings.unknownDepartment !== 'create') fail(settings.unknownDepartment);
  return { ids: value, ...departmentsFor(corp, unknown) };
}

function isNowhere(value: unknown): boolean {
  if (value === undefined || value === null || value === 0) return true;
  return Array.isArray(value) && value.every((id) => id === 0);
}

/** The node 其他（待设置部门）, and what makes it where it is missing. */
export function unplacedNode(corp: Corp): { id: number; prepare: (corp: Corp) => void } {
  const id = corp.unplaced ?? corp.nextDepartmentId;
  const prepare = (at: Corp): void => {
    if (at.departments.has(id)) return;
    addDepartment(at, { id, name: UNPLACED_NAME, parentId: ROOT });
    at.unplaced = id;
  };
  return { id, prepare };
}

/** Departments with the ids that were asked for, below 其他（待设置部门）. (?) Their names are not published. */
function departmentsFor(corp: Corp, ids: readonly number[]): Pick<Asked, 'created' | 'prepare'> {
  // Reserved together: the node's own number must not be one of those asked for.
  const free = Math.max(corp.nextDepartmentId, ...ids.map((id) => id + 1));
  const node =
    corp.unplaced === null ? unplacedNode({ ...corp, nextDepartmentId: free }) : unplacedNode(corp);
  const created = ids.map((id) => ({ name: `待设置部门${id}`, id }));
  const prepare = (at: Corp): void => {
    node.prepare(at);
    for (const dept of created) addDepartment(at, { ...dept, parentId: node.id });
  };
  return { created, prepare };
}

function aligned<T>(
  params: Params,
  name: string,
  rule: { length: number; code: number; valid: (value: unknown) => value is T },
): readonly T[] | undefined {
  const value = params.values[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length !== rule.length) {
    fail(rule.code, `${name} and department size not match`);
  }
  if (!value.every(rule.valid)) fail(rule.code, `${name} invalid`);
  return value;
}
