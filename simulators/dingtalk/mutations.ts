import { createHash } from 'node:crypto';
import {
  type Corp,
  chainOf,
  type Department,
  type LeaveReason,
  type Membership,
  membershipOf,
  ROOT,
  type User,
} from './corp.ts';

/** The top of the order that the platform gives by default; not a safe integer, on purpose. */
const ORDER_TOP = 176_275_808_490_200_512n;
const ORDER_STEP = 1_000_003n;

/** A member's default order for a rank within the department (0 = first). */
export function orderForRank(rank: number): bigint {
  return ORDER_TOP - BigInt(rank) * ORDER_STEP;
}

export function unionidOf(corp: Corp, userid: string): string {
  return `${createHash('sha1').update(`${corp.corpId}\n${userid}`).digest('base64url').slice(0, 18)}iEiE`;
}

export interface NewDepartment {
  readonly id?: number;
  readonly name: string;
  readonly parentId: number;
  readonly order?: number;
}

export function addDepartment(corp: Corp, input: NewDepartment): Department {
  const id = input.id ?? corp.nextDeptId++;
  const parent = need(corp, input.parentId);
  const dept: Department = {
    id,
    name: input.name,
    parentId: input.parentId,
    order: input.order ?? id,
    children: new Set(),
    members: new Set(),
    managers: [],
    fields: new Map(),
  };
  corp.departments.set(id, dept);
  parent.children.add(id);
  return dept;
}

/** Renames, reorders or moves; a move below itself throws `TypeError`. */
export function changeDepartment(
  corp: Corp,
  id: number,
  patch: { readonly name?: string; readonly parentId?: number; readonly order?: number },
): void {
  const dept = need(corp, id);
  if (patch.parentId !== undefined && patch.parentId !== dept.parentId) {
    if (chainOf(corp, patch.parentId).includes(id))
      throw new TypeError(`department ${id} cannot move below itself`);
    need(corp, patch.parentId).children.add(id);
    corp.departments.get(dept.parentId ?? 0)?.children.delete(id);
    dept.parentId = patch.parentId;
  }
  if (patch.name !== undefined) dept.name = patch.name;
  if (patch.order !== undefined) dept.order = patch.order;
}

/** Takes the department and its descendants away; people in them lose these memberships and stay in the corp. */
export function removeDepartment(corp: Corp, id: number): void {
  if (id === ROOT) throw new TypeError('the root department cannot be removed');
  const dept = need(corp, id);
  for (const child of [...dept.children]) removeDepartment(corp, child);
  for (const userid of [...dept.members]) {
    const user = corp.users.get(userid);
    if (user) user.memberships = user.memberships.filter((membership) => membership.deptId !== id);
  }
  corp.departments.get(dept.parentId ?? 0)?.children.delete(id);
  corp.departments.delete(id);
  corp.sortedMembers.delete(id);
}

export type NewUser = Omit<Partial<User>, 'memberships' | 'unionid'> & {
  readonly userid: string;
  readonly name: string;
  readonly memberships: readonly (Omit<Membership, 'order' | 'leader'> & {
    order?: bigint;
    leader?: boolean;
  })[];
};

export function addUser(corp: Corp, input: NewUser): User {
  if (corp.users.has(input.userid)) throw new TypeError(`user ${input.userid} exists`);
  for (const { deptId } of input.memberships) need(corp, deptId);
  const { memberships, ...fields } = input;
  const user: User = {
    stateCode: '86',
    hideMobile: false,
    createdAt: Date.now(),
    modifiedAt: Date.now(),
    active: true,
    admin: 0,
    boss: false,
    senior: false,
    roles: [],
    exclusive: false,
    ...fields,
    unionid: unionidOf(corp, input.userid),
    memberships: [],
  };
  corp.users.set(user.userid, user);
  corp.gone.delete(user.userid);
  corp.byUnionid.set(user.unionid, user.userid);
  addToIndexes(corp, user);
  setMemberships(corp, user, memberships);
  return user;
}

export type UserPatch = Partial<Omit<User, 'userid' | 'unionid' | 'memberships'>>;

export function changeUser(corp: Corp, userid: string, patch: UserPatch, now: number): User {
  const user = needUser(corp, userid);
  dropFromIndexes(corp, user);
  Object.assign(user, patch, { modifiedAt: now });
  addToIndexes(corp, user);
  return user;
}

/** Replaces the departments of a person; order and leader flag of those kept stay unless given. */
export function setMemberships(corp: Corp, user: User, next: NewUser['memberships']): void {
  const kept = user.memberships;
  for (const { deptId } of next) need(corp, deptId);
  for (const { deptId } of kept) {
    const dept = corp.departments.get(deptId);
    dept?.members.delete(user.userid);
    // Whoever leaves a department does not lead it any more.
    if (dept && !next.some((entry) => entry.deptId === deptId))
      dept.managers = dept.managers.filter((manager) => manager !== user.userid);
    corp.sortedMembers.delete(deptId);
  }
  user.memberships = next.map(({ deptId, order, leader, title }) => {
    const dept = need(corp, deptId);
    const before = kept.find((membership) => membership.deptId === deptId);
    const entry: Membership = {
      deptId,
      order: order === undefined ? (before?.order ?? orderForRank(dept.members.size)) : BigInt(order),
      leader: leader ?? before?.leader ?? false,
    };
    const named = title ?? before?.title;
    if (named !== undefined) entry.title = named;
    dept.members.add(user.userid);
    corp.sortedMembers.delete(deptId);
    return entry;
  });
}

export function setLeader(corp: Corp, userid: string, deptId: number, leader: boolean): void {
  const membership = membershipOf(needUser(corp, userid), deptId);
  if (!membership) throw new TypeError(`user ${userid} is not in department ${deptId}`);
  membership.leader = leader;
  const dept = need(corp, deptId);
  dept.managers = dept.managers.filter((manager) => manager !== userid);
  if (leader) dept.managers.push(userid);
}

export function removeUser(
  corp: Corp,
  userid: string,
  leave: { readonly at: number; readonly reason: LeaveReason },
): void {
  const user = needUser(corp, userid);
  for (const { deptId } of user.memberships) {
    const dept = corp.departments.get(deptId);
    dept?.members.delete(userid);
    if (dept) dept.managers = dept.managers.filter((manager) => manager !== userid);
    corp.sortedMembers.delete(deptId);
  }
  dropFromIndexes(corp, user);
  corp.byUnionid.delete(user.unionid);
  corp.users.delete(userid);
  corp.leavers.push({ user, ...leave });
  if (user.mobile) corp.leftMobiles.set(user.mobile, leave.at);
}

/** Unique on the platform; of generated duplicates the first one is found. */
function indexes(corp: Corp, user: User): readonly (readonly [Map<string, string>, string | undefined])[] {
  return [
    [corp.byMobile, user.mobile?.trim()],
    [corp.byEmail, user.email?.trim()],
    [corp.byTelephone, user.telephone?.trim()],
  ];
}

function addToIndexes(corp: Corp, user: User): void {
  for (const [index, value] of indexes(corp, user))
    if (value && !index.has(value)) index.set(value, user.userid);
}

function dropFromIndexes(corp: Corp, user: User): void {
  for (const [index, value] of indexes(corp, user)) {
    if (value && index.get(value) === user.userid) index.delete(value);
  }
}

function need(corp: Corp, id: number): Department {
  const dept = corp.departments.get(id);
  if (!dept) throw new TypeError(`no department ${id}`);
  return dept;
}

export function needUser(corp: Corp, userid: string): User {
  const user = corp.users.get(userid);
  if (!user) throw new TypeError(`no user ${userid}`);
  return user;
}

/** A generated userid: a long digit string. */
export function newUserid(corp: Corp): string {
  return `${300_000_000 + corp.nextUserNumber++ * 7}${String(corp.users.size).padStart(6, '0')}`;
}
