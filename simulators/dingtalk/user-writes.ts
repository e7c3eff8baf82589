import { claimed, membershipOf, schedule, type User } from './corp.ts';
import { business } from './failures.ts';
import { invite, mustBeAsked } from './invitations.ts';
import * as change from './mutations.ts';
import type { Params } from './params.ts';
import { deptInRange, userInRange } from './range.ts';
import { parseMobile, readFields, readMemberships } from './user-fields.ts';
import type { Call, Handler, Route, World } from './world.ts';

function checkDepartments(
  { corp, settings }: World,
  { app }: Call,
  memberships: change.NewUser['memberships'],
  self?: User,
): void {
  for (const { deptId } of memberships) {
    if (!deptInRange(corp, app, deptId)) throw business(50004);
    if (self && membershipOf(self, deptId)) continue;
    const cap = settings.departmentMemberCap;
    if (cap !== null && (corp.departments.get(deptId)?.members.size ?? 0) >= cap)
      throw business(40023, '部门人数超过限制');
  }
}

/** Without a phone nobody is created; without a mail either the answer is another one. */
function phoneOf({ settings }: World, params: Params): ReturnType<typeof parseMobile> {
  if (!params.has('mobile') && !params.has('email')) throw business(settings.missingContactCode);
  return parseMobile(params.needText('mobile'), settings);
}

const create: Handler = (world, call) => {
  const { params, now } = call;
  const { corp, clock, settings } = world;
  const userid = params.text('userid') ?? change.newUserid(corp);
  if (userid.length > 64) throw business(33012);
  const name = params.needText('name');
  const phone = phoneOf(world, params);
  params.needText('dept_id_list');
  const memberships = readMemberships(corp, params) ?? [];
  const fields = readFields(world, params, undefined);
  checkDepartments(world, call, memberships);
  if (settings.forbiddenWords.some((word) => name.includes(word))) throw business(60022);
  if (corp.users.has(userid) || claimed(corp, `userid ${userid}`)) throw business(60102);
  if (corp.byMobile.has(phone.mobile) || claimed(corp, `mobile ${phone.mobile}`))
    throw business(settings.takenMobileCode);
  if (settings.headCap && corp.users.size >= settings.headCap.people) throw business(settings.headCap.code);
  const at = Math.floor(now);
  const asked = { ...fields, ...phone, userid, name, memberships };
  if (mustBeAsked(corp, phone.mobile, now)) {
    // Nobody is created: the owner is asked, and joins later or never.
    invite(corp, { mobile: phone.mobile, at, asked });
    throw business(40103);
  }
  const input = { ...asked, active: false, createdAt: at, modifiedAt: at };
  const claims = [`userid ${userid}`, `mobile ${phone.mobile}`];
  schedule(corp, clock, settings, { apply: () => void change.addUser(corp, input), claims });
  world.events.raise('user_add_org', { userIds: [userid] });
  // This call alone spells it unionId.
  return { userid, unionId: change.unionidOf(corp, userid) };
};

function needUser({ corp }: World, { app, params }: Call): User {
  const user = corp.users.get(params.needText('userid'));
  if (!user || corp.gone.has(user.userid)) throw business(60121);
  if (!userInRange(corp, app, user)) throw business(50002);
  return user;
}

/** The number as an update may change it, `undefined` = it stays. */
function changedPhone(
  { settings }: World,
  params: Params,
  user: User,
): ReturnType<typeof parseMobile> | undefined {
  const text = params.text('mobile');
  if (text === undefined || settings.mobileUpdate === 'ignored') return undefined;
  const phone = parseMobile(text, settings);
  if (phone.mobile === user.mobile) return undefined;
  const refused =
    settings.mobileUpdate === 'refused' || (settings.mobileUpdate === 'refusedWhenActive' && user.active);
  if (refused) throw business(settings.mobileLockedCode);
  return phone;
}

const update: Handler = (world, call) => {
  const { params } = call;
  const { corp, clock, settings } = world;
  const user = needUser(world, call);
  const phone = changedPhone(world, params, user);
  const holder = phone && corp.byMobile.get(phone.mobile);
  if (holder !== undefined && holder !== user.userid) throw business(settings.takenMobileCode);
  const patch = { ...readFields(world, params, user), ...phone };
  if (params.list('force_update_fields')?.includes('manager_userid')) patch.managerUserid = null;
  const asked = readMemberships(corp, params);
  if (settings.positionsManaged && (asked || (patch.title ?? user.title) !== user.title))
    throw business(12150);
  if (asked) checkDepartments(world, call, asked, user);
  schedule(corp, clock, settings, () => {
    change.changeUser(corp, user.userid, patch, clock.now());
    if (asked) change.setMemberships(corp, user, settings.membershipsReplaced ? asked : union(user, asked));
  });
  world.events.raise('user_modify_org', { userIds: [user.userid] });
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
  world.events.raise('user_leave_org', { userIds: [userid] });
  return undefined;
};

const WRITE = {
  method: 'POST',
  family: 'legacy',
  shape: 'topapi',
  scope: 'qyapi_manage_addresslist',
  writes: true,
} as const;

export const USER_WRITES: readonly Route[] = [
  { ...WRITE, path: '/topapi/v2/user/create', handle: create },
  { ...WRITE, path: '/topapi/v2/user/update', handle: update },
  { ...WRITE, path: '/topapi/v2/user/delete', handle: remove },
];
