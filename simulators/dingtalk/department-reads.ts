import { type Corp, chainOf, type Department, ROOT } from './corp.ts';
import { business } from './failures.ts';
import { needNew } from './params.ts';
import { deptInRange } from './range.ts';
import type { Call, Handler, Route, World } from './world.ts';

/** Departments of the parents' address book, which education corps have; none of them can be read. */
const EDUCATION: readonly { readonly id: number; readonly name: string }[] = [
  { id: -7, name: '家校通讯录' },
  { id: -1, name: '通讯录外部' },
];

function need(corp: Corp, id: number): Department {
  const dept = corp.departments.get(id);
  if (!dept) throw business(60003);
  return dept;
}

/** The department, if it exists and the app may see it. */
export function needVisible({ corp }: World, { app }: Call, id: number): Department {
  const dept = need(corp, id);
  if (!deptInRange(corp, app, id)) throw business(50004);
  return dept;
}

function childrenOf({ corp, settings }: World, dept: Department): Department[] {
  const children = [...dept.children].map((id) => corp.departments.get(id) as Department);
  const byOrder = (a: Department, b: Department): number => a.order - b.order || a.id - b.id;
  if (settings.listsubOrder === 'id') return children.sort((a, b) => a.id - b.id);
  children.sort(byOrder);
  return settings.listsubOrder === 'reverse' ? children.reverse() : children;
}

const listsub: Handler = (world, call) => {
  const id = call.params.int('dept_id') ?? ROOT;
  const rows = childrenOf(world, needVisible(world, call, id)).map((dept) => ({
    dept_id: dept.id,
    name: dept.name,
    parent_id: dept.parentId,
    create_dept_group: dept.fields.get('create_dept_group') ?? false,
    auto_add_user: dept.fields.get('auto_add_user') ?? false,
    source_identifier: dept.sourceIdentifier,
  }));
  return world.settings.education && id === ROOT ? [...rows, ...EDUCATION.map(educationRow)] : rows;
};

function educationRow({ id, name }: (typeof EDUCATION)[number]): object {
  return { dept_id: id, name, parent_id: ROOT, create_dept_group: false, auto_add_user: false };
}

/** Not limited by the range: may name departments that `get` then refuses with 50004. */
const listsubid: Handler = (world, { params }) => {
  const id = params.needInt('dept_id');
  const ids = childrenOf(world, need(world.corp, id)).map((dept) => dept.id);
  const extra = world.settings.education && id === ROOT ? EDUCATION.map((dept) => dept.id) : [];
  return { dept_id_list: [...ids, ...extra] };
};

const get: Handler = (world, call) => {
  const id = call.params.needInt('dept_id');
  if (EDUCATION.some((dept) => dept.id === id)) throw business(40009);
  const dept = needVisible(world, call, id);
  return {
    dept_id: dept.id,
    name: dept.name,
    // Absent for the root.
    parent_id: dept.parentId ?? undefined,
    source_identifier: dept.sourceIdentifier,
    order: dept.order,
    create_dept_group: false,
    auto_add_user: false,
    group_contain_sub_dept: false,
    dept_manager_userid_list: dept.managers,
    hide_dept: false,
    dept_permits: [],
    user_permits: [],
    outer_dept: false,
    outer_permit_depts: [],
    outer_permit_users: [],
    auto_approve_apply: false,
    emp_apply_join_dept: true,
    brief: '',
    telephone: '',
    extention: `{"faceCount":"${dept.members.size}"}`,
    member_count: countBelow(world.corp, dept),
    owning_member_count: dept.members.size,
    from_union_org: false,
    ...Object.fromEntries(dept.fields),
  };
};

/** Distinct people in the department and below it. */
function countBelow(corp: Corp, dept: Department): number {
  if (dept.id === ROOT) return corp.users.size;
  const seen = new Set<string>();
  const walk = (node: Department): void => {
    for (const userid of node.members) seen.add(userid);
    for (const id of node.children) walk(corp.departments.get(id) as Department);
  };
  walk(dept);
  return seen.size;
}

const listparentbydept: Handler = ({ corp }, { params }) => {
  const dept = need(corp, params.needInt('dept_id'));
  return { parent_id_list: chainOf(corp, dept.id) };
};

const listparentbyuser: Handler = ({ corp }, { params }) => {
  const user = corp.users.get(params.needText('userid'));
  if (!user || corp.gone.has(user.userid)) throw business(33012);
  return {
    parent_list: user.memberships.map(({ deptId }) => ({ parent_dept_id_list: chainOf(corp, deptId) })),
  };
};

const search: Handler = (world, { app, params }) => {
  const word = needNew(params, 'queryWord');
  const offset = params.int('offset') ?? 0;
  const size = params.int('size') ?? 10;
  const found = [...world.corp.departments.values()]
    .filter((dept) => dept.name.includes(word))
    .filter((dept) => !world.settings.searchIsRangeLimited || deptInRange(world.corp, app, dept.id))
    .map((dept) => dept.id);
  return {
    hasMore: offset + size < found.length,
    totalCount: found.length,
    list: found.slice(offset, offset + size),
  };
};

const READ = {
  method: 'POST',
  family: 'legacy',
  shape: 'topapi',
  scope: 'qyapi_get_department_list',
} as const;

export const DEPARTMENT_READS: readonly Route[] = [
  { ...READ, path: '/topapi/v2/department/listsub', handle: listsub },
  { ...READ, path: '/topapi/v2/department/listsubid', handle: listsubid },
  { ...READ, path: '/topapi/v2/department/get', handle: get },
  { ...READ, path: '/topapi/v2/department/listparentbydept', handle: listparentbydept },
  { ...READ, path: '/topapi/v2/department/listparentbyuser', handle: listparentbyuser },
  {
    method: 'POST',
    family: 'new',
    shape: 'new',
    scope: 'qyapi_addresslist_search',
    path: '/v1.0/contact/departments/search',
    handle: search,
  },
];
