import { type Corp, schedule, type User } from './corp.ts';
import { business } from './failures.ts';
import { newUserid } from './mutate.ts';
import * as change from './mutations.ts';
import { deptInRange, userInRange } from './range.ts';
import { parseMobile, readFields, readMemberships } from './user-fields.ts';
import type { Call, Handler, Route, World } from './world.ts';

const DAY_MS = 86_400_000;

function checkDepartments(
  { corp, settings }: World,
  { app }: Call,
  memberships: change.NewUser['memberships'],
): void {
  for (const { deptId } of memberships) {
    if (!deptInRange(corp, app, deptId)) throw business(50004);
    const cap = settings.departmentMemberCap;
    if (cap !== null && (corp.departments.get(deptId)?.members.size ?? 0) >= cap)
      throw business(40023, '部门人数超过限制');
  }
}

/** Phones whose owners must agree first: protected ones, and those deleted here within the last 24 hours. */
function mustBeAsked(corp: Corp, mobile: string, now: number): boolean {
  if (corp.protectedMobiles.has(mobile)) return true;
  return now - (corp.leftMobiles.get(mobile) ?? Number.NEGATIVE_INFINITY) < DAY_MS;
}

const create: Handler = (world, call) => {
  const { params, now } = call;
  const { corp, clock, settings } = world;
  const userid = params.text('userid') ?? newUserid(corp);
  if (userid.length > 64) throw business(33012);
  params.needText('name');
  const phone = parseMobile(params.needText('mobile'));
  params.needText('dept_id_list');
  const memberships = readMemberships(corp, params) ?? [];
  const fields = readFields(corp, params, undefined);
  checkDepartments(world, call, memberships);
  if (corp.users.has(userid)) throw business(60102);
  if (corp.byMobile.has(phone.mobile)) throw business(60104);
  // Nobody is created: the owner is asked, and joins later or never.
  if (mustBeAsked(corp, phone.mobile, now)) throw business(40103);
  const name = fields.name ?? '';
  const input = {
    ...fields,
    ...phone,
    userid,
    name,
    memberships,
    active: false,
    createdAt: Math.floor(now),
    modifiedAt: Math.floor(now),
  };
  schedule(corp, clock, settings, () => void change.addUser(corp, input));
  // This call alone spells it unionId.
  return { userid, unionId: change.unionidOf(corp, userid) };
};

function needUser({ corp }: World, { app, params }: Call): User {
  const user = corp.users.get(params.needText('userid'));
  if (!user || corp.gone.has(user.userid)) throw business(60121);
  if (!userInRange(corp, app, user)) throw business(50002);
  return user;
}

const update: Handler = (world, call) => {
  const { params } = call;
  const { corp, clock, settings } = world;
  const user = needUser(world, call);
  const mobile = params.text('mobile');
  if (mobile !== undefined && parseMobile(mobile).mobile !== user.mobile && user.active) {
    throw business(40022, '激活的企业员工手机号不能修改');
  }
  const patch = readFields(corp, params, user);
  if (mobile !== undefined) Object.assign(patch, parseMobile(mobile));
  if (params.list('force_update_fields')?.includes('manager_userid')) patch.managerUserid = null;
  const asked = readMemberships(corp, params);
  if (asked) checkDepartments(world, call, asked);
  schedule(corp, clock, settings, () => {
    change.changeUser(corp, user.userid, patch, clock.now());
    if (asked) change.setMemberships(corp, user, settings.membershipsReplaced ? asked : union(user, asked));
  });
  return undefined;
};

function union(user: User, asked: change.NewUser['memberships']): change.NewUser['memberships'] {
  const kept = user.memberships.filter(({ deptId }) => !asked.some((entry) => entry.deptId === deptId));
  return [...kept, ...asked];
}

/** Gone from `get` at once; leaves a leave record with reason `oapi`. */
const remove: Handler = (world, call) => {
  const { corp, clock, settings } = world;
  const { userid } = needUser(world, call);
  const leave = { at: call.now, reason: 'oapi' } as const;
  corp.gone.add(userid);
  schedule(corp, clock, settings, () => change.removeUser(corp, userid, leave));
  return undefined;
};

const WRITE = {
  method: 'POST',
  family: 'legacy',
  shape: 'topapi',
  scope: 'qyapi_manage_addresslist',
} as const;

export const USER_WRITES: readonly Route[] = [
  { ...WRITE, path: '/topapi/v2/user/create', handle: create },
  { ...WRITE, path: '/topapi/v2/user/update', handle: update },
  { ...WRITE, path: '/topapi/v2/user/delete', handle: remove },
];
