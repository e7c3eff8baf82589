import { chainOf, type Department, ROOT } from './corp.ts';
import { checkDepartmentName, checkNameFree, levelsOf, needParent } from './department-rules.ts';
import { fail } from './failures.ts';
import type { DepartmentPatch } from './mutations.ts';
import type { Params } from './params.ts';
import type { Handler, Route, World } from './world.ts';

function nameOf(world: World, params: Params): string | undefined {
  const name = params.text('name');
  if (name !== undefined) checkDepartmentName(world, name);
  return name;
}

function englishNameOf(world: World, params: Params): string | undefined {
  const name = params.text('name_en');
  if (name) checkDepartmentName(world, name);
  return name;
}

const create: Handler = (world, { params }) => {
  const { corp, settings } = world;
  const name = nameOf(world, params) ?? fail(60001);
  const nameEn = englishNameOf(world, params);
  const parent = needParent(world, params.id('parentid') ?? fail(60124), 1);
  const order = params.order('order');
  const wanted = params.id('id');
  if (wanted !== undefined && wanted < 1) fail(40058, 'id must be greater than 1');
  if (wanted !== undefined && corp.departments.has(wanted)) fail(60008);
  checkNameFree(corp, parent, { name });
  if (corp.departments.size >= settings.maxDepartments) fail(81001);
  const id = wanted ?? corp.nextDepartmentId;
  world.changes.addDepartment('api', {
    id,
    name,
    parentId: parent.id,
    ...(nameEn === undefined ? {} : { nameEn }),
    ...(order === undefined ? {} : { order }),
  });
  return { errmsg: 'created', id };
};

/** Absent fields stay as they are. */
const update: Handler = (world, { params }) => {
  const { corp } = world;
  const dept = needDepartment(world, params.id('id'));
  const name = nameOf(world, params);
  const nameEn = englishNameOf(world, params);
  const parentId = params.id('parentid');
  const order = params.order('order');
  const parent = newParent(world, dept, parentId);
  const siblingsOf = parent ?? corp.departments.get(dept.parentId ?? 0);
  if (siblingsOf && (parent || name !== undefined)) {
    checkNameFree(corp, siblingsOf, { name: name ?? dept.name, self: dept.id });
  }
  const patch: DepartmentPatch = {
    ...(name === undefined ? {} : { name }),
    ...(nameEn === undefined ? {} : { nameEn }),
    ...(parent === undefined ? {} : { parentId: parent.id }),
    ...(order === undefined ? {} : { order }),
  };
  world.changes.changeDepartment('api', dept.id, patch);
  return { errmsg: 'updated' };
};

function newParent(world: World, dept: Department, parentId: number | undefined): Department | undefined {
  if (parentId === undefined || parentId === (dept.parentId ?? world.settings.rootParentId)) return undefined;
  if (chainOf(world.corp, parentId).includes(dept.id)) fail(60010);
  if (dept.id === ROOT) fail(60124);
  return needParent(world, parentId, levelsOf(world.corp, dept));
}

function needDepartment({ corp }: World, id: number | undefined): Department {
  if (id === undefined) fail(40063);
  return corp.departments.get(id) ?? fail(60003);
}

const remove: Handler = (world, { params }) => {
  const dept = needDepartment(world, params.queryNumber('id'));
  if (dept.id === ROOT) fail(60007);
  if (dept.members.size > 0) fail(60005);
  if (dept.children.size > 0) fail(60006);
  world.changes.removeDepartment('api', dept.id);
  return { errmsg: 'deleted' };
};

const WRITE = { access: 'edit', writes: true } as const;

export const DEPARTMENT_WRITES: readonly Route[] = [
  { ...WRITE, method: 'POST', path: '/cgi-bin/department/create', handle: create },
  { ...WRITE, method: 'POST', path: '/cgi-bin/department/update', handle: update },
  { ...WRITE, method: 'GET', path: '/cgi-bin/department/delete', handle: remove },
];
