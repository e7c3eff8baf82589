import { childrenOf, type Department, ROOT, subtreeOf } from './corp.ts';
import { fail } from './failures.ts';
import { departmentBody, departmentVisible } from './view.ts';
import { type Call, type Handler, type Route, readable, type World } from './world.ts';

/** The department, if it exists and the app may see it. */
export function needVisibleDepartment(
  world: World,
  { app }: Call,
  id: number,
  unknownCode = 60003,
): Department {
  const corp = readable(world);
  const dept = corp.departments.get(id);
  if (!dept) fail(unknownCode);
  if (!departmentVisible(corp, app, id)) fail(world.settings.outOfRangeDepartmentCode);
  return dept;
}

/** The department of the call with all below it; without an id everything that the app may see, from its tops down. */
function listed(world: World, call: Call): Department[] {
  const corp = readable(world);
  const id = call.params.queryNumber('id');
  if (id !== undefined) return subtreeOf(corp, needVisibleDepartment(world, call, id).id);
  return topsOf(corp.departments.get(ROOT) as Department).flatMap((top) => subtreeOf(corp, top.id));

  function topsOf(dept: Department): Department[] {
    if (departmentVisible(corp, call.app, dept.id)) return [dept];
    return childrenOf(corp, dept).flatMap(topsOf);
  }
}

const list: Handler = (world, call) => {
  const viewer = { app: call.app, settings: world.settings };
  const corp = readable(world);
  return { department: listed(world, call).map((dept) => departmentBody(corp, dept, viewer)) };
};

const simplelist: Handler = (world, call) => ({
  department_id: listed(world, call).map(({ id, parentId, order }) => ({
    id,
    parentid: parentId ?? world.settings.rootParentId,
    order,
  })),
});

const get: Handler = (world, call) => {
  const id = call.params.queryNumber('id');
  if (id === undefined) fail(40063);
  const dept = needVisibleDepartment(world, call, id);
  const viewer = { app: call.app, settings: world.settings };
  return { department: departmentBody(readable(world), dept, viewer) };
};

export const DEPARTMENT_READS: readonly Route[] = [
  {
    method: 'GET',
    path: '/cgi-bin/department/list',
    access: 'details',
    empty: { department: [] },
    handle: list,
  },
  {
    method: 'GET',
    path: '/cgi-bin/department/simplelist',
    access: 'any',
    empty: { department_id: [] },
    handle: simplelist,
  },
  { method: 'GET', path: '/cgi-bin/department/get', access: 'details', handle: get },
];
