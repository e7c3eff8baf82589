import type { Department, User } from './corp.ts';
import { membersOf } from './corp.ts';
import { business } from './failures.ts';
import { needNew } from './params.ts';
import { deptInRange, userInRange } from './range.ts';
import { listRow } from './user-view.ts';
import type { Call, Handler, Route, World } from './world.ts';

type Comparison = (a: User, b: User) => number;

const ORDERS: Readonly<Record<string, Comparison | null>> = {
  entry_asc: (a, b) => a.createdAt - b.createdAt,
  entry_desc: (a, b) => b.createdAt - a.createdAt,
  modify_asc: (a, b) => a.modifiedAt - b.modifiedAt,
  modify_desc: (a, b) => b.modifiedAt - a.modifiedAt,
  custom: null,
};

interface Page {
  readonly dept: Department;
  readonly users: readonly User[];
  readonly tail: { readonly has_more: boolean; readonly next_cursor?: number };
}

/** Direct members of one department; the cursor is a plain offset, so changes between pages shift the rows. */
function page(world: World, call: Call): Page {
  const { params, app } = call;
  const id = params.needInt('dept_id');
  const cursor = params.needInt('cursor');
  const size = params.needInt('size');
  const order = params.text('order_field') ?? 'custom';
  params.bool('contain_access_limit');
  if (cursor < 0) throw business(40068);
  if (size < 1) throw business(40069);
  if (size > world.settings.maxPageSize) throw business(world.settings.oversizePageCode);
  const comparison = ORDERS[order];
  if (comparison === undefined) throw business(400002);
  const dept = world.corp.departments.get(id);
  if (!dept) throw business(world.settings.unknownDepartmentCode);
  if (!deptInRange(world.corp, app, id)) throw business(50004);
  const members = membersOf(world.corp, dept);
  const sorted = comparison ? [...members].sort(comparison) : members;
  const end = cursor + size;
  const more = end < sorted.length;
  return {
    dept,
    users: sorted.slice(cursor, end),
    tail: more ? { has_more: true, next_cursor: end } : { has_more: false },
  };
}

const list: Handler = (world, call) => {
  const { dept, users, tail } = page(world, call);
  return { ...tail, list: users.map((user) => listRow(user, dept.id, call.app)) };
};

const listsimple: Handler = (world, call) => {
  const { users, tail } = page(world, call);
  return { ...tail, list: users.map(({ userid, name }) => ({ userid, name })) };
};

/** Neither paged nor limited by the range. */
const listid: Handler = ({ corp }, { params }) => {
  const dept = corp.departments.get(params.needInt('dept_id'));
  if (!dept) throw business(60003);
  return { userid_list: membersOf(corp, dept).map((user) => user.userid) };
};

const search: Handler = (world, { app, params }) => {
  const word = needNew(params, 'queryWord');
  const offset = params.int('offset') ?? 0;
  const size = params.int('size') ?? 10;
  const full = params.int('fullMatchField') === 1;
  const found: string[] = [];
  for (const user of world.corp.users.values()) {
    if (full ? user.name !== word : !user.name.includes(word)) continue;
    if (world.settings.searchIsRangeLimited && !userInRange(world.corp, app, user)) continue;
    found.push(user.userid);
  }
  return {
    hasMore: offset + size < found.length,
    totalCount: found.length,
    list: found.slice(offset, offset + size),
  };
};

/** People who have (or have not) logged in; the simulator takes `active` for it. */
const inactive: Handler = ({ corp }, { params }) => {
  const wanted = params.bool('is_active');
  const date = params.text('query_date');
  const offset = params.needInt('offset');
  const size = params.needInt('size');
  if (wanted === undefined || date === undefined || !/^\d{8}$/.test(date)) throw business(400002);
  if (offset < 0) throw business(40068);
  if (size < 1 || size > 100) throw business(40069);
  const depts = params.list('dept_ids')?.map(Number);
  const found: string[] = [];
  for (const user of corp.users.values()) {
    if (user.active !== wanted) continue;
    if (depts && !user.memberships.some((entry) => depts.includes(entry.deptId))) continue;
    found.push(user.userid);
  }
  const end = offset + size;
  const tail = end < found.length ? { has_more: true, next_cursor: end } : { has_more: false };
  return { ...tail, list: found.slice(offset, end) };
};

const TOPAPI = { method: 'POST', family: 'legacy', shape: 'topapi' } as const;

export const USER_LISTS: readonly Route[] = [
  { ...TOPAPI, path: '/topapi/v2/user/list', scope: 'qyapi_get_department_member', handle: list },
  { ...TOPAPI, path: '/topapi/user/listsimple', scope: 'qyapi_get_department_member', handle: listsimple },
  { ...TOPAPI, path: '/topapi/user/listid', scope: 'qyapi_get_member', handle: listid },
  {
    ...TOPAPI,
    path: '/topapi/inactive/user/v2/get',
    scope: 'qyapi_liveness_base',
    countsForQuota: true,
    handle: inactive,
  },
  {
    method: 'POST',
    family: 'new',
    shape: 'new',
    path: '/v1.0/contact/users/search',
    scope: 'qyapi_addresslist_search',
    handle: search,
  },
];
