import { type Corp, chainOf, claimed, type Department, membershipOf, ROOT, schedule } from './corp.ts';
import { business } from './failures.ts';
import { descendants } from './mutate.ts';
import * as change from './mutations.ts';
import type { Params } from './params.ts';
import { deptInRange } from './range.ts';
import type { Call, Handler, Route, World } from './world.ts';

const MAX_LEVELS = 20;
const MAX_CHILDREN = 1000;
const MAX_LISTED = 50;

/** Fields that are kept as they were sent and shown by `get`. */
const FLAGS = [
  'hide_dept',
  'outer_dept',
  'create_dept_group',
  'auto_add_user',
  'auto_approve_apply',
  'emp_apply_join_dept',
  'group_contain_sub_dept',
  'group_contain_outer_dept',
  'group_contain_hidden_dept',
] as const;
const TEXT_FIELDS = ['brief', 'telephone', 'org_dept_owner'] as const;
const NUMBER_LISTS = ['dept_permits', 'outer_permit_depts'] as const;
const TEXT_LISTS = ['user_permits', 'outer_permit_users'] as const;

function checkName({ settings }: World, name: string): void {
  if (settings.forbiddenWords.some((word) => name.includes(word))) throw business(60022);
  if ([...name].length > 64 || name.length === 0 || /[-,，]/.test(name)) throw business(60001);
}

function checkFree({ corp, settings }: World, parent: Department, name: string, self?: number): void {
  for (const id of parent.children) {
    if (id !== self && corp.departments.get(id)?.name === name)
      throw business(settings.duplicateDepartmentCode);
  }
  if (claimed(corp, nameClaim(parent.id, name))) throw business(settings.duplicateDepartmentCode);
}

function nameClaim(parentId: number, name: string): string {
  return `department ${parentId} ${name}`;
}

function levelOf(corp: Corp, id: number): number {
  return chainOf(corp, id).length - 1;
}

function heightOf(corp: Corp, dept: Department): number {
  let height = 0;
  for (const id of dept.children)
    height = Math.max(height, 1 + heightOf(corp, corp.departments.get(id) as Department));
  return height;
}

/** The parent to hang something of `height` levels below, or the failure that forbids it. */
function needParent({ corp }: World, { app }: Call, id: number, height: number): Department {
  const parent = corp.departments.get(id);
  if (!parent) throw business(60004);
  if (!deptInRange(corp, app, id)) throw business(50004);
  if (levelOf(corp, id) + 1 + height > MAX_LEVELS) throw business(60002);
  if (parent.children.size >= MAX_CHILDREN) throw business(60110, '部门个数超出限制');
  return parent;
}

/** Wire fields of create and update that are only kept, read and checked before anything changes. */
function keptFields(params: Params, visibilityCode: number): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const name of FLAGS) if (params.has(name)) fields.set(name, params.bool(name));
  for (const name of TEXT_FIELDS) if (params.has(name)) fields.set(name, params.text(name));
  for (const name of TEXT_LISTS) if (params.has(name)) fields.set(name, params.list(name));
  for (const name of NUMBER_LISTS) if (params.has(name)) fields.set(name, params.list(name)?.map(Number));
  for (const name of [...TEXT_LISTS, ...NUMBER_LISTS]) {
    const list = fields.get(name);
    if (Array.isArray(list) && list.length > MAX_LISTED)
      throw business(visibilityCode, '部门可见性设置不合法');
  }
  return fields;
}

function keep(
  dept: Department,
  fields: ReadonlyMap<string, unknown>,
  sourceIdentifier: string | undefined,
): void {
  for (const [name, value] of fields) dept.fields.set(name, value);
  if (sourceIdentifier !== undefined) dept.sourceIdentifier = sourceIdentifier;
}

const create: Handler = (world, call) => {
  const { params } = call;
  const name = params.needText('name');
  const parent = needParent(world, call, params.needInt('parent_id'), 0);
  const order = orderOf(params);
  const fields = keptFields(params, 600109);
  const source = params.text('source_identifier');
  checkName(world, name);
  checkFree(world, parent, name);
  const { corp, clock, settings } = world;
  const id = corp.nextDeptId++;
  const input =
    order === undefined ? { id, name, parentId: parent.id } : { id, name, parentId: parent.id, order };
  const claims = [nameClaim(parent.id, name)];
  const apply = (): void => keep(change.addDepartment(corp, input), fields, source);
  schedule(corp, clock, settings, { apply, claims });
  world.events.raise('org_dept_create', { deptIds: [id] });
  return { dept_id: id };
};

function orderOf(params: Params): number | undefined {
  const order = params.int('order');
  if (order !== undefined && order < 0) throw business(40011);
  return order;
}

/** Absent fields stay as they are. */
const update: Handler = (world, call) => {
  const { params, app } = call;
  const { corp, clock, settings } = world;
  const id = params.needInt('dept_id');
  if (id === ROOT) throw business(60018);
  const dept = corp.departments.get(id);
  if (!dept) throw business(id < 0 ? 40009 : 60003);
  if (!deptInRange(corp, app, id)) throw business(50004);
  const name = params.text('name');
  const parentId = params.int('parent_id');
  const order = orderOf(params);
  if (name !== undefined) checkName(world, name);
  if (parentId !== undefined && parentId !== dept.parentId) {
    if (chainOf(corp, parentId).includes(id)) throw business(60010);
    checkFree(world, needParent(world, call, parentId, heightOf(corp, dept)), name ?? dept.name, id);
  } else if (name !== undefined)
    checkFree(world, corp.departments.get(dept.parentId ?? ROOT) as Department, name, id);
  const managers = managersOf(corp, params, dept);
  const fields = keptFields(params, 60109);
  const code = params.text('code');
  if (code !== undefined && code.length > 30) throw business(40035);
  if (code !== undefined) fields.set('code', code);
  const source = params.text('source_identifier');
  schedule(corp, clock, settings, () => {
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(parentId === undefined ? {} : { parentId }),
    };
    change.changeDepartment(corp, id, order === undefined ? patch : { ...patch, order });
    keep(dept, fields, source);
    if (managers) appoint(corp, dept, managers);
  });
  world.events.raise('org_dept_modify', { deptIds: [id] });
  return undefined;
};

/** Clearing needs `force_update_fields` without the list itself; every manager must be a member already. */
function managersOf(corp: Corp, params: Params, dept: Department): string[] | undefined {
  const listed = params.list('dept_manager_userid_list');
  if (!listed)
    return params.list('force_update_fields')?.includes('dept_manager_userid_list') ? [] : undefined;
  if (listed.some((userid) => !dept.members.has(userid) || !corp.users.has(userid))) throw business(60121);
  return listed;
}

function appoint(corp: Corp, dept: Department, managers: string[]): void {
  dept.managers = managers;
  for (const userid of dept.members) {
    const user = corp.users.get(userid);
    const membership = user && membershipOf(user, dept.id);
    if (membership) membership.leader = managers.includes(userid);
  }
}

const remove: Handler = (world, { params, app }) => {
  const { corp, clock, settings } = world;
  const id = params.needInt('dept_id');
  if (id === ROOT) throw business(60007);
  const dept = corp.departments.get(id);
  if (!dept) throw business(60003);
  if (!deptInRange(corp, app, id)) throw business(50004);
  if (hasPeople(corp, dept)) throw business(60005);
  if (dept.children.size > 0 && !settings.deleteCascades) throw business(60006);
  const gone = descendants(corp, id);
  schedule(corp, clock, settings, () => change.removeDepartment(corp, id));
  for (const deptId of gone) world.events.raise('org_dept_remove', { deptIds: [deptId] });
  return undefined;
};

function hasPeople(corp: Corp, dept: Department): boolean {
  if (dept.members.size > 0) return true;
  return [...dept.children].some((id) => hasPeople(corp, corp.departments.get(id) as Department));
}

const WRITE = {
  method: 'POST',
  family: 'legacy',
  shape: 'topapi',
  scope: 'qyapi_manage_addresslist',
  writes: true,
} as const;

export const DEPARTMENT_WRITES: readonly Route[] = [
  { ...WRITE, path: '/topapi/v2/department/create', handle: create },
  { ...WRITE, path: '/topapi/v2/department/update', handle: update },
  { ...WRITE, path: '/topapi/v2/department/delete', handle: remove },
];
